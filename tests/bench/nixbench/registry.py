"""Debian's docker-registry in the machine of a scene, and what goes to it."""

import re

from nixlab.machine import Machine
from nixlab.process import Process

FOLDER = "/root/registry"
PORT = 5000
CONFIG = f"""version: 0.1
storage:
  filesystem:
    rootdirectory: {FOLDER}/storage
http:
  addr: 127.0.0.1:{PORT}
"""


class Registry:
    """Ends with the machine."""

    host = f"localhost:{PORT}"

    def __init__(self, machine: Machine):
        self.machine = machine
        machine.path(FOLDER).mkdir()
        machine.path(f"{FOLDER}/config.yml").write_text(CONFIG)
        self.process: Process = machine.spawn(["docker-registry", "serve", f"{FOLDER}/config.yml"])
        self.process.wait_for_output("listening on")

    def forget(self) -> None:
        """All that it was given; it looks at its files for each request anew."""
        self.machine.exec(["rm", "-rf", f"{FOLDER}/storage"]).check()

    def requests(self) -> int:
        """That it answered so far."""
        return self.process.so_far().stderr.count("response completed")

    def received_bytes(self) -> int:
        """What its port was sent, counted by the loopback device with all headers and answers."""
        table = self.machine.exec(["cat", "/proc/net/dev"]).check().stdout
        return int(re.search(r"\blo:\s*(\d+)", table).group(1))

"""A Docker engine, or Podman's service, inside a machine."""

import signal

from .daemons import DAEMONS
from .engine_api import EngineApi
from .machine import ENGINES, Machine
from .outcome import LabError
from .process import Process
from .waiting import wait_until

LOG_TAIL_LINES = 40
LOG_LINE_LENGTH = 400
LOG_NOISE = (
    "loading plugin",
    "starting cri plugin",
    "msg=serving...",
    "Copying blob",
    "Copying config",
    "Getting image source",
    "Writing manifest",
)


class Engine:
    """A context manager. The engine called "docker" has the default socket; others have /run/NAME.sock.

    Each begins without images, and its data stay until the machine ends: there is no removing what an
    engine may have mounted.
    `disk_size` (as `mount -o size=` takes it) puts the data on a small file system
    of its own, for tests with a full disk.
    """

    def __init__(self, machine: Machine, store: str, name: str = "docker", disk_size: str | None = None):
        self.machine = machine
        self.store = store
        self.name = name
        self.socket = f"/run/{name}.sock"
        self.data_root = machine.new_folder(f"{name}-", within=ENGINES)
        self.api = EngineApi(machine.path(self.socket))
        self.log = machine.folder.path / f"{name}.log"
        self._process: Process | None = None
        if disk_size is not None:
            self._mount_small_disk(disk_size)
        self.daemon = DAEMONS[store](machine, name, self.host, self.data_root)
        self.daemon.configure()

    def __enter__(self) -> "Engine":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def host(self) -> str:
        """As DOCKER_HOST wants it, inside the machine."""
        return f"unix://{self.socket}"

    def start(self) -> None:
        self._process = self.machine.spawn(self.daemon.command(), log=self.log)
        self._wait_until_ready()

    def stop(self) -> None:
        if self._process is not None and self._process.running:
            self._process.send(signal.SIGTERM)
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """As a crash would: no clean-up by the engine itself."""
        assert self._process is not None, "the engine is not running"
        self._process.send(signal.SIGKILL)
        self._process.wait()
        self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def log_tail(self) -> str:
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        telling = [line[:LOG_LINE_LENGTH] for line in text.splitlines() if not any(word in line for word in LOG_NOISE)]
        tail = "\n".join(telling[-LOG_TAIL_LINES:])
        return f"--- log of engine {self.name}\n{tail}\n---"

    def _mount_small_disk(self, size: str) -> None:
        self.machine.exec(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", self.data_root]).check()

    def _wait_until_ready(self) -> None:
        try:
            wait_until(lambda: self.api.answers() or not self._process.running, "the engine answers")
        except AssertionError as error:
            self._process.kill()
            raise LabError(f"{error}\n{self.log_tail()}") from None
        if not self._process.running:
            raise LabError(f"engine {self.name} ended while starting\n{self.log_tail()}")

"""Two machines with a network between them, one of which can be entered by ssh."""

import itertools
import subprocess

from .machine import Machine
from .process import Process
from .waiting import wait_until

HOST_KEY = "/etc/ssh/lab_host_key"
CLIENT_KEY = "/root/.ssh/lab_key"
SSHD = [
    "/usr/sbin/sshd", "-D", "-e", "-f", "/dev/null", "-h", HOST_KEY,
    "-o", "UsePAM=no", "-o", "PermitRootLogin=prohibit-password", "-o", "PasswordAuthentication=no",
]  # fmt: skip
NO_PENALTIES = ["-o", "PerSourcePenalties=no"]

_links = itertools.count(1)


def sshd_command(machine: Machine) -> list[str]:
    """What runs sshd on `machine` so that it forgets what tests of failing logins did (OpenSSH 9.8 does not)."""
    knows_penalties = machine.exec([*SSHD, "-T", *NO_PENALTIES]).returncode == 0
    return [*SSHD, *NO_PENALTIES] if knows_penalties else SSHD


def connect(first: Machine, second: Machine) -> tuple[str, str]:
    """Puts a cable between two machines; their addresses on it."""
    number = next(_links)
    ends = (f"lab{number}a", f"lab{number}b")
    subprocess.run(["ip", "link", "add", ends[0], "type", "veth", "peer", "name", ends[1]], check=True)
    addresses = (f"10.99.{number}.1", f"10.99.{number}.2")
    for machine, end, address in zip((first, second), ends, addresses):
        subprocess.run(["ip", "link", "set", end, "netns", str(machine.init_pid)], check=True)
        machine.exec(["ip", "address", "add", f"{address}/24", "dev", end]).check()
        machine.exec(["ip", "link", "set", end, "up"]).check()
    return addresses


class SshServer:
    """A context manager: sshd on `server`, which `client` may enter as root at `address`."""

    def __init__(self, client: Machine, server: Machine):
        self.client = client
        self.server = server
        self.address = ""
        self.log = server.folder.path / "sshd.log"
        self._process: Process | None = None

    @property
    def url(self) -> str:
        return f"ssh://root@{self.address}"

    def __enter__(self) -> "SshServer":
        _, self.address = connect(self.client, self.server)
        self._make_keys()
        self.server.exec(["mkdir", "-p", "/run/sshd"]).check()
        self._process = self.server.spawn(sshd_command(self.server), log=self.log)
        wait_until(lambda: self.client.exec(["ssh", self.address, "true"]).returncode == 0, "sshd answers")
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()

    def _make_keys(self) -> None:
        self.client.exec(["mkdir", "-p", "-m", "700", "/root/.ssh"]).check()
        for machine, key in ((self.server, HOST_KEY), (self.client, CLIENT_KEY)):
            if not machine.path(key).exists():
                machine.exec(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key]).check()
        self.server.exec(["mkdir", "-p", "-m", "700", "/root/.ssh"]).check()
        public = self.client.path(f"{CLIENT_KEY}.pub").read_text()
        self.server.path("/root/.ssh/authorized_keys").write_text(public)
        host_key = " ".join(self.server.path(f"{HOST_KEY}.pub").read_text().split()[:2])
        with open(self.client.path("/root/.ssh/known_hosts"), "a") as known_hosts:
            known_hosts.write(f"{self.address} {host_key}\n")
        self.client.path("/root/.ssh/config").write_text(f"IdentityFile {CLIENT_KEY}\n")

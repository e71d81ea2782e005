"""A Docker engine inside a machine."""

import json
import signal

from .engine_api import EngineApi
from .machine import ENGINES, Machine
from .outcome import LabError
from .process import Process
from .waiting import wait_until

STORES = ("overlay2", "containerd")
LOG_TAIL_LINES = 40
LOG_LINE_LENGTH = 400
LOG_NOISE = ("loading plugin", "starting cri plugin", "msg=serving...")


class Engine:
    """A context manager. The engine called "docker" has the default socket; others have /run/NAME.sock.

    Each begins without images, and its data stay until the machine ends: there is no removing what an
    engine may have mounted.
    `disk_size` (as `mount -o size=` takes it) puts the data on a small file system
    of its own, for tests with a full disk.
    """

    def __init__(self, machine: Machine, store: str, name: str = "docker", disk_size: str | None = None):
        assert store in STORES, store
        self.machine = machine
        self.store = store
        self.name = name
        self.socket = f"/run/{name}.sock"
        self.data_root = machine.new_folder(f"{name}-", within=ENGINES)
        self.api = EngineApi(machine.path(self.socket))
        self.log = machine.folder.path / f"{name}.log"
        self._process: Process | None = None
        self._write_configuration()
        if disk_size is not None:
            self._mount_small_disk(disk_size)

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
        command = ["dockerd", f"--config-file={self._configuration}"]
        if self.name != "docker":
            # Two engines in one network namespace would fight for the bridge.
            command = ["unshare", "--net", "--", *command]
        self._process = self.machine.spawn(command, log=self.log)
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

    @property
    def _configuration(self) -> str:
        return f"/etc/docker/{self.name}.json"

    def _write_configuration(self) -> None:
        configuration = {
            "hosts": [self.host],
            "data-root": self.data_root,
            "exec-root": f"/run/{self.name}-exec",
            "pidfile": f"/run/{self.name}.pid",
            # Groups under a name of our own can be found and removed after a kill.
            "cgroup-parent": f"/{self.machine.folder.cgroup}",
            "exec-opts": ["native.cgroupdriver=cgroupfs"],
            "shutdown-timeout": 2,
        }
        if self.store == "containerd":
            configuration["features"] = {"containerd-snapshotter": True}
        else:
            configuration["storage-driver"] = "overlay2"
        if self.name != "docker":
            configuration |= {"bridge": "none", "iptables": False, "ip6tables": False}
        path = self.machine.path(self._configuration)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(configuration, indent=2))

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

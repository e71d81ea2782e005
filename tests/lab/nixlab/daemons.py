"""How each kind of engine is configured and started inside a machine."""

import json
from dataclasses import dataclass

from .machine import Machine


@dataclass(frozen=True)
class Daemon:
    """What an engine's process needs to know; `name` is "docker" for the engine on the default socket."""

    machine: Machine
    name: str
    host: str
    data_root: str

    @property
    def temporary_folder(self) -> str:
        """Where it keeps what is being loaded."""
        raise NotImplementedError

    def configure(self) -> None:
        raise NotImplementedError

    def command(self) -> list[str]:
        raise NotImplementedError

    @property
    def is_default(self) -> bool:
        return self.name == "docker"

    def write(self, inside: str, text: str) -> None:
        path = self.machine.path(inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


class Dockerd(Daemon):
    @property
    def temporary_folder(self) -> str:
        return f"{self.data_root}/tmp"

    @property
    def configuration_file(self) -> str:
        return f"/etc/docker/{self.name}.json"

    def image_store(self) -> dict:
        raise NotImplementedError

    def configure(self) -> None:
        configuration = {
            "hosts": [self.host],
            "data-root": self.data_root,
            "exec-root": f"/run/{self.name}-exec",
            "pidfile": f"/run/{self.name}.pid",
            # Groups under a name of our own can be found and removed after a kill.
            "cgroup-parent": f"/{self.machine.folder.cgroup}",
            "exec-opts": ["native.cgroupdriver=cgroupfs"],
            "shutdown-timeout": 2,
            **self.image_store(),
        }
        if not self.is_default:
            configuration |= {"bridge": "none", "iptables": False, "ip6tables": False}
        self.write(self.configuration_file, json.dumps(configuration, indent=2))

    def change(self, settings: dict) -> None:
        """Adds to the configuration, for the next start."""
        file = self.machine.path(self.configuration_file)
        file.write_text(json.dumps(json.loads(file.read_text()) | settings, indent=2))

    def command(self) -> list[str]:
        command = ["dockerd", f"--config-file={self.configuration_file}"]
        # Two engines in one network namespace would fight for the bridge.
        return command if self.is_default else ["unshare", "--net", "--", *command]


class DockerdOnOverlay2(Dockerd):
    def image_store(self) -> dict:
        return {"storage-driver": "overlay2"}


class DockerdOnContainerd(Dockerd):
    def image_store(self) -> dict:
        return {"features": {"containerd-snapshotter": True}}


# Without control groups none are left behind. The service has no option for its temporary files
# beside the variable TMPDIR, and takes the folder as it is.
CONTAINERS_CONF = """\
[containers]
cgroups = "disabled"
[engine]
cgroup_manager = "cgroupfs"
runtime = "crun"
stop_timeout = 1
[network]
firewall_driver = "iptables"
"""
UNIFIED_GROUPS = "/sys/fs/cgroup/unified"


class PodmanService(Daemon):
    @property
    def temporary_folder(self) -> str:
        return f"{self.data_root}/tmp"

    def configure(self) -> None:
        self.write("/etc/containers/containers.conf", CONTAINERS_CONF)
        self.machine.path(self.temporary_folder).mkdir()
        # crun refuses hosts that have both kinds of control groups, even when it is to use none.
        if self.machine.path(UNIFIED_GROUPS).exists():
            self.machine.exec(["umount", "--quiet", UNIFIED_GROUPS])

    def command(self) -> list[str]:
        folders = [f"--root={self.data_root}/storage", f"--runroot=/run/{self.name}-containers"]
        variables = [f"TMPDIR={self.temporary_folder}", "PODMAN_IGNORE_CGROUPSV1_WARNING=1"]
        return ["env", *variables, "podman", *folders, "system", "service", "--time=0", self.host]


DAEMONS = {"overlay2": DockerdOnOverlay2, "containerd": DockerdOnContainerd, "podman": PodmanService}

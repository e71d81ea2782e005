"""The large image into a registry, beside those who push archives; and platforms that are built side by side."""

import re
from collections.abc import Callable
from statistics import median

from nixlab.registry import Registry

from .large_image_cases import Version
from .measure import Run, median_of
from .result import Result
from .scene import CACHE, PLUGIN, Scene

SKOPEO = ["skopeo", "--insecure-policy", "copy", "-q", "--dest-tls-verify=false"]
PLATFORMS = ["linux/amd64", "linux/arm64"]


class Push:
    def __init__(self, scene: Scene):
        self.scene = scene
        self.registry = scene.enter(Registry(scene.machine))
        self.versions: list[Version] = []
        self.runs = 1 if scene.settings.quick else 5

    def first(self) -> Result:
        """An empty registry, and nothing remembered of earlier pushes."""
        version = self.version(0)
        runs: dict[str, list[Run]] = {}
        for _ in range(1 if self.scene.settings.quick else 3):
            for name, command in self.pushes(version).items():
                self.registry.forget()
                self.forget_pushes()
                runs.setdefault(name, []).append(command())
        return self.result(runs, goal_ratio=1.0)

    def one_path_changed(self) -> Result:
        """The registry has the version before."""
        self.push_all(self.version(0))
        runs: dict[str, list[Run]] = {}
        crossed, requests = [], []
        for number in range(self.runs):
            for name, command in self.pushes(self.version(number + 1)).items():
                bytes_before, requests_before = self.bytes_on_loopback(), self.registry.requests()
                runs.setdefault(name, []).append(command())
                if name == "ours":
                    crossed.append(self.bytes_on_loopback() - bytes_before)
                    requests.append(self.registry.requests() - requests_before)
        return self.result(runs, goal_ratio=1.0, bytes=int(median(crossed)), notes={"requests": median(requests)})

    def nothing_changed(self) -> Result:
        version = self.version(0)
        self.push_all(version)
        runs: dict[str, list[Run]] = {}
        before = self.registry.requests()
        self.pushes(version)["ours"]()
        requests = self.registry.requests() - before
        for _ in range(self.runs):
            for name, command in self.pushes(version).items():
                runs.setdefault(name, []).append(command())
        return self.result(runs, goal_ratio=1.0, notes={"requests": requests})

    def two_platforms(self) -> Result:
        """Each takes five seconds to build."""
        engine = self.scene.engines["containerd"]
        together = ["docker", "nixbuild", "-q", "--platform", ",".join(PLATFORMS), ".#crossSlow"]
        systems = ("x86_64-linux", "aarch64-linux")
        in_turn = " && ".join(f"nix build --no-link .#packages.{system}.crossSlow" for system in systems)
        runs: dict[str, list[Run]] = {"ours": [], "nix build of each": []}
        for _ in range(1 if self.scene.settings.quick else 3):
            for name, command in (("ours", together), ("nix build of each", ["sh", "-c", in_turn])):
                self.scene.edit()
                runs[name].append(self.scene.run(command, engine))
        return self.result(runs, goal_seconds=6.0)

    def version(self, number: int) -> Version:
        while len(self.versions) <= number:
            self.scene.edit()
            version = Version.built_by(self.scene)
            self.scene.warm_page_cache(version.tar)
            self.versions.append(version)
        return self.versions[number]

    def pushes(self, version: Version) -> dict[str, Callable[[], Run]]:
        """One repository each, so that nobody finds what another one brought."""
        ours = [PLUGIN, "push", "-q", "-t", f"{self.registry.name}/ours/app:1", version.conf]
        skopeo = [*SKOPEO, f"docker-archive:{version.tar}", f"docker://{self.registry.name}/skopeo/app:1"]
        crane = ["crane", "push", "--insecure", version.tar, f"{self.registry.name}/crane/app:1"]
        engine = self.scene.engines["overlay2"]
        return {
            "ours": lambda: self.scene.run(ours, engine, memory=True),
            "skopeo copy of the tar": lambda: self.scene.run(skopeo),
            "crane push of the tar": lambda: self.scene.run(crane),
        }

    def push_all(self, version: Version) -> None:
        for command in self.pushes(version).values():
            command()

    def forget_pushes(self) -> None:
        self.scene.output(["rm", "-rf", CACHE, "/var/lib/containers/cache"])

    def bytes_on_loopback(self) -> int:
        """So far, with all headers and answers."""
        return int(re.search(r"\blo:\s*(\d+)", self.scene.output(["cat", "/proc/net/dev"])).group(1))

    @staticmethod
    def result(runs: dict[str, list[Run]], **facts) -> Result:
        medians = {name: median_of(of_one) for name, of_one in runs.items()}
        peak = max((run.rss_kib or 0) for run in runs["ours"]) or None
        return Result(ours=medians.pop("ours"), peers=medians, rss_kib=peak, **facts)


CASES: dict[str, Callable[[Push], Result]] = {
    "push_first": Push.first,
    "push_changed_path": Push.one_path_changed,
    "push_nothing_changed": Push.nothing_changed,
    "two_platforms": Push.two_platforms,
}

"""The closure of the large image into a cache of Cachix's protocol, beside Nix's own copy of it."""

from collections.abc import Callable

from .cache_store import NAME, CacheStore
from .large_image_cases import Version
from .measure import Run, median_of
from .result import Result
from .scene import PLUGIN, Scene

STORE = "/root/cache-store"
FOLDER = "/root/cache-folder"
SETTINGS = "/root/.config/cachix"
COPY = ["nix", "copy", "--no-check-sigs", "--to"]


class CachePush:
    def __init__(self, scene: Scene):
        self.scene = scene
        self.store = scene.enter(CacheStore(scene.machine, STORE))
        settings = scene.machine.path(SETTINGS)
        settings.mkdir(parents=True, exist_ok=True)
        (settings / "cachix.dhall").write_text(self.store.dhall())

    def large(self) -> Result:
        """Into an empty cache; Nix by the same server and the same compression, and into a folder of the same disk."""
        path = Version.built_by(self.scene).conf
        closure = self.scene.output(["nix-store", "-qR", path]).split()
        self.scene.warm_page_cache(*closure)
        commands: dict[str, list[str]] = {
            "ours": [PLUGIN, "cache", "push", "--progress=quiet", "--cache-to", f"cachix:{NAME}", path],
            "nix copy by http": [*COPY, f"{self.store.url}?compression=zstd", path],
            "nix copy into a folder": [*COPY, f"file://{FOLDER}?compression=zstd", path],
        }
        runs: dict[str, list[Run]] = {name: [] for name in commands}
        stored = 0
        for _ in range(1 if self.scene.settings.quick else 5):
            for name, command in commands.items():
                self.store.forget()
                self.scene.output(["rm", "-rf", FOLDER, "/root/.cache/nix"])
                self.scene.output(["sync"])
                runs[name].append(self.scene.run(command, memory=name == "ours"))
                stored = self.store.bytes_stored() if name == "ours" else stored
        medians = {name: median_of(of_one) for name, of_one in runs.items()}
        peak = max((run.rss_kib or 0) for run in runs["ours"]) or None
        return Result(ours=medians.pop("ours"), peers=medians, bytes=stored, rss_kib=peak, goal_ratio=1.0)


CASES: dict[str, Callable[[CachePush], Result]] = {"cache_push_large": CachePush.large}

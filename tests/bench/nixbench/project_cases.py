"""A dev container and a Compose project of the large image, beside what people do by hand."""

import json
from collections.abc import Callable
from statistics import median

from .measure import Run, median_of
from .result import Result
from .scene import NAME, PROJECT, Scene
from .stores import in_each_store

COMPOSE_FILE = f"""\
x-nixbuild:
  app: .#large
services:
  app:
    image: {NAME}
    pull_policy: never
    network_mode: none
    stop_grace_period: 0s
    command: ["/bin/sleep", "infinity"]
"""
TARGETS = {f"variant{number}": {"installable": f".#variant{number}"} for number in range(10)}
DEV_CONTAINER = {"dockerComposeFile": "../compose.yaml", "service": "app"}
BY_HAND = "nix build .#large && docker load -i result && docker compose down && docker compose up -d"


class Project:
    def __init__(self, scene: Scene):
        self.scene = scene
        self.quick = scene.settings.quick
        scene.machine.path(f"{PROJECT}/compose.yaml").write_text(COMPOSE_FILE)
        folder = scene.machine.path(f"{PROJECT}/.devcontainer")
        folder.mkdir()
        (folder / "devcontainer.json").write_text(json.dumps(DEV_CONTAINER))

    def reopen(self, store: str) -> Result:
        """Nothing has changed: what initializeCommand takes without Nix."""
        engine = self.scene.engines[store]
        build = ["docker", "nixbuild", "devcontainer", "build"]
        self.scene.run(build, engine)
        runs = []
        for _ in range(1 if self.quick else 10):
            self.scene.seconds_of_nix()
            seconds = self.scene.run(build, engine, wrapped=True).seconds
            runs.append(seconds - self.scene.seconds_of_nix())
        return Result(ours=median(runs), goal_seconds=0.300)

    def rebuild(self, store: str) -> Result:
        """One small path of the image has changed: from the edited file to the new container."""
        engine = self.scene.engines[store]
        ours = "docker nixbuild devcontainer build && docker compose up -d"
        runs: dict[str, list[Run]] = {"ours": [], "by hand": []}
        self.scene.run(["sh", "-c", ours], engine)
        for _ in range(1 if self.quick else 3):
            for name, script in (("by hand", BY_HAND), ("ours", ours)):
                self.scene.edit()
                runs[name].append(self.scene.run(["sh", "-c", script], engine))
        self.scene.run(["docker", "compose", "down"], engine)
        return Result(ours=median_of(runs["ours"]), peers={"by hand": median_of(runs["by hand"])}, goal_ratio=0.1)

    def compose_up(self, store: str) -> Result:
        """Nothing has changed: what `docker nixbuild compose up -d` takes, without Nix, beyond what Compose does."""
        engine = self.scene.engines[store]
        ours, compose = ["docker", "nixbuild", "compose", "up", "-d"], ["docker", "compose", "up", "-d"]
        self.scene.run(ours, engine)
        beyond, alone = [], []
        for _ in range(1 if self.quick else 10):
            self.scene.seconds_of_nix()
            seconds = self.scene.run(ours, engine, wrapped=True).seconds - self.scene.seconds_of_nix()
            alone.append(self.scene.run(compose, engine).seconds)
            beyond.append(seconds - alone[-1])
        self.scene.run(["docker", "compose", "down"], engine)
        return Result(ours=median(beyond), notes={"ms of docker compose up": median(alone) * 1e3}, goal_seconds=0.300)


    def ten_images(self, store: str) -> Result:
        """They share nine tenths of their content, are built already, and the engine has none of it."""
        engine = self.scene.engines[store]
        self.scene.machine.path(f"{PROJECT}/nixbuild.json").write_text(json.dumps({"target": TARGETS}))
        together = ["docker", "nixbuild", "bake", "--progress=quiet", *TARGETS]
        one_by_one = " && ".join(f"docker nixbuild -q .#{name}" for name in TARGETS)
        self.scene.run(together, engine)
        missing = self.bytes_of_missing_layers()
        runs: dict[str, list[Run]] = {"ours": [], "one by one": []}
        for _ in range(1 if self.quick else 3):
            for name, command in (("ours", together), ("one by one", ["sh", "-c", one_by_one])):
                self.scene.empty(engine)
                runs[name].append(self.scene.run(command, engine))
        self.scene.empty(engine)
        sent = self.scene.bytes_sent(together, engine)
        self.scene.empty(engine)
        return Result(
            ours=median_of(runs["ours"]),
            peers={"one by one": median_of(runs["one by one"])},
            bytes=sent,
            notes={"bytes an image beyond the missing layers": (sent - missing) / len(TARGETS)},
        )

    def bytes_of_missing_layers(self) -> int:
        """Of all ten images, each layer once."""
        sizes = {}
        for name in TARGETS:
            told = json.loads(self.scene.output(["docker", "nixbuild", "inspect", "--format=json", f".#{name}"]))
            sizes.update({layer["diffId"]: layer["size"] for image in told["images"] for layer in image["layers"]})
        return sum(sizes.values())


CASES: dict[str, Callable[[Project], Result]] = in_each_store(
    devcontainer_reopen=Project.reopen, devcontainer_rebuild=Project.rebuild, compose_up=Project.compose_up, ten_images=Project.ten_images
)

"""How a flake's source tree gets to the engine's machine: the time of that step, and what crosses the network."""

import itertools
import json
from collections.abc import Callable
from datetime import datetime
from statistics import median

from .remote_scene import PROJECT, RemoteScene
from .result import Result

STEP = "transfer sources"
FILES, FOLDERS = 5000, 50
RUNS_OF_PEER = 3


class SourceTree:
    """A client with a project of 5,000 files."""

    def __init__(self, scene: RemoteScene):
        self.scene = scene
        self.runs = 3 if scene.settings.quick else 11
        self._versions = itertools.count()
        scene.make_project(scene.client, FILES, FOLDERS)
        self.transfer()  # the agent and the whole tree

    def unchanged(self) -> Result:
        """A tree that the other machine has."""
        return self._measured(lambda: None, goal_seconds=0.1)

    def one_changed(self) -> Result:
        """The same, but one file of some bytes is another."""
        return self._measured(self._edit)

    def transfer(self) -> tuple[float, int]:
        """Seconds of the step, and bytes that the client sent in the whole run."""
        before = self.scene.sent_bytes()
        told = self.scene.nixbuild("--progress=rawjson", "--dry-run", ".#image").stderr
        return _seconds_of_step(told), self.scene.sent_bytes() - before

    def _measured(self, change: Callable[[], None], **goal) -> Result:
        ours, by_tar = [], []
        for number in range(self.runs):
            change()
            ours.append(self.transfer())
            if number < RUNS_OF_PEER:
                by_tar.append(self._tar_through_ssh())
        peer_bytes = median(sent for _, sent in by_tar)
        return Result(
            ours=median(seconds for seconds, _ in ours),
            peers={"tar through ssh": median(seconds for seconds, _ in by_tar)},
            bytes=int(median(sent for _, sent in ours)),
            notes={"bytes of the tar": peer_bytes},
            **goal,
        )

    def _tar_through_ssh(self) -> tuple[float, int]:
        """What users do by hand."""
        before = self.scene.sent_bytes()
        there = "rm -rf copy && mkdir copy && tar -x -C copy"
        seconds = self.scene.timed(self.scene.client, f"tar -c . | ssh {self.scene.ssh.address} '{there}'")
        return seconds, self.scene.sent_bytes() - before

    def _edit(self) -> None:
        file = self.scene.client.path(f"{PROJECT}/folder-7/file-of-the-project-7")
        file.write_text(f"version {next(self._versions)}\n")


def _seconds_of_step(told: str) -> float:
    for line in told.splitlines():
        if not line.startswith("{"):
            continue
        for vertex in json.loads(line).get("vertexes", []):
            if vertex.get("name") == STEP and vertex.get("completed"):
                began, ended = (datetime.fromisoformat(vertex[name]) for name in ("started", "completed"))
                return (ended - began).total_seconds()
    raise RuntimeError(f"there was no step '{STEP}':\n{told[-2000:]}")


CASES: dict[str, Callable[[SourceTree], Result]] = {
    "source_unchanged": SourceTree.unchanged,
    "source_one_changed": SourceTree.one_changed,
}

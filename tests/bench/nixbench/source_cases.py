"""How a flake's source tree gets to the engine's machine: the time of that step, and what crosses the network."""

import itertools
import json
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from statistics import median

from nixlab.engine import Engine
from nixlab.lanes import LANES
from nixlab.locations import FLAKES
from nixlab.machine import Machine
from nixlab.preflight import check_namespaces
from nixlab.rootfs import ensure_root
from nixlab.ssh import SshServer

from .result import Result
from .settings import Settings

LANE = LANES["trixie-overlay2"]  # the suite with sshd
PLUGIN = "/usr/libexec/docker/cli-plugins/docker-nixbuild"
AGENTS = "/usr/libexec/docker/lib/docker-nixbuild"
PROJECT = "/root/project"
STEP = "transfer sources"
FILES, FOLDERS = 5000, 50
RUNS_OF_PEER = 3


class SourceTree:
    """A context manager: a client with a project of 5,000 files, and a machine with Nix and an engine behind ssh."""

    def __init__(self, settings: Settings):
        self.runs = 3 if settings.quick else 11
        self._settings = settings
        self._stack = ExitStack()
        self._versions = itertools.count()
        self.client: Machine
        self.ssh: SshServer

    def __enter__(self) -> "SourceTree":
        check_namespaces()
        agent = self._settings.agent()
        binds = [(self._settings.plugin, PLUGIN, True), (agent, f"{AGENTS}/{agent.name}", True)]
        root = ensure_root(LANE.suite)
        with self._stack as stack:
            self.client = stack.enter_context(Machine(root, "client", binds, in_memory=False))
            server = stack.enter_context(Machine(root, "server", in_memory=False))
            stack.enter_context(Engine(server, LANE.image_store))
            self.ssh = stack.enter_context(SshServer(self.client, server))
            self._make_project()
            self.transfer()  # the agent and the whole tree
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def unchanged(self) -> Result:
        """A tree that the other machine has."""
        return self._measured(lambda: None, goal_seconds=0.1)

    def one_changed(self) -> Result:
        """The same, but one file of some bytes is another."""
        return self._measured(self._edit)

    def transfer(self) -> tuple[float, int]:
        """Seconds of the step, and bytes that the client sent in the whole run."""
        before = self._sent_bytes()
        words = ["docker", "-H", self.ssh.url, "nixbuild", "--progress=rawjson", "--dry-run", ".#image"]
        told = self.client.exec(words, cwd=PROJECT).check().stderr
        return _seconds_of_step(told), self._sent_bytes() - before

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
        before = self._sent_bytes()
        there = "rm -rf copy && mkdir copy && tar -x -C copy"
        script = f"date +%s.%N; tar -c -C {PROJECT} . | ssh {self.ssh.address} '{there}'; date +%s.%N"
        began, ended = self.client.exec(["sh", "-euc", script]).check().stdout.split()
        return float(ended) - float(began), self._sent_bytes() - before

    def _sent_bytes(self) -> int:
        (counter,) = self.client.path("/sys/class/net").glob("lab*/statistics/tx_bytes")
        return int(counter.read_text())

    def _edit(self) -> None:
        self.client.path(f"{PROJECT}/folder-7/file-of-the-project-7").write_text(f"version {next(self._versions)}\n")

    def _make_project(self) -> None:
        self.client.copy_in(FLAKES / "hello", PROJECT)
        for number in range(FILES):
            file = self.client.path(f"{PROJECT}/folder-{number % FOLDERS}/file-of-the-project-{number}")
            file.parent.mkdir(exist_ok=True)
            file.write_text(f"file {number}\n")
        for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "The project"]):
            words = ["git", "-c", "user.name=Bench", "-c", "user.email=bench@example.org", *command]
            self.client.exec(words, cwd=PROJECT).check()


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

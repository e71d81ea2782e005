"""The machine and the engine that all tests of one run share."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from .engine import Engine
from .lanes import Lane
from .locations import FLAKES, runs_folder
from .machine import Bind, Machine
from .outcome import LaneUnavailable
from .plugin import plugin_binds
from .preflight import check_namespaces
from .rootfs import ensure_root
from .run_folder import sweep_stale_runs
from .suites import GUEST

FLAKES_INSIDE = "/flakes"
GUEST_INSIDE = "/usr/lib/debian-guest"

_current: "Session | None" = None


class Session:
    """A context manager; while it is entered, tests find it with current()."""

    def __init__(self, lane: Lane):
        self.lane = lane
        self.root: Path
        self.machine: Machine
        self.engine: Engine
        self._stack = ExitStack()

    def __enter__(self) -> "Session":
        global _current
        check_namespaces()
        runs_folder().mkdir(parents=True, exist_ok=True)
        for run in sweep_stale_runs():
            print(f"removed what the killed run {run} had left", flush=True)
        self.root = ensure_root(self.lane.suite)
        with self._stack:
            self.machine = self._stack.enter_context(self.new_machine(self.lane.name))
            self.engine = Engine(self.machine, self.lane.image_store)
            self.engine.start()
            _current = self
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        global _current
        _current = None
        # The engine ends with its machine; stopping it first would only take time.
        self._stack.close()

    def new_machine(self, name: str, binds: Sequence[Bind] = ()) -> Machine:
        """One more machine with the lane's root file system, the plugin and the flakes; not yet started."""
        return Machine(self.root, name, [(FLAKES, FLAKES_INSIDE, True), *guest_binds(), *plugin_binds(), *binds])

    def describe(self) -> str:
        version = self.engine.api.version()
        nix = self.machine.exec(["nix", "--version"]).stdout.strip()
        return f"lane {self.lane.name}: engine {version['Version']} ({self.lane.image_store}), {nix}"


def guest_binds() -> list[Bind]:
    """What the flake nixos-like packs; without it, tests that need it are skipped."""
    try:
        return [(ensure_root(GUEST), GUEST_INSIDE, True)]
    except LaneUnavailable as reason:
        print(f"no guest for systems that boot: {reason}", flush=True)
        return []


def current() -> Session:
    assert _current is not None, "these tests run only under tests/lab/run"
    return _current

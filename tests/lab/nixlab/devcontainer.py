"""What tests with the dev containers' own command line program have at hand."""

import json
import shutil
import unittest
from contextlib import ExitStack
from pathlib import Path

from . import session
from .devcontainer_cli import INSIDE, PROGRAM, ensure_devcontainer_cli, node_binds
from .engine import Engine
from .lanes import LANES
from .machine import Machine
from .outcome import LaneUnavailable
from .plugin import SOURCES
from .process import Process, Result
from .session import GUEST_INSIDE
from .testcase import PluginTest

FEATURE_SOURCES = SOURCES / "devcontainer-feature"
IMAGE = "nixbuild.local/demo:dev"
SYSTEM = "#nixosConfigurations.demo"
RECORDER = "/usr/local/lib/recorder/docker"
CALLS = "/run/docker-calls"
# The program starts `docker events` and at once `docker run`. Where the container is quicker than the events,
# it waits for ever: it shall also see those of the past.
RECORDING = f"""\
#!/bin/sh
echo "$*" >>{CALLS}
[ "$1" != events ] || set -- "$@" --since "$(date +%s.%N)"
exec /usr/bin/docker "$@"
"""
LONG = 240.0
# For programs that start the program, or that the program has started.
SEARCH_PATH = {"PATH": f"{INSIDE}:{RECORDER.rpartition('/')[0]}:/usr/sbin:/usr/bin:/sbin:/bin"}

# Engines that --privileged works with wherever the lab runs, and that have buildx and Compose.
ENGINES = (LANES["sid-overlay2"], LANES["sid-containerd"])


class DevcontainerTest(PluginTest):
    """A machine for all tests of a module, with the command line program; `self.work` is a workspace."""

    _shared: tuple[Machine, Engine] | None = None

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        if cls.lab.lane not in ENGINES:
            raise unittest.SkipTest("no buildx or no privileged containers")
        if not cls.machine.path(GUEST_INSIDE).exists():
            raise unittest.SkipTest("there is no guest to boot")
        try:
            program = ensure_devcontainer_cli()
        except LaneUnavailable as reason:
            raise unittest.SkipTest(str(reason)) from None
        if DevcontainerTest._shared is None:
            DevcontainerTest._shared = _start(cls.lab, program)
            unittest.addModuleCleanup(setattr, DevcontainerTest, "_shared", None)
        cls.machine, cls.engine = DevcontainerTest._shared

    def setUp(self) -> None:
        super().setUp()
        self.log = ""
        self.outside(CALLS).write_text("")
        self.work = self.flake("nixos-like")
        self.addCleanup(self.engine.api.remove_everything)

    def configure(self, **changes) -> None:
        """devcontainer.json; with a comment and a comma too many, as people write it. What is None is left out."""
        configuration = {
            "name": "demo",
            "image": IMAGE,
            "initializeCommand": "docker nixbuild devcontainer build",
            "remoteUser": "dev",
            "runArgs": ["--network=none"],
            "customizations": {"nixbuild": {"installable": f".{SYSTEM}"}},
            **changes,
        }
        text = json.dumps({name: value for name, value in configuration.items() if value is not None}, indent=2)
        text = f"// what the editor reads\n{text.removesuffix('}').rstrip()},\n}}\n"
        self.write(".devcontainer/devcontainer.json", text)

    def configure_nixbuild(self, **settings) -> None:
        self.configure(customizations={"nixbuild": {"installable": f".{SYSTEM}"} | settings})

    def write(self, name: str, text: str) -> None:
        file = self.outside(f"{self.work}/{name}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def add_feature(self, options: dict | None = None, **changes) -> None:
        """The feature of this checkout, as a local one, with an image that says nothing about itself."""
        self.copy_feature()
        configuration = {
            "features": {"./nixbuild": options or {}},
            "customizations": {"nixbuild": {"installable": f".{SYSTEM}", "metadata": False}},
            "overrideCommand": False,
            "updateRemoteUserUID": False,
        }
        self.configure(**{**configuration, **changes})

    def copy_feature(self) -> None:
        shutil.copytree(FEATURE_SOURCES / "src/nixbuild", self.outside(f"{self.work}/.devcontainer/nixbuild"))

    def devcontainer(self, command: str, *words: str) -> Result:
        return self.machine.exec(self._words(command, words), cwd=self.work, patience=LONG)

    def begin(self, command: str, *words: str) -> Process:
        return self.machine.spawn(self._words(command, words), cwd=self.work)

    def _words(self, command: str, words: tuple[str, ...]) -> list[str]:
        return [PROGRAM, command, "--workspace-folder", self.work, "--docker-path", RECORDER, *words]

    def container_of_workspace(self) -> str:
        label = f"label=devcontainer.local_folder={self.work}"
        return self.docker("ps", "-q", "--filter", label).check().stdout.strip()

    def is_there(self, container: str, path: str) -> bool:
        return self.docker("exec", container, "/bin/sh", "-c", f"[ -e {path} ]").returncode == 0

    def state_of(self, container: str) -> str:
        return self.docker("exec", container, "systemctl", "is-system-running").stdout.strip()

    def up(self, *words: str) -> str:
        """The container, whose process 1 has been started."""
        done = self.devcontainer("up", *words).check()
        outcome = json.loads(done.stdout)
        self.assertEqual(outcome["outcome"], "success", done)
        self.log = done.stderr
        return outcome["containerId"]

    def inside(self, *command: str) -> str:
        """As the editor runs commands: by the program, as the remote user."""
        return self.devcontainer("exec", *command).check().stdout.replace("\r\n", "\n")

    def hook_output(self) -> str:
        """What the last `up` said from the first hook on."""
        return self.log[self.log.index("Running the onCreateCommand") :]

    def docker_calls(self) -> list[str]:
        """What the program has asked docker for, without what initializeCommand does."""
        return self.outside(CALLS).read_text().splitlines()

    def assert_builds_nothing(self) -> None:
        calls = self.docker_calls()
        self.assertTrue(any(call.startswith("run ") for call in calls), calls)
        self.assertEqual(self.builds(), [])

    def builds(self) -> list[str]:
        return [call for call in self.docker_calls() if call.startswith(("build ", "buildx build", "pull "))]


def _start(lab: session.Session, program: Path) -> tuple[Machine, Engine]:
    stack = ExitStack()
    unittest.addModuleCleanup(stack.close)
    machine = stack.enter_context(lab.new_machine("devcontainer", [(program, INSIDE, True), *node_binds()]))
    engine = stack.enter_context(Engine(machine, lab.lane.image_store))
    recorder = machine.path(RECORDER)
    recorder.parent.mkdir(parents=True)
    recorder.write_text(RECORDING)
    recorder.chmod(0o755)
    return machine, engine

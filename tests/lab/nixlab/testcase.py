"""What all tests of the lab have at hand."""

import os
import unittest
from pathlib import Path

from . import session
from .engine import Engine
from .lanes import LANE_OF_LAB_TESTS
from .locations import FLAKES
from .machine import Machine
from .plugin import VARIABLE, plugin_binary
from .process import Result

WORK = "work-of-a-test-"


def skip_unless_lane_of_lab_tests() -> None:
    if session.current().lane is not LANE_OF_LAB_TESTS:
        raise unittest.SkipTest(f"the same in all lanes; runs in {LANE_OF_LAB_TESTS.name}")


class LabTest(unittest.TestCase):
    """Each test begins with an engine that has no images and no containers."""

    machine: Machine
    engine: Engine
    # What is about Nix, registries or connections runs in one lane of each suite.
    same_for_all_image_stores = False

    @classmethod
    def setUpClass(cls) -> None:
        cls.lab = session.current()
        if cls.same_for_all_image_stores and cls.lab.lane.image_store != "overlay2":
            raise unittest.SkipTest("the same for all image stores; runs with overlay2")
        cls.machine = cls.lab.machine
        cls.engine = cls.lab.engine

    def setUp(self) -> None:
        self.engine.api.remove_everything()
        self.work = self.new_work_folder()

    def new_work_folder(self) -> str:
        return self.machine.new_folder(WORK)

    def docker(self, *words: str, **options) -> Result:
        return self.machine.exec(["docker", *words], **{"cwd": self.work, **options})

    def flake(self, name: str) -> str:
        """A private copy of a test flake, as a folder inside the machine."""
        return self.machine.copy_in(FLAKES / name, f"{self.work}/{name}")

    def nix_build(self, reference: str) -> str:
        """Builds with Nix alone and answers with the store path."""
        link = f"{self.work}/result-{reference.partition('#')[2]}"
        self.machine.exec(["nix", "build", reference, "--out-link", link]).check()
        return os.readlink(self.machine.path(link))

    def nix_eval(self, reference: str) -> str:
        """An attribute's text, as `nix eval --raw` gives it."""
        return self.machine.exec(["nix", "eval", "--raw", reference]).check().stdout

    def edit(self, inside: str, old: str, new: str) -> None:
        """Changes a text file of a test's own."""
        file = self.outside(inside)
        text = file.read_text()
        assert old in text, f"{inside} has no {old!r}"
        file.write_text(text.replace(old, new))

    def outside(self, inside: str) -> Path:
        return self.machine.path(inside)

    def replace(self, inside: str, text: str | None, machine=None) -> None:
        """Gives a file other contents, or none, until the test ends."""
        file = (machine or self.machine).path(inside)
        before = file.read_bytes() if file.exists() else None
        self.addCleanup(lambda: file.unlink(missing_ok=True) if before is None else file.write_bytes(before))
        file.unlink(missing_ok=True) if text is None else file.write_text(text)

    def assert_greets(self, image: str, engine: Engine | None = None) -> None:
        """A container of the image runs and says what the test flake's image says."""
        self.assertEqual(self.said_by(image, engine), "Hello from Nix\n")

    def said_by(self, image: str, engine: Engine | None = None) -> str:
        """By the container's log: a busy engine loses output of short-lived containers that it streams."""

        def docker(*words: str) -> str:
            return self.docker(*words, env={"DOCKER_HOST": (engine or self.engine).host}).check().stdout

        container = docker("run", "--detach", "--network=none", image).strip()
        self.assertEqual(docker("wait", container), "0\n")
        said = docker("logs", container)
        docker("rm", container)
        return said


class PluginTest(LabTest):
    """A test of the plugin; skipped when there is none."""

    @classmethod
    def setUpClass(cls) -> None:
        if plugin_binary() is None:
            raise unittest.SkipTest(f"{VARIABLE} is not set")
        super().setUpClass()

    def setUp(self) -> None:
        super().setUp()
        self._temporary_files_before = self._temporary_files()

    def nixbuild(self, *words: str, **options) -> Result:
        return self.docker("nixbuild", *words, **options)

    def image_id(self, reference: str) -> str:
        image = self.engine.api.image(reference)
        self.assertIsNotNone(image, f"the engine has no image {reference}")
        return image["Id"]

    def layers(self, reference: str) -> list[str]:
        """The diff IDs, bottom first."""
        image = self.engine.api.image(reference)
        self.assertIsNotNone(image, f"the engine has no image {reference}")
        return image["RootFS"]["Layers"]

    def assert_nothing_left(self) -> None:
        """No image, tagged or not, and no temporary files of the plugin or the engine."""
        self.assertEqual(self.engine.api.images(), [])
        self.assertEqual(self.new_temporary_files(), set())

    def new_temporary_files(self) -> set[str]:
        """Those that were not there when the test began."""
        return self._temporary_files() - self._temporary_files_before

    def _temporary_files(self) -> set[str]:
        engine_folder = self.outside(self.engine.daemon.temporary_folder)
        of_engine = os.listdir(engine_folder) if engine_folder.exists() else []
        of_plugin = [name for name in os.listdir(self.outside("/tmp")) if not name.startswith(WORK)]
        return {*of_engine, *of_plugin}

    def assert_fails(self, result: Result, *texts: str, status: int = 1) -> None:
        """The run failed with that status, and its error message contains all the texts."""
        self.assertEqual(result.returncode, status, result)
        self.assertIn("ERROR: ", result.stderr, result)
        for text in texts:
            self.assertIn(text, result.stderr, result)

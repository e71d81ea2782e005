"""What tests of engines on another machine have at hand."""

import unittest
from contextlib import ExitStack

from . import session
from .engine import Engine
from .lanes import LANES
from .plugin import agent_binary
from .process import Result
from .ssh import SshServer
from .testcase import PluginTest
from .waiting import wait_until

BUILDER = "the endless build has begun"  # words of its script, and so of its command line


class RemoteTest(PluginTest):
    """A second machine with an engine, behind ssh."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.skip_unless_possible()
        super().setUpClass()
        stack = ExitStack()
        cls.addClassCleanup(stack.close)
        cls.server = stack.enter_context(cls.lab.new_machine("server"))
        cls.far_engine = stack.enter_context(Engine(cls.server, cls.lab.lane.image_store))
        cls.ssh = stack.enter_context(SshServer(cls.machine, cls.server))

    @staticmethod
    def skip_unless_possible() -> None:
        if session.current().lane.suite is not LANES["trixie-overlay2"].suite:
            raise unittest.SkipTest("the other suites have no sshd")
        if agent_binary() is None:
            raise unittest.SkipTest("there is no agent to be copied to another machine")

    def setUp(self) -> None:
        super().setUp()
        self.far_engine.api.remove_everything()

    def far_nixbuild(self, *words: str, **options) -> Result:
        return self.docker("-H", self.ssh.url, "nixbuild", *words, **options)

    def processes(self) -> str:
        return self.server.exec(["ps", "-e", "-o", "args="]).check().stdout

    def assert_nothing_runs(self) -> None:
        def has_ended() -> bool:
            now = self.processes()
            return BUILDER not in now and "docker-nixbuild/agent-" not in now

        wait_until(has_ended, "neither the build nor the agent runs")

    def far_image(self, reference: str) -> dict:
        image = self.far_engine.api.image(reference)
        self.assertIsNotNone(image, f"the far engine has no image {reference}")
        return image

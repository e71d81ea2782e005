"""What tests of engines on another machine have at hand."""

import unittest
from contextlib import ExitStack

from . import session
from .engine import Engine
from .far import FarTest
from .lanes import LANES
from .plugin import agent_binary
from .process import Result
from .ssh import SshServer


class RemoteTest(FarTest):
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

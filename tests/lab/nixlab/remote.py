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


# Variables with which none is found to be copied to another machine.
NO_AGENT = {"NIXBUILD_AGENT_DIR": "/nonexistent"}


class RemoteTest(FarTest):
    """A second machine with an engine, behind ssh; in one suite, unless a subclass names another."""

    suite = LANES["trixie-overlay2"].suite

    @classmethod
    def setUpClass(cls) -> None:
        cls.skip_unless_possible()
        super().setUpClass()
        stack = ExitStack()
        cls.addClassCleanup(stack.close)
        cls.server = stack.enter_context(cls.lab.new_machine("server"))
        cls.far_engine = stack.enter_context(Engine(cls.server, cls.lab.lane.image_store))
        cls.ssh = stack.enter_context(SshServer(cls.machine, cls.server))

    @classmethod
    def skip_unless_possible(cls) -> None:
        if session.current().lane.suite is not cls.suite:
            raise unittest.SkipTest(f"engines behind ssh are tested in the suite {cls.suite.name}")
        if agent_binary() is None:
            raise unittest.SkipTest("there is no agent to be copied to another machine")

    def setUp(self) -> None:
        super().setUp()
        self.far_engine.api.remove_everything()

    def far_nixbuild(self, *words: str, **options) -> Result:
        return self.docker("-H", self.ssh.url, "nixbuild", *words, **options)

    def kill_there(self, words: str) -> None:
        """Kills what has these words in its command line."""
        listed = self.server.exec(["ps", "-e", "-o", "pid=,args="]).check().stdout.splitlines()
        pids = [line.split()[0] for line in listed if words in line]
        self.assertTrue(pids, listed)
        self.server.exec(["kill", "-KILL", *pids])  # some go with the others

    def mount_there(self, folder: str, options: str) -> None:
        """Puts a file system in memory over a folder until the test ends."""
        self.server.exec(["mkdir", "-p", folder]).check()
        self.server.exec(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder]).check()
        self.addCleanup(lambda: self.server.exec(["umount", folder]).check())

    def programs_there(self, without: tuple[str, ...] = (), **own: str) -> None:
        """Until the test ends, a shell that ssh starts there finds these scripts, and all but those programs."""
        self.replace("/root/.bashrc", f"PATH={self.folder_of_programs(without, **own)}\n", self.server)

    def folder_of_programs(self, without: tuple[str, ...] = (), **own: str) -> str:
        folder = self.server.new_folder("programs-of-a-test-", within="/opt")
        for name, script in own.items():
            file = self.server.path(f"{folder}/{name}")
            file.write_text(script)
            file.chmod(0o755)
        link = 'for file in /usr/bin/* /usr/sbin/*; do ln -s "$file" . 2>/dev/null; done; rm -f "$@"'
        self.server.exec(["sh", "-c", link, "sh", *without, "none"], cwd=folder).check()
        return folder

"""What tests of an engine on another machine have at hand, however it is reached."""

from .engine import Engine
from .machine import Machine
from .testcase import PluginTest
from .waiting import wait_until

BUILDER = "the endless build has begun"  # words of its script, and so of its command line
# Of the command lines that we leave on another machine: the agent's, the script that copies it there,
# and the script that builds without it.
OURS = ("docker-nixbuild/agent-", "head -c ", "docker_answers=")


class FarTest(PluginTest):
    """Subclasses start `server` and its engine."""

    server: Machine
    far_engine: Engine

    def processes(self) -> str:
        """On the far machine, in containers and beside them."""
        return self.server.exec(["ps", "-e", "-o", "args="]).check().stdout

    def assert_nothing_runs(self) -> None:
        def has_ended() -> bool:
            now = self.processes()
            return not any(words in now for words in (BUILDER, *OURS))

        wait_until(has_ended, "neither the build nor anything of ours runs")

    def far_image(self, reference: str) -> dict:
        image = self.far_engine.api.image(reference)
        self.assertIsNotNone(image, f"the far engine has no image {reference}")
        return image

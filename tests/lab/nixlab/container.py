"""What tests of builder containers have at hand."""

import unittest
from contextlib import ExitStack
from pathlib import Path

from . import builder_image, session
from .far import BUILDER, FarTest
from .lanes import LANES
from .plugin import agent_binary
from .process import Process, Result
from .tls_engine import TlsEngine
from .waiting import wait_until

CONTEXT = "far"
DEFAULT = "docker-nixbuild-default"
IMAGE_LABEL = "com.docker-nixbuild.image"


class ContainerTest(FarTest):
    """A second machine with an engine that only its Docker context leads to, by TCP and TLS."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        if session.current().lane not in (LANES["trixie-overlay2"], LANES["trixie-containerd"]):
            raise unittest.SkipTest("no privileged containers, or nothing to make the builder's image of")
        if agent_binary() is None:
            raise unittest.SkipTest("there is no agent to be copied to another machine")
        stack = ExitStack()
        cls.addClassCleanup(stack.close)
        cls.server = stack.enter_context(cls.lab.new_machine("server"))
        cls.far_engine = stack.enter_context(TlsEngine(cls.machine, cls.server, cls.lab.lane.image_store, CONTEXT))
        cls.far_engine.make_context()
        cls.addClassCleanup(lambda: cls.machine.exec(["docker", "context", "rm", "--force", CONTEXT]).check())
        builder_image.make_builder_image(cls.far_engine)

    def setUp(self) -> None:
        super().setUp()
        for tag in self.far_engine.api.tags() - {builder_image.NAME}:
            self.far_engine.api.request("DELETE", f"/images/{tag}?force=1")

    def far_docker(self, *words: str, **options) -> Result:
        return self.docker("--context", CONTEXT, *words, **options)

    def far_nixbuild(self, *words: str, env: dict[str, str] | None = None, **options) -> Result:
        image = {"NIXBUILD_BUILDER_IMAGE": builder_image.NAME}
        return self.far_docker("nixbuild", *words, env={**image, **(env or {})}, **options)

    def build_in_container(self, *words: str, **options) -> Result:
        return self.far_nixbuild("--builder=container", *words, **options)

    def begin_endless_build(self) -> Process:
        self.work = self.flake("faults")
        running = self.machine.spawn(
            ["docker", "--context", CONTEXT, "nixbuild", "--builder=container", "--progress=plain", ".#endless"],
            cwd=self.work,
            env={"NIXBUILD_BUILDER_IMAGE": builder_image.NAME},
        )
        wait_until(lambda: BUILDER in self.processes(), "the build has begun")
        return running

    def far_tags(self) -> set[str]:
        return self.far_engine.api.tags() - {builder_image.NAME}

    def container(self, name: str = DEFAULT) -> dict | None:
        return self.far_engine.api.container(name)

    def volume(self, name: str = DEFAULT) -> dict | None:
        return self.far_engine.api.volume(name)

    def bytes_over_the_border(self) -> int:
        """What has passed between the machines up to now."""
        counters = Path(f"/proc/{self.server.init_pid}/net/dev").read_text().splitlines()
        fields = next(line.split(":")[1].split() for line in counters if line.strip().startswith("lab"))
        return int(fields[0]) + int(fields[8])

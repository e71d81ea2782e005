"""What tests of registries have at hand."""

import base64
import json
import platform

from .process import Result
from .registry import Registry, skip_without_registry
from .testcase import PluginTest


class PushTest(PluginTest):
    """Skipped in suites that have no docker-registry."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        skip_without_registry(cls.machine)

    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("hello")

    def skip_without_cross_images(self) -> None:
        if platform.machine() != "x86_64":
            self.skipTest("the test's images for other platforms are made on amd64")

    def open_registry(self, **options) -> Registry:
        """Until the test ends."""
        return self.enterContext(Registry(self.machine, **options))

    def push(self, name: str, *words: str, image: str = ".#streamImage", **options) -> Result:
        return self.nixbuild("--push", "-t", name, *words, image, **options)

    def change_image(self, text: str) -> None:
        """Its greeting, and with it one layer and the config; again as often as one likes."""
        contents = self.outside(f"{self.work}/contents.nix")
        lines = contents.read_text().splitlines(keepends=True)
        (index,) = [number for number, line in enumerate(lines) if line.endswith("> $out/share/greeting\n")]
        lines[index] = f'    echo "{text}" > $out/share/greeting\n'
        contents.write_text("".join(lines))

    def docker_config(self, content: dict) -> dict[str, str]:
        """The environment of a docker whose config.json that is."""
        folder = self.new_work_folder()
        self.outside(f"{folder}/config.json").write_text(json.dumps(content))
        return {"DOCKER_CONFIG": folder}


def login(user: str, password: str) -> dict[str, str]:
    """As `auths` of config.json and of DOCKER_AUTH_CONFIG have it."""
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}

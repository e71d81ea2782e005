"""Hints of the docker CLI: what it shows after a command, and what we do to its configuration."""

import json
import re
import unittest

from nixlab.testcase import PluginTest


class Hints(PluginTest):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        told = cls.machine.exec(["docker", "version", "--format", "{{.Client.Version}}"])
        version = int(re.match(r"\d+", told.stdout).group())
        if version < 28:
            raise unittest.SkipTest(f"docker {version} has no hints of plugins")

    def setUp(self) -> None:
        super().setUp()
        self.folder = self.new_work_folder()
        self.config = self.outside(f"{self.folder}/config.json")
        self.config.write_text('{\n  "unknown": [1.50],\n  "plugins": {"other": {"key": "value"}}\n}\n')
        self.before = self.config.read_text()
        self.environment = {"DOCKER_CONFIG": self.folder, "DOCKER_HOST": self.engine.host}
        self.archive = f"{self.folder}/image.tar"

    def hooks(self, command: str) -> str:
        return self.nixbuild("hooks", command, env=self.environment).check().stdout

    def on_terminal(self, *words: str) -> str:
        running = self.machine.spawn_on_terminal(["docker", *words], env=self.environment, cwd=self.work)
        return running.wait().stdout

    def test_docker_shows_the_hint_once_they_are_enabled(self):
        self.work = self.flake("hello")
        self.machine.exec(["cp", self.nix_build(f"{self.work}#image"), self.archive]).check()
        load = ("load", "-i", self.archive)
        self.assertNotIn("What's next", self.on_terminal(*load))
        self.assertEqual(self.hooks("enable"), "Hints are on.\n")
        shown = self.on_terminal(*load)
        self.assertIn("What's next:", shown)
        self.assertIn(f"docker nixbuild load -i {self.archive}", shown)
        self.assertIn("Build and load in one step → docker nixbuild", shown)
        self.assertEqual(self.hooks("disable"), "Hints are off.\n")
        self.assertNotIn("What's next", self.on_terminal(*load))
        self.assertEqual(self.config.read_text(), self.before)

    def test_a_build_gets_one(self):
        self.hooks("enable")
        dockerfile = self.outside(f"{self.work}/Dockerfile")
        dockerfile.write_text("FROM scratch\nCOPY Dockerfile /\n")
        shown = self.on_terminal("build", ".")
        self.assertNotIn("What's next", shown, "there is no flake here")
        self.outside(f"{self.work}/flake.nix").write_text("{}")
        shown = self.on_terminal("build", ".")
        self.assertIn("flake.nix", shown)
        self.assertIn("→ docker nixbuild", shown)

    def test_docker_still_reads_its_configuration(self):
        self.hooks("enable")
        told = self.docker("info", "--format", "{{json .ClientInfo.Warnings}}", env=self.environment)
        self.assertNotIn("config", told.check().stderr)
        self.assertEqual(json.loads(self.config.read_text())["plugins"]["other"], {"key": "value"})

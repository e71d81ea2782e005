"""The plugin as the docker CLI sees it, and what it tells about itself."""

import json

from nixlab.plugin import INSTALLED
from nixlab.testcase import PluginTest


class Info(PluginTest):
    def test_the_cli_accepts_the_plugin(self):
        metadata = json.loads(self.machine.exec([INSTALLED, "docker-cli-plugin-metadata"]).check().stdout)
        self.assertEqual(metadata["SchemaVersion"], "0.1.0")
        listed = self.docker("info").check()
        self.assertIn("nixbuild", listed.stdout)
        self.assertNotIn("nixbuild", listed.stderr)  # where the CLI warns of invalid plugins

    def test_info_tells_what_was_resolved(self):
        told = set(leaves(json.loads(self.nixbuild("info", "--format", "json").check().stdout)))
        engine = self.engine.api.version()
        nix = self.machine.exec(["nix", "--version"]).check().stdout.split()[-1]
        for expected in ("default", "unix:///var/run/docker.sock", engine["Version"], nix):
            self.assertIn(expected, told)
        self.assertIn(f"linux/{engine['Arch']}", told)

    def test_info_for_people_names_engine_and_nix(self):
        shown = self.nixbuild("info").check().stdout
        self.assertIn(self.engine.api.version()["Version"], shown)
        told = {"overlay2": "overlay2", "containerd": "containerd", "podman": "containers-storage"}
        self.assertIn(told[self.engine.store], shown)

    def test_help(self):
        for words in (["nixbuild", "--help"], ["help", "nixbuild"], ["nixbuild", "build", "--help"]):
            with self.subTest(words):
                self.assertIn("docker nixbuild", self.docker(*words).check().stdout)

    def test_version(self):
        self.assertIn("docker-nixbuild", self.nixbuild("version").check().stdout)

    def test_global_flags_of_the_cli_before_the_name(self):
        self.docker("-D", "--log-level=warn", "nixbuild", "info").check()

    def test_attributes_are_completed(self):
        # Older CLIs complete no plugins, so the plugin is asked as a newer CLI would ask it.
        environment = {"DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND": INSTALLED}
        words = [INSTALLED, "__complete", "nixbuild", "build", ".#imag"]
        completed = self.machine.exec(words, cwd=self.flake("hello"), env=environment).check()
        offered = {line.split("\t")[0] for line in completed.stdout.splitlines()}
        self.assertLessEqual({".#image", ".#imageGz"}, offered)
        self.assertNotIn(".#big", offered)


def leaves(value):
    """All values inside a JSON document, whatever their keys."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from leaves(each)
    else:
        yield value

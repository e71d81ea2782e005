"""Platforms that the machine of the engine does not build for itself: the Nix there has another machine for them."""

import json
import platform
import unittest

from nixlab.remote import RemoteTest

FOREIGN = "linux/arm64"
SYSTEM = "aarch64-linux"


class ForeignBuilds(RemoteTest):
    same_for_all_image_stores = True

    @classmethod
    def skip_unless_possible(cls):
        super().skip_unless_possible()
        if platform.machine() != "x86_64":
            raise unittest.SkipTest("here arm64 is nothing foreign")

    def setUp(self):
        super().setUp()
        self.work = self.flake("hello")
        self.edit(f"{self.work}/contents.nix", "Hello from Nix", f"Hello from {self.id()}")
        self.archive = f"{self.work}/image.tar"

    def build(self, *words: str):
        output = f"type=oci,dest={self.archive}"
        return self.nixbuild("--platform", f"linux/amd64,{FOREIGN}", "-o", output, *words, ".#image")

    def architectures(self) -> list[str]:
        listed = self.read_from_archive("index.json")
        index = self.read_from_archive("blobs/" + listed["manifests"][0]["digest"].replace(":", "/"))
        return [manifest["platform"]["architecture"] for manifest in index["manifests"]]

    def read_from_archive(self, member: str) -> dict:
        return json.loads(self.machine.exec(["tar", "-xOf", self.archive, member]).check().stdout)

    def let_the_server_build(self) -> str:
        """What Nix is told of it. The builders of the test's images are the server's own programs, whatever its processor."""
        configuration = self.server.path("/etc/nix/nix.conf").read_text()
        self.replace("/etc/nix/nix.conf", f"{configuration}extra-platforms = {SYSTEM}\n", self.server)
        return f"ssh://root@{self.ssh.address} {SYSTEM}"

    def test_without_a_builder_nothing_is_begun(self):
        failed = self.build("--progress=plain")
        self.assert_fails(failed, FOREIGN, SYSTEM, "--builder")
        self.assertNotIn(f"[{FOREIGN}] build", failed.stderr)
        self.assertFalse(self.outside(self.archive).exists())

    def test_one_that_the_command_line_names(self):
        self.build("--builders", self.let_the_server_build()).check()
        self.assertEqual(self.architectures(), ["amd64", "arm64"])

    def test_one_that_the_configuration_names(self):
        builder = self.let_the_server_build()
        configuration = self.machine.path("/etc/nix/nix.conf").read_text()
        self.replace("/etc/nix/nix.conf", f"{configuration}builders = {builder}\n")
        self.build().check()
        self.assertEqual(self.architectures(), ["amd64", "arm64"])

"""Images for several platforms in one run."""

import json
import platform

from nixlab.testcase import PluginTest

BOTH = ("--platform", "linux/amd64,linux/arm64")


class Platforms(PluginTest):
    def setUp(self):
        super().setUp()
        if platform.machine() != "x86_64":
            self.skipTest("the test's images for other platforms are made on amd64")
        self.work = self.flake("hello")
        self.is_containerd = self.engine.store == "containerd"

    def test_the_engine_gets_all_that_it_can_keep(self):
        built = self.nixbuild(*BOTH, "-t", "both:1", ".#crossImage").check()
        if self.is_containerd:
            self.assertEqual(built.stdout, "Loaded image: both:1 (linux/amd64, linux/arm64)\n")
            self.assert_both_platforms("both:1")
        else:
            self.assertIn("Loaded image: both:1\n", built.stdout)
            self.assertRegex(built.stdout, "(?m)^Validated: linux/arm64 sha256:[0-9a-f]{64}$")
        self.assert_greets("both:1")
        self.assertEqual(self.engine.api.tags(), {"both:1"})
        self.assertEqual(len(self.engine.api.images()), 1)

    def assert_both_platforms(self, name):
        archive = f"{self.work}/saved.tar"
        self.docker("save", "-o", archive, name).check()
        listing = self.machine.exec(["tar", "-xOf", archive, "index.json"]).check().stdout
        (entry,) = json.loads(listing)["manifests"]
        blob = "blobs/sha256/" + entry["digest"].removeprefix("sha256:")
        index = json.loads(self.machine.exec(["tar", "-xOf", archive, blob]).check().stdout)
        self.assertEqual(
            [manifest["platform"]["architecture"] for manifest in index["manifests"]], ["amd64", "arm64"]
        )

    def test_nothing_is_sent_the_second_time(self):
        first = self.nixbuild(*BOTH, "-q", "-t", "both:1", ".#crossImage").check().stdout
        second = self.nixbuild(*BOTH, "--progress=plain", "-t", "both:1", ".#crossImage").check()
        self.assertRegex(second.stderr, r"(?m)^#\d+ CACHED$")
        self.assertEqual(self.image_id("both:1"), first.splitlines()[0])

    def test_all_platforms_of_the_flake(self):
        if not self.is_containerd:
            self.skipTest("needs an engine that keeps them")
        built = self.nixbuild("--platform", "all", "-t", "all:1", ".#crossImage").check()
        self.assertEqual(built.stdout, "Loaded image: all:1 (linux/arm64, linux/amd64)\n")

    def test_the_platform_that_fails_is_named_and_stops_the_others(self):
        failed = self.nixbuild(*BOTH, "-t", "both:1", ".#crossBroken")
        self.assert_fails(failed, "linux/arm64", "no aarch64-linux today")
        self.assertEqual(self.engine.api.tags(), set())

    def test_none_for_the_engine(self):
        if self.is_containerd:
            self.skipTest("a containerd store keeps all platforms")
        failed = self.nixbuild("--platform", "linux/arm64,linux/riscv64", ".#crossImage")
        self.assert_fails(failed, "linux/arm64, linux/riscv64", "linux/amd64", "--push")

    def test_another_engine_gets_it_by_its_context(self):
        host = self.engine.host
        self.docker("context", "create", "other", "--docker", f"host={host}").check()
        try:
            built = self.nixbuild("--output", "type=docker,context=other", "-t", "there:1", ".#crossImage").check()
        finally:
            self.docker("context", "rm", "-f", "other").check()
        self.assertEqual(built.stdout, "Loaded image: there:1\n")
        self.assert_greets("there:1")

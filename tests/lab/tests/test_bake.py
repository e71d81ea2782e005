"""Many images in one command: `docker nixbuild bake`."""

import json
import platform
from pathlib import Path

from nixlab.counting_engine import CountingEngine
from nixlab.testcase import PluginTest

BUILDX = "/usr/libexec/docker/cli-plugins/docker-buildx"
TARGETS = {
    "variable": {"TAG": {"default": "dev"}},
    "group": {"default": {"targets": ["hello", "classic"]}},
    "target": {
        "base": {"offline": True},
        "hello": {"inherits": ["base"], "installable": ".#image", "tags": ["hello:${TAG}"]},
        "classic": {"installable": ".#classicImage", "tags": ["classic:${TAG}", "classic:also"]},
        "broken": {"installable": ".#nothing"},
    },
}


class Bake(PluginTest):
    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("hello")

    def bake(self, *words: str, **options):
        return self.nixbuild("bake", *words, **options)

    def targets(self) -> None:
        self.outside(f"{self.work}/nixbuild.json").write_text(json.dumps(TARGETS))

    def test_targets_of_a_file(self):
        self.targets()
        done = self.bake("--metadata-file", "/tmp/bake.json").check()
        self.assertEqual(
            done.stdout, "Loaded image: hello:dev\nLoaded image: classic:dev\nLoaded image: classic:also\n"
        )
        self.assertEqual(self.engine.api.tags(), {"hello:dev", "classic:dev", "classic:also"})
        self.assert_greets("hello:dev")
        told = json.loads(self.outside("/tmp/bake.json").read_text())
        self.machine.exec(["rm", "/tmp/bake.json"]).check()
        self.assertEqual(told["hello"]["containerimage.digest"], self.image_id("hello:dev"))
        self.assertEqual(list(told), ["classic", "hello"])
        self.bake("hello", env={"TAG": "2"}).check()
        self.assertEqual(self.image_id("hello:2"), self.image_id("hello:dev"))

    def test_one_failure_is_named(self):
        self.targets()
        self.assert_fails(self.bake("hello", "broken"), "nothing", "while building broken")
        self.bake("--set", "broken.installable=.#image", "--set", "broken.tags=b:1", "broken").check()
        self.assertEqual(self.engine.api.tags() - {"hello:dev"}, {"b:1"})

    def test_one_run_of_nix_serves_all_targets_of_a_flake(self):
        self.targets()
        done = self.bake("--progress=plain", "--set", "*.offline=true", "hello", "classic").check()
        steps = [line for line in done.stderr.splitlines() if " evaluate " in line or " realise " in line]
        together = [step for step in steps if "[" not in step]
        self.assertEqual(len(together), 2, done)  # one evaluation, one realisation
        self.assertRegex(together[0], r"evaluate \.#(image|classicImage), \.#(image|classicImage)$")
        self.assertFalse([step for step in steps if "[" in step and " evaluate " in step], done)
        self.assertNotIn("add-root", done.stderr)

    def test_the_target_whose_build_fails_is_named(self):
        self.work = self.flake("faults")
        names = ("whole", "dependencyBroken")
        file = {"target": {name: {"installable": f".#{name}", "tags": [f"{name.lower()}:1"]} for name in names}}
        self.outside(f"{self.work}/nixbuild.json").write_text(json.dumps(file))
        failed = self.bake(*names)
        self.assert_fails(failed, "while building dependencyBroken", "the dependency gives up")
        self.assertNotIn("building whole", failed.stderr)
        self.assert_nothing_left()
        self.assert_fails(self.bake("--set", "*.keep-going=true", *names), "while building dependencyBroken")
        self.assertEqual(self.engine.api.tags(), {"whole:1"})

    def test_platform_that_nix_does_not_build_for_is_told_before_the_build(self):
        if platform.machine() != "x86_64" or Path("/proc/sys/fs/binfmt_misc/qemu-aarch64").exists():
            self.skipTest("this machine builds for arm64")
        self.targets()
        failed = self.bake("--progress=plain", "--set=*.platform=linux/arm64", "--set=*.offline=true", "hello", "classic")
        self.assert_fails(failed, "does not build for linux/arm64", "while building")
        self.assertNotIn(" realise ", failed.stderr)

    def test_print_and_list_build_nothing(self):
        self.targets()
        printed = json.loads(self.bake("--print").check().stdout)
        self.assertEqual(
            printed["target"]["hello"], {"offline": True, "installable": ".#image", "tags": ["hello:dev"]}
        )
        self.assertIn("classic", self.bake("--list", "targets").check().stdout)
        self.assert_nothing_left()

    def test_what_is_printed_is_what_buildx_prints(self):
        """As far as both know it: who builds what Nix does not has one file for both."""
        if not self.machine.path(BUILDX).exists():
            self.skipTest("this suite has no buildx with bake")
        file = {
            "variable": {"TAG": {"default": "dev"}, "EMPTY": {"default": ""}},
            "group": {"default": {"targets": ["web", "more"]}, "more": {"targets": ["db"]}},
            "target": {
                "base": {"labels": {"org.example.a": "1", "org.example.b": "2"}, "platforms": ["linux/amd64"]},
                "web": {"inherits": ["base"], "tags": ["web:${TAG}", "web:also${EMPTY}"]},
                "db": {"inherits": ["base", "web"], "tags": ["db:$${TAG}"], "labels": {"org.example.b": "3"}},
                "unused": {"tags": ["x:1"]},
            },
        }
        self.outside(f"{self.work}/docker-bake.json").write_text(json.dumps(file))
        calls = [
            [],
            ["more"],
            ["web", "db"],
            ["--set", "*.tags=all:1", "--set", "web.labels.org.example.a=5"],
            ["--set", "d*.platform=linux/arm64", "db"],
        ]
        for words in calls:
            for env in ({}, {"TAG": "7"}):
                with self.subTest(words, env=env):
                    ours = json.loads(self.bake("--print", *words, env=env).check().stdout)
                    theirs = json.loads(self.docker("buildx", "bake", "--print", *words, env=env).check().stdout)
                    for target in theirs["target"].values():
                        del target["context"], target["dockerfile"]
                    self.assertEqual(ours["target"], theirs["target"])
                    self.assertEqual(ours["group"], theirs["group"])

    def test_images_of_a_flake(self):
        listed = self.bake("--list=targets").check().stdout.split()
        self.assertLessEqual({"image", "classicImage", "layeredImage"}, set(listed))
        self.assertNotIn("default", listed)
        self.bake("image", "classicImage").check()
        self.assertEqual(self.engine.api.tags(), {"nixbuild-hello:1.0", "nixbuild-classic:1.0"})

    def test_outputs(self):
        self.targets()
        self.bake("--set", "*.output=type=oci,dest=out.tar", "hello").check()
        self.assertTrue(self.outside(f"{self.work}/out.tar").exists())
        self.assertEqual(self.engine.api.images(), [])

    def test_layers_that_targets_share_are_sent_once(self):
        """Four images with the same layers of 64 MiB."""
        targets = {
            f"t{number}": {"installable": f".#{name}", "tags": [f"big:{number}"]}
            for number, name in enumerate(("big", "bigGz", "big", "bigGz"))
        }
        self.outside(f"{self.work}/nixbuild.json").write_text(json.dumps({"target": targets}))
        with CountingEngine(self.machine, self.engine) as counting:
            self.bake(env={"DOCKER_HOST": counting.host}).check()
        self.assertEqual(len(self.engine.api.tags()), 4)
        self.assertLess(counting.sent_bytes, 80 << 20)

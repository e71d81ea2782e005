"""Many images in one command: `docker nixbuild bake`."""

import json

from nixlab.counting_engine import CountingEngine
from nixlab.testcase import PluginTest

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

    def test_print_and_list_build_nothing(self):
        self.targets()
        printed = json.loads(self.bake("--print").check().stdout)
        self.assertEqual(
            printed["target"]["hello"], {"offline": True, "installable": ".#image", "tags": ["hello:dev"]}
        )
        self.assertIn("classic", self.bake("--list", "targets").check().stdout)
        self.assert_nothing_left()

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

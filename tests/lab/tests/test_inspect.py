"""`docker nixbuild inspect` says what a load would send, and changes nothing."""

import json

from nixlab.testcase import PluginTest

IMAGE = "nixbuild-hello:1.0"
PROGRAMS = "path:/flakes/programs"


class Inspect(PluginTest):
    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("hello")

    def inspected(self, *words: str, **options) -> dict:
        words = words or (".#layeredImage",)
        return json.loads(self.nixbuild("inspect", "--format", "json", *words, **options).check().stdout)

    def test_nothing_is_loaded(self):
        image = self.inspected()["images"][0]
        self.assertEqual(image["names"], [IMAGE])
        self.assertEqual(len(image["layers"]), 4)
        lacking = sum(layer["size"] for layer in image["layers"] if not layer["inEngine"])
        # containerd keeps what loads brought that ended with their engine, for a day.
        if self.engine.store != "containerd":
            self.assertEqual(lacking, image["size"])
        self.assertGreater(image["loadBytes"], lacking)
        self.assert_nothing_left()

    def test_it_is_the_image_that_build_loads(self):
        image = self.inspected()["images"][0]
        self.nixbuild(".#layeredImage").check()
        self.assertEqual(image["id"], self.image_id(IMAGE))
        self.assertEqual([layer["diffId"] for layer in image["layers"]], self.layers(IMAGE))
        again = self.inspected()["images"][0]
        self.assertTrue(again["inEngine"])
        self.assertEqual(again["loadBytes"], 0)
        self.assertTrue(all(layer["inEngine"] for layer in again["layers"]))

    def test_layers_that_changed(self):
        self.nixbuild("-t", "old:1", ".#layeredImage").check()
        before = self.engine.api.images()
        self.edit(f"{self.work}/contents.nix", "Hello from Nix", "Hello again")
        image = self.inspected()["images"][0]
        self.assertEqual([layer["inEngine"] for layer in image["layers"]][:2], [True, False])
        self.assertLess(image["loadBytes"], image["size"] / 2)
        self.assertEqual(self.engine.api.images(), before)

    def test_layers_are_there_and_the_image_is_not(self):
        """Asking a graph-driver engine for layers makes an image where it has them all: it must not stay."""
        self.nixbuild("-t", "other:1", f"{PROGRAMS}#hello").check()
        before = self.engine.api.images()
        image = self.inspected("--env=A=1", "--name=no-such:1", f"{PROGRAMS}#hello")["images"][0]
        self.assertFalse(image["inEngine"])
        self.assertTrue(all(layer["inEngine"] for layer in image["layers"]), image)
        self.assertEqual(self.engine.api.images(), before)

    def test_store_paths(self):
        shown = self.nixbuild("inspect", "--verbose", ".#layeredImage").check().stdout
        self.assertRegex(shown, r"\n +/nix/store/[a-z0-9]{32}-busybox\n")

    def test_without_an_engine(self):
        told = self.inspected(env={"DOCKER_HOST": "unix:///nonexistent.sock"})
        self.assertIsNone(told["engine"])
        self.assertIn("unix:///nonexistent.sock", told["engineError"])
        self.assertEqual(len(told["images"][0]["layers"]), 4)
        self.assertIsNone(told["images"][0]["loadBytes"])

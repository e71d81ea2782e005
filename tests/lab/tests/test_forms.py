"""Every form in which Nix users have images becomes the image that its own tools would load."""

import json

from nixlab.testcase import PluginTest

HELLO = "nixbuild-hello:1.0"


class FormTest(PluginTest):
    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("hello")

    def make_unique(self) -> None:
        """Nothing of this test's flake is in the store then, but what images are made of."""
        self.edit(f"{self.work}/flake.nix", '"org.example.flake" = "hello"', f'"unique" = "{self.work}"')

    def assert_same_image(self, attribute: str, archive: bytes) -> None:
        """Ours is what `docker load` makes of `archive`, by image ID where that is the config's digest."""
        self.docker("load", stdin=archive).check()
        (loaded,) = self.engine.api.images()
        expected = self.identity(loaded["Id"])
        self.engine.api.remove_everything()
        loaded = self.nixbuild("-q", f".#{attribute}").check().stdout.strip()
        self.assertEqual(self.identity(loaded), expected)

    def identity(self, image: str) -> tuple[str, list[str]]:
        # The containerd store names images by manifests, which docker load makes up itself.
        return ("" if self.engine.store == "containerd" else self.image_id(image), self.layers(image))

    def archive_of(self, attribute: str) -> bytes:
        return self.outside(self.nix_build(f"path:{self.work}#{attribute}")).read_bytes()

    def output_of(self, attribute: str) -> bytes:
        return self.machine.exec([self.nix_build(f"path:{self.work}#{attribute}")]).check().stdout_bytes


class DockerTools(FormTest):
    def test_layered_image(self):
        self.assert_same_image("layeredImage", self.archive_of("layeredImage"))
        self.assert_greets(HELLO)

    def test_streams(self):
        for attribute in ("streamImage", "oldStreamImage", "opaqueStreamImage"):
            with self.subTest(attribute):
                self.engine.api.remove_everything()
                self.assert_same_image(attribute, self.output_of(attribute))
                self.assertEqual(self.engine.api.tags(), {HELLO})
                self.assert_greets(HELLO)

    def test_image_on_a_base_image(self):
        self.assert_same_image("onBaseImage", self.archive_of("onBaseImage"))
        environment = self.engine.api.image("nixbuild-on-base:1.0")["Config"]["Env"]
        self.assertEqual(environment, ["PATH=/bin", "GREETING_LANGUAGE=de", "ADDED=yes"])
        self.assert_greets("nixbuild-on-base:1.0")

    def test_image_created_now(self):
        self.nixbuild(".#image").check()
        layers = self.layers(HELLO)
        self.nixbuild(".#nowImage").check()
        image = self.engine.api.image(HELLO)
        self.assertEqual(image["RootFS"]["Layers"], layers)
        now = self.machine.exec(["date", "--utc", "+%Y-"]).check().stdout.strip()
        self.assertTrue(image["Created"].startswith(now), image["Created"])
        self.assert_greets(HELLO)

    def test_neither_archive_nor_script_is_built(self):
        self.make_unique()
        outputs = [self.nix_eval(f"path:{self.work}#{name}") for name in ("layeredImage", "layeredImage.stream")]
        self.nixbuild(".#layeredImage").check()
        self.nixbuild(".#streamImage").check()
        self.assert_greets(HELLO)
        for output in outputs:
            self.assertFalse(self.outside(output).exists(), f"{output} was built")

    def test_configuration_that_was_already_built(self):
        self.nixbuild(self.nix_build(f"path:{self.work}#streamImage.conf")).check()
        self.assert_greets(HELLO)

    def test_several_images_in_one_archive(self):
        built = self.nixbuild(".#mergedImages").check()
        names = [HELLO, "nixbuild-classic:1.0"]
        self.assertEqual(built.stdout, "".join(f"Loaded image: {name}\n" for name in names))
        for name in names:
            self.assert_greets(name)


class OciLayouts(FormTest):
    def test_folder_and_archive_of_two_platforms(self):
        self.docker("load", stdin=self.archive_of("image")).check()
        expected = self.identity(self.engine.api.images()[0]["Id"])
        for attribute in ("ociFolder", "ociArchive"):
            with self.subTest(attribute):
                self.engine.api.remove_everything()
                built = self.nixbuild(f".#{attribute}").check()
                self.assertEqual(built.stdout, "Loaded image: nixbuild-oci:1.0\n")
                self.assertEqual(self.identity("nixbuild-oci:1.0"), expected)
                self.assert_greets("nixbuild-oci:1.0")


class Nix2Container(FormTest):
    NAME = "nixbuild-n2c:1.0"

    def test_image(self):
        built = self.nixbuild(".#nix2containerImage").check()
        self.assertEqual(built.stdout, f"Loaded image: {self.NAME}\n")
        recorded = self.recorded("nix2containerImage")
        self.assertEqual(self.layers(self.NAME), [layer["diff_ids"] for layer in recorded["layers"]])
        config = self.engine.api.image(self.NAME)["Config"]
        self.assertEqual(config["ExposedPorts"], {"8080/tcp": {}})
        self.assertEqual(config["Env"], ["PATH=/bin", "MARKUP=<&>"])
        self.assert_greets(self.NAME)

    def test_rewritten_paths_and_permissions(self):
        self.nixbuild(".#nix2containerImage").check()
        words = ["stat", "-c", "%a %u %g", "/srv/secret", "/tmp"]
        ran = self.docker("run", "--rm", "--network=none", self.NAME, *words).check()
        self.assertEqual(ran.stdout, "600 1000 1000\n1777 0 0\n")

    def test_false_digests_are_told_and_corrected(self):
        built = self.nixbuild(".#nix2containerImageWithFalseDigests").check()
        recorded = self.recorded("nix2containerImage")
        self.assertEqual(self.layers(self.NAME), [layer["diff_ids"] for layer in recorded["layers"]])
        self.assertIn("digest", built.stderr)
        self.assert_greets(self.NAME)

    def recorded(self, attribute: str) -> dict:
        return json.loads(self.outside(self.nix_build(f"path:{self.work}#{attribute}")).read_text())

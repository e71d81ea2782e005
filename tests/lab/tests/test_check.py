"""--check: the image is built once more, and compared."""

from nixlab.testcase import PluginTest


class Check(PluginTest):
    def setUp(self):
        super().setUp()
        self.work = self.flake("hello")

    def test_image_that_comes_out_the_same(self):
        for attribute in ("image", "streamImage"):
            with self.subTest(attribute):
                name = f"{attribute.lower()}:1"
                built = self.nixbuild("--check", "--progress=plain", "-t", name, f".#{attribute}").check()
                self.assertRegex(built.stderr, r"(?m)^#\d+ check \S+$")
                self.assert_greets(name)

    def test_image_that_does_not(self):
        failed = self.nixbuild("--check", ".#randomImage")
        self.assert_fails(failed, "nixbuild-random-conf.json is not the same when it is built again", "--keep-failed")
        self.assert_nothing_left()
        # When nobody asks for the comparison, it is an image like any other.
        self.nixbuild("-t", "random:1", ".#randomImage").check()
        self.assert_greets("random:1")

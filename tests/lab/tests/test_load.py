"""`docker nixbuild load` in place of `docker load`."""

from nixlab.counting_engine import CountingEngine
from nixlab.testcase import PluginTest

IMAGE = "nixbuild-hello:1.0"
METADATA = 64 * 1024


class Load(PluginTest):
    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("hello")

    def built(self, attribute: str) -> str:
        return self.nix_build(f"path:{self.work}#{attribute}")

    def test_every_compression_from_a_file(self):
        for attribute in ("image", "imageGz", "imageZstd", "imageXz"):
            with self.subTest(attribute):
                self.engine.api.remove_everything()
                loaded = self.nixbuild("load", "-i", self.built(attribute)).check()
                self.assertEqual(loaded.stdout, f"Loaded image: {IMAGE}\n")
                self.assert_greets(IMAGE)

    def test_a_pipe(self):
        archive = self.outside(self.built("imageGz")).read_bytes()
        loaded = self.nixbuild("load", "--quiet", stdin=archive).check()
        self.assertEqual((loaded.stdout, loaded.stderr), (f"Loaded image: {IMAGE}\n", ""))
        self.assert_greets(IMAGE)
        self.assertEqual(self.new_temporary_files(), set())

    def test_a_redirected_file(self):
        self.nixbuild("load", stdin=self.outside(self.built("image"))).check()
        self.assert_greets(IMAGE)

    def test_what_docker_save_wrote(self):
        self.nixbuild("-t", "saved:1", "-t", "saved:2", ".#image").check()
        expected = self.image_id("saved:1")
        self.docker("save", "saved:1", "saved:2", "-o", f"{self.work}/saved.tar").check()
        self.engine.api.remove_everything()
        loaded = self.nixbuild("load", "-i", "saved.tar").check()
        self.assertEqual(
            sorted(loaded.stdout.splitlines()), ["Loaded image: saved:1", "Loaded image: saved:2"], loaded
        )
        self.assertEqual(self.image_id("saved:2"), expected)
        self.assert_greets("saved:1")

    def test_only_missing_layers_are_sent(self):
        self.nixbuild("load", "-i", self.built("image")).check()
        self.edit(f"{self.work}/contents.nix", "Hello from Nix", "Hello again")
        archive = self.built("image")
        with CountingEngine(self.machine, self.engine) as counting:
            self.nixbuild("load", "-i", archive, env={"DOCKER_HOST": counting.host}).check()
        self.assertLess(counting.sent_bytes, 40960 + 2 * 10240 + METADATA)
        ran = self.docker("run", "--rm", "--network=none", IMAGE).check()
        self.assertEqual(ran.stdout, "Hello again\n")

    def test_one_platform_of_several(self):
        archive = self.built("ociArchive")
        self.nixbuild("load", "-i", archive).check()
        self.assertEqual(self.engine.api.image("nixbuild-oci:1.0")["Architecture"], "amd64")
        failed = self.nixbuild("load", "-i", archive, "--platform", "linux/riscv64")
        self.assert_fails(failed, "linux/riscv64", "linux/arm64")

    def test_what_is_no_archive(self):
        self.assert_fails(self.nixbuild("load", stdin=b""), "standard input is empty")
        self.assert_fails(self.nixbuild("load", stdin=b"no archive\n" * 1000))
        self.assert_fails(self.nixbuild("load", "-i", "missing.tar"), "missing.tar does not exist")
        self.assert_nothing_left()

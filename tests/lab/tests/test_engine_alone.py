"""Nix and Docker without the plugin: what the other tests may rely on."""

from nixlab.testcase import LabTest

HELLO = "path:/flakes/hello"
IMAGE = "nixbuild-hello:1.0"


class EngineAlone(LabTest):
    def test_image_store_is_the_lanes(self):
        driver = self.engine.api.info()["Driver"]
        self.assertEqual(driver, {"overlay2": "overlay2", "containerd": "overlayfs", "podman": "overlay"}[self.engine.store])

    def test_every_compression_loads_and_runs(self):
        for attribute in ("image", "imageGz", "imageXz", "imageZstd", "layeredImage"):
            with self.subTest(attribute):
                self.engine.api.remove_everything()
                if attribute == "imageZstd" and self.engine_major() < 23:
                    continue  # support for zstd came with Docker 23
                self.load(f"{HELLO}#{attribute}")
                self.assert_greets(IMAGE)

    def test_all_forms_of_an_image_are_the_same_image(self):
        self.load(f"{HELLO}#image")
        built = self.engine.api.image(IMAGE)["Id"]
        self.engine.api.remove_everything()
        archive = self.machine.exec([self.nix_build(f"{HELLO}#streamImage")]).check().stdout_bytes
        self.docker("load", stdin=archive).check()
        self.assertEqual(self.engine.api.image(IMAGE)["Id"], built)

    def test_classic_image_loads_and_runs(self):
        self.load(f"{HELLO}#classicImage")
        self.assert_greets("nixbuild-classic:1.0")

    def test_store_paths_are_layers(self):
        self.load(f"{HELLO}#image")
        layers = self.engine.api.image(IMAGE)["RootFS"]["Layers"]
        self.assertEqual(len(layers), 4)  # three of store paths, one of links

    def test_containers_can_be_entered(self):
        self.load(f"{HELLO}#image")
        container = self.docker("run", "-d", IMAGE, "/bin/sleep", "1000").check().stdout.strip()
        entered = self.docker("exec", container, "/bin/cat", "/etc/passwd").check()
        self.assertEqual(entered.stdout, "root:x:0:0::/:/bin/sh\n")

    def test_a_shell_image_has_a_network(self):
        self.load(f"{HELLO}#image")
        listed = self.docker("run", "--rm", IMAGE, "/bin/ls", "/sys/class/net").check()
        self.assertEqual(listed.stdout.split(), ["eth0", "lo"])

    def load(self, reference: str) -> None:
        self.docker("load", "-i", self.nix_build(reference)).check()

    def engine_major(self) -> int:
        return int(self.engine.api.version()["Version"].split(".")[0])

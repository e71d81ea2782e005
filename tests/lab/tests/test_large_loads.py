"""Images that are large enough to be sent in slices: whole in the end, resumed after a failure."""

import os
import re
import signal

from nixlab.docker_archive import DockerArchive, file, pack
from nixlab.engine import Engine
from nixlab.plugin import ARCHITECTURE
from nixlab.testcase import PluginTest
from nixlab.waiting import wait_until

NAME = "large:1"
LABEL = "docker-nixbuild.prefix-of"
LAYERS = 10
MIB_A_LAYER = 30
SENT = re.compile(r"^#\d+ sending layer (\w+) .*done$", re.MULTILINE)


class LargeLoad(PluginTest):
    def setUp(self) -> None:
        super().setUp()
        if self.engine.store == "podman":
            self.skipTest("Podman is sent everything in one piece")
        layers = [pack([file(f"layer-{i}", os.urandom(MIB_A_LAYER << 20))]) for i in range(LAYERS)]
        self.archive = DockerArchive(layers, ARCHITECTURE, [NAME])
        self.path = f"{self.new_work_folder()}/large.tar"
        self.outside(self.path).write_bytes(self.archive.tar())

    def test_it_is_whole_and_leaves_nothing_else(self):
        self.build().check()
        self.assert_only_the_whole_image()

    def test_stopped_load_is_resumed(self):
        running = self.machine.spawn(["docker", "nixbuild", "--progress=plain", self.path])
        wait_until(lambda: self.prefix_images() != [], "a part of the image is there")
        running.send_to_group(signal.SIGINT)
        running.wait()
        self.assertEqual(self.engine.api.tags(), set())
        [left] = self.engine.api.images()
        kept = len(self.layers(left["Id"]))
        self.assertGreater(kept, 0)

        resumed = self.build().check()
        self.assertLessEqual(len(set(SENT.findall(resumed.stderr))), LAYERS - kept)
        self.assert_only_the_whole_image()

    def test_images_pruned_meanwhile_do_not_end_it(self):
        running = self.machine.spawn(["docker", "nixbuild", "--progress=plain", self.path])
        wait_until(lambda: self.prefix_images() != [], "a part of the image is there")
        self.docker("image", "prune", "--force").check()
        running.wait().check()
        self.assert_only_the_whole_image()

    def test_disk_that_gets_full_on_the_way(self):
        with Engine(self.machine, self.engine.store, "small", disk_size=f"{LAYERS * MIB_A_LAYER}m") as small:
            failed = self.build(env={"DOCKER_HOST": small.host})
            self.assert_fails(failed, self.path, "no space left on device")
            self.assertEqual(small.api.tags(), set())
            self.assertLessEqual(len(small.api.images()), 1)

    def test_engine_that_dies_on_the_way(self):
        with Engine(self.machine, self.engine.store, "mortal") as mortal:
            host = {"DOCKER_HOST": mortal.host}
            running = self.machine.spawn(["docker", "nixbuild", "--progress=plain", self.path], env=host)
            wait_until(lambda: mortal.api.images() != [], "a part of the image is there")
            mortal.kill()
            self.assert_fails(running.wait(), self.path, "mortal.sock")

    def build(self, **options):
        return self.nixbuild("--progress=plain", self.path, **options)

    def prefix_images(self) -> list[dict]:
        return [image for image in self.engine.api.images() if LABEL in (image["Labels"] or {})]

    def assert_only_the_whole_image(self) -> None:
        self.assertEqual(self.engine.api.tags(), {NAME})
        self.assertEqual(len(self.engine.api.images()), 1)
        self.assertEqual(len(self.layers(NAME)), LAYERS)
        # With every byte in its place.
        self.docker("create", "--name=whole", NAME).check()
        for i in range(LAYERS):
            self.docker("cp", f"whole:/layer-{i}", f"{self.path}.{i}").check()
            copied = self.outside(f"{self.path}.{i}").read_bytes()
            self.assertIn(copied, self.archive.layers[i])

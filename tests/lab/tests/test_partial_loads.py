"""What is sent, and that the image is right whatever the engine, a cache or the store has lost or changed."""

import hashlib
import os
import shutil
from pathlib import Path

from nixlab.counting_engine import CountingEngine
from nixlab.process import Result
from nixlab.testcase import PluginTest

IMAGE = "nixbuild-hello:1.0"
METADATA = 64 * 1024
CACHE = "/root/.cache/docker-nixbuild"


class PartialLoadTest(PluginTest):
    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("hello")

    def change_greeting(self, text: str) -> None:
        """Of the image's four layers, the lowest one, which is large, stays as it is."""
        self.edit(f"{self.work}/contents.nix", "Hello from Nix", text)

    def counted(self, *words: str) -> tuple[Result, CountingEngine]:
        with CountingEngine(self.machine, self.engine) as counting:
            return self.nixbuild(*words, env={"DOCKER_HOST": counting.host}), counting

    def run_image(self, image: str = IMAGE) -> str:
        return self.said_by(image)


class Rebuilds(PartialLoadTest):
    def test_only_changed_layers_are_sent(self):
        self.nixbuild(".#layeredImage").check()
        self.change_greeting("Hello again")
        built, counting = self.counted(".#layeredImage")
        self.assertEqual(built.check().stdout, f"Loaded image: {IMAGE}\n")
        self.assertEqual(self.run_image(), "Hello again\n")
        changed = 40960 + 2 * 10240  # and what stays the same has 2 MB
        self.assertLess(counting.sent_bytes, changed + METADATA)

    def test_nothing_is_sent_when_nothing_changed(self):
        self.nixbuild(".#layeredImage").check()
        built, counting = self.counted(".#layeredImage")
        self.assertEqual(built.check().stdout, f"Loaded image: {IMAGE}\n")
        self.assertEqual(counting.loads, 0, counting.requests)
        self.assertLess(counting.sent_bytes, 16 * 1024)

    def test_image_that_was_just_removed_comes_back(self):
        """A containerd store may have all its blobs for a while, and no image."""
        self.nixbuild(".#layeredImage").check()
        self.docker("rmi", "-f", IMAGE).check()
        self.nixbuild(".#layeredImage").check()
        self.assertEqual(self.run_image(), "Hello from Nix\n")

    def test_a_tag_that_moved_away_comes_back_without_a_load(self):
        self.nixbuild("-t", "other:1", ".#classicImage").check()
        expected = self.nixbuild("-q", ".#layeredImage").check().stdout.strip()
        self.docker("tag", "other:1", IMAGE).check()
        built, counting = self.counted(".#layeredImage")
        built.check()
        self.assertEqual(self.image_id(IMAGE), expected)
        self.assertEqual(counting.loads, 0, counting.requests)

    def test_image_runs_when_what_it_was_built_upon_is_gone(self):
        self.nixbuild("-t", "old:1", ".#layeredImage").check()
        self.change_greeting("Hello again")
        self.nixbuild("-t", "new:1", ".#layeredImage").check()
        self.docker("rmi", "old:1").check()
        self.docker("image", "prune", "-f").check()
        self.assertEqual(self.run_image("new:1"), "Hello again\n")
        self.change_greeting_back_and_load()

    def change_greeting_back_and_load(self) -> None:
        self.edit(f"{self.work}/contents.nix", "Hello again", "Hello from Nix")
        self.nixbuild("-t", "old:1", ".#layeredImage").check()
        self.assert_greets("old:1")

    def test_layers_under_other_names_count(self):
        """An archive of the same layers is enough for an image made from conf.json."""
        self.docker("load", stdin=self.outside(self.nix_build(f"path:{self.work}#image"))).check()
        built, counting = self.counted("-t", "new:1", ".#layeredImage")
        built.check()
        if self.engine.store != "containerd":  # which keeps what docker load makes of an archive under other digests
            self.assertLess(counting.sent_bytes, METADATA)
        self.assert_greets("new:1")


class DigestCache(PartialLoadTest):
    def setUp(self) -> None:
        super().setUp()
        shutil.rmtree(self.outside(CACHE), ignore_errors=True)
        self.expected = self.nixbuild("-q", ".#layeredImage").check().stdout
        self.engine.api.remove_everything()

    def test_damaged_file(self):
        file = self.cache_file()
        whole = file.read_bytes()
        for name, damaged in {
            "empty": b"",
            "cut": whole[: len(whole) // 2],
            "zeros": bytes(len(whole)),
            "binary": hashlib.shake_128(b"noise").digest(1 << 16),
            "lines": b"\n" * 5000,
        }.items():
            with self.subTest(name):
                file.write_bytes(damaged)
                self.assert_right()

    def test_folder_instead_of_a_file(self):
        file = self.cache_file()
        file.unlink()
        file.mkdir()
        try:
            self.assert_right()
        finally:
            file.rmdir()

    def test_false_entries(self):
        """Well-formed, but of other digests and sizes: sending tells, and the layer is done again."""
        file = self.cache_file()
        lines = []
        for line in file.read_text().splitlines():
            key, _, size, _ = line.split(" ")
            if size != "-":
                facts = f"{key} {hashlib.sha256(key.encode()).hexdigest()} {int(size) + 512}"
                lines.append(f"{facts} {hashlib.sha256(facts.encode()).hexdigest()[:8]}\n")
        self.assertNotEqual(lines, [])
        file.write_text("".join(lines))
        self.assert_right()
        self.engine.api.remove_everything()
        self.assert_right()

    def assert_right(self) -> None:
        self.assertEqual(self.nixbuild("-q", ".#layeredImage").check().stdout, self.expected)
        self.assert_greets(IMAGE)
        self.engine.api.remove_everything()

    def cache_file(self) -> Path:
        (file,) = (path for path in self.outside(CACHE).rglob("*digest*") if path.is_file())
        return file


class ChangedStores(PartialLoadTest):
    def test_path_that_changed_after_its_digest_was_cached(self):
        self.change_greeting("Hello from a path of this test")
        self.nixbuild(".#layeredImage").check()
        self.engine.api.remove_everything()
        paths = (path for path in self.outside("/nix/store").glob("*-greeting/share/greeting"))
        (path,) = (path for path in paths if path.read_text() == "Hello from a path of this test\n")
        os.chmod(path, 0o644)
        path.write_text("Hello from somebody who changed it\n")
        self.nixbuild(".#layeredImage").check()
        self.assertEqual(self.run_image(), "Hello from somebody who changed it\n")

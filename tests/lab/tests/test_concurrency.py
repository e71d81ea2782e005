"""Others at work on the same engine, and loads that fail: a tag is always on a whole image."""

import threading
import unittest

from nixlab.faulty_engine import CUT, FaultyEngine
from nixlab.testcase import PluginTest

TAG = "shared:1"
DANGLING = "/images/prune?filters=%7B%22dangling%22%3A%5B%22true%22%5D%7D"


class Concurrency(PluginTest):
    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("hello")

    @unittest.skip("until a load outlives prunes without a pause")
    def test_images_without_a_name_are_pruned_all_the_time(self):
        done = threading.Event()
        pruning = threading.Thread(target=self.prune_until, args=(done,))
        pruning.start()
        try:
            for number in range(4):
                self.edit(f"{self.work}/flake.nix", "GREETING_LANGUAGE=en", f"GREETING_LANGUAGE=en{number}")
                self.nixbuild("-t", TAG, ".#layeredImage").check()
                self.assert_greets(TAG)
                self.edit(f"{self.work}/flake.nix", f"GREETING_LANGUAGE=en{number}", "GREETING_LANGUAGE=en")
        finally:
            done.set()
            pruning.join()

    def prune_until(self, done: threading.Event) -> None:
        while not done.is_set():
            self.engine.api.request("POST", DANGLING)

    def test_two_loads_of_one_tag_at_once(self):
        attributes = ("layeredImage", "onBaseImage")
        running = [
            self.machine.spawn(["docker", "nixbuild", "-q", "-t", TAG, f".#{name}"], cwd=self.work)
            for name in attributes
        ]
        loaded = {process.wait().check().stdout.strip() for process in running}
        self.assertEqual(len(loaded), len(attributes))
        self.assertIn(self.image_id(TAG), loaded)
        self.assert_greets(TAG)

    def test_two_loads_of_one_image_at_once(self):
        command = ["docker", "nixbuild", "-q", ".#layeredImage"]
        running = [self.machine.spawn(command, cwd=self.work) for _ in range(2)]
        self.assertEqual(len({process.wait().check().stdout for process in running}), 1)
        self.assert_greets("nixbuild-hello:1.0")

    def test_a_tag_stays_where_it_was_when_a_load_fails(self):
        self.nixbuild("-t", TAG, ".#layeredImage").check()
        before = self.image_id(TAG)
        for after in (0, 4 << 20):
            with self.subTest(after), FaultyEngine(self.machine, self.engine, CUT, after) as cut:
                failed = self.nixbuild("-t", TAG, ".#big", env={"DOCKER_HOST": cut.host})
                self.assertEqual(failed.returncode, 1, failed)
                self.assertEqual(self.image_id(TAG), before)
                self.assert_greets(TAG)

"""--watch: building again whenever files of a flake change."""

import json
import unittest

from nixlab import session
from nixlab.process import Process
from nixlab.testcase import PluginTest
from nixlab.waiting import wait_until

CANCELLED = 130
PROJECT = """
x-nixbuild:
  web: ".#image"
services:
  web: &service
    image: web:dev
    command: [/bin/sleep, "1000"]
    network_mode: none
    stop_grace_period: 0s
  other:
    <<: *service
    image: other:dev
"""


class WatchTest(PluginTest):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        if session.current().lane.name not in ("trixie-overlay2", "sid-containerd"):
            raise unittest.SkipTest("the same in all lanes; runs in trixie-overlay2 and sid-containerd")

    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("hello")

    def tearDown(self) -> None:
        if hasattr(self, "running") and self.running.running:
            self.running.kill()

    def start(self, *words: str) -> Process:
        self.running = self.machine.spawn_on_terminal(["docker", "nixbuild", *words], cwd=self.work)
        return self.running

    def end(self) -> None:
        self.running.type("\x03")
        result = self.running.wait()
        self.assertEqual(result.returncode, CANCELLED, result)
        self.assertNotIn("cancelled", result.stdout)
        self.assertEqual(self.new_temporary_files(), set())

    def wait_for_another(self, name: str, old: str) -> str:
        """The image that takes the place of the image `old`."""
        wait_until(lambda: (self.engine.api.image(name) or {"Id": old})["Id"] != old, f"{name} is another image")
        return self.image_id(name)

    def wait_for_round(self, number: int) -> None:
        """Until so many rounds have come to their end."""
        told = "watching "
        wait_until(lambda: self.running.so_far().stdout.count(told) >= number, f"round {number} has ended")

    def git(self, *words: str) -> None:
        self.machine.exec(["git", "-C", self.work, *words]).check()

    def greet_in(self, old: str, new: str) -> None:
        self.edit(f"{self.work}/flake.nix", f"GREETING_LANGUAGE={old}", f"GREETING_LANGUAGE={new}")


class Build(WatchTest):
    def test_each_change_gives_another_image(self):
        running = self.start("--watch", "--progress=plain", "-t", "a:1", ".#image")
        first = self.wait_for_another("a:1", "")
        self.wait_for_round(1)
        self.greet_in("en", "fr")
        second = self.wait_for_another("a:1", first)
        running.wait_for_output("changed: flake.nix; building again", "stdout")

        self.wait_for_round(2)
        self.greet_in('fr"', 'fr" )')
        running.wait_for_output("ERROR: ", "stdout")
        self.wait_for_round(3)
        self.assertEqual(self.image_id("a:1"), second)
        self.greet_in('fr" )', 'de"')
        self.wait_for_another("a:1", second)
        self.wait_for_round(4)
        self.end()

    def test_of_a_work_tree_what_git_tracks(self):
        self.git("init", "-q")
        self.git("add", ".")
        running = self.start("--watch", "--progress=plain", "-t", "a:1", ".#image")
        first = self.wait_for_another("a:1", "")
        self.wait_for_round(1)
        self.outside(f"{self.work}/untracked").write_text("")
        self.greet_in("en", "fr")
        self.wait_for_another("a:1", first)
        self.wait_for_round(2)
        self.git("add", "untracked")
        running.wait_for_output("changed: untracked; building again", "stdout")
        self.wait_for_round(3)
        self.end()


class Bake(WatchTest):
    def test_the_targets_of_the_flake_that_changed(self):
        other = self.machine.copy_in(self.outside(self.work), f"{self.new_work_folder()}/other")
        targets = {"here": {"installable": ".#image", "tags": "here:1"}, "there": {"installable": f"{other}#image", "tags": "there:1"}}
        self.outside(f"{self.work}/nixbuild.json").write_text(json.dumps({"target": targets}))
        running = self.start("bake", "--watch", "--progress=plain")
        here = self.wait_for_another("here:1", "")
        self.wait_for_round(1)
        loaded = running.so_far().stdout.count("Loaded image: there:1")
        self.greet_in("en", "fr")
        self.wait_for_another("here:1", here)
        self.wait_for_round(2)
        self.end()
        self.assertEqual((loaded, running.so_far().stdout.count("Loaded image: there:1")), (1, 1))


class Compose(WatchTest):
    def setUp(self) -> None:
        super().setUp()
        if not self.docker("compose", "version").returncode == 0:
            self.skipTest("this machine has no Compose")
        self.outside(f"{self.work}/compose.yaml").write_text(PROJECT)
        self.nixbuild("-q", "-t", "other:dev", ".#image").check()

    def tearDown(self) -> None:
        super().tearDown()
        self.docker("compose", "-p", "hello", "down", "--remove-orphans")

    def container(self, service: str) -> dict:
        return self.engine.api.container(f"hello-{service}-1")

    def test_the_services_with_another_image_are_created_anew(self):
        self.start("compose", "--watch", "--recreate", "up", "-d")
        self.wait_for_round(1)
        web, other = self.container("web"), self.container("other")
        self.assertTrue(web["State"]["Running"])
        self.greet_in("en", "fr")
        self.wait_for_round(2)
        new = self.container("web")
        self.assertNotEqual(new["Id"], web["Id"])
        self.assertTrue(new["State"]["Running"])
        self.assertEqual(new["Image"], self.image_id("web:dev"))
        self.assertEqual(self.container("other")["Id"], other["Id"])
        self.end()
        self.assertTrue(self.container("web")["State"]["Running"])

    def test_nothing_is_created_anew_unasked(self):
        self.start("compose", "--watch", "up", "-d")
        self.wait_for_round(1)
        web = self.container("web")
        first = self.image_id("web:dev")
        self.greet_in("en", "fr")
        self.wait_for_another("web:dev", first)
        self.running.wait_for_output("another image: web", "stdout")
        self.wait_for_round(2)
        self.assertEqual(self.container("web")["Id"], web["Id"])
        self.end()

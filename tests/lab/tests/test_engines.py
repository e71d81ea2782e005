"""Engines can be restarted, killed and given a small disk."""

from nixlab.engine import Engine
from nixlab.outcome import LabError
from nixlab.testcase import LabTest

IMAGE = "nixbuild-hello:1.0"


class Engines(LabTest):
    def test_images_survive_a_restart_and_a_kill(self):
        archive = self.nix_build("path:/flakes/hello#image")
        with Engine(self.machine, self.engine.store, "second") as second:
            self.docker("load", "-i", archive, env={"DOCKER_HOST": second.host}).check()
            second.restart()
            self.assertEqual(second.api.tags(), {IMAGE})
            second.kill()
            self.assertFalse(second.api.answers())
            second.start()
            self.assertEqual(second.api.tags(), {IMAGE})
        self.assertEqual(self.engine.api.tags(), set(), "the engines share their images")

    def test_a_small_disk_gets_full(self):
        archive = self.nix_build("path:/flakes/hello#big")
        with Engine(self.machine, self.engine.store, "tiny", disk_size="40m") as small:
            loading = self.docker("load", "-i", archive, env={"DOCKER_HOST": small.host})
            self.assertIn("no space left on device", loading.stdout + loading.stderr)

    def test_an_engine_that_cannot_start_shows_its_log(self):
        engine = Engine(self.machine, self.engine.store, "misconfigured")
        self.machine.path("/etc/docker/misconfigured.json").write_text('{"no-such-key": true}')
        with self.assertRaisesRegex(LabError, "no-such-key"):
            engine.start()

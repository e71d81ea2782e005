"""Engines can be restarted, killed and given a small disk."""

from nixlab.engine import Engine
from nixlab.outcome import LabError
from nixlab.testcase import LabTest


class Engines(LabTest):
    def test_images_survive_a_restart_and_a_kill(self):
        archive = self.nix_build("path:/flakes/hello#image")
        with Engine(self.machine, self.engine.store, "second") as second:
            self.docker("load", "-i", archive, env={"DOCKER_HOST": second.host}).check()
            loaded = second.api.tags()
            self.assertEqual(len(loaded), 1)
            second.restart()
            self.assertEqual(second.api.tags(), loaded)
            second.kill()
            self.assertFalse(second.api.answers())
            second.start()
            self.assertEqual(second.api.tags(), loaded)
        self.assertEqual(self.engine.api.tags(), set(), "the engines share their images")

    def test_a_small_disk_gets_full(self):
        archive = self.nix_build("path:/flakes/hello#big")
        with Engine(self.machine, self.engine.store, "tiny", disk_size="40m") as small:
            loading = self.docker("load", "-i", archive, env={"DOCKER_HOST": small.host})
            self.assertIn("no space left on device", loading.stdout + loading.stderr)

    def test_an_engine_that_cannot_start_shows_its_log(self):
        if self.engine.store == "podman":
            self.skipTest("Podman's service takes no file of its own that could be wrong")
        engine = Engine(self.machine, self.engine.store, "misconfigured")
        self.machine.path("/etc/docker/misconfigured.json").write_text('{"no-such-key": true}')
        with self.assertRaisesRegex(LabError, "no-such-key"):
            engine.start()

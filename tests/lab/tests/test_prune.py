"""What is kept and no longer needed: `docker nixbuild prune`."""

import shutil

from nixlab import builder_image
from nixlab.container import ContainerTest
from nixlab.remote import RemoteTest
from nixlab.testcase import PluginTest

TAG = "pruned:1"
NOTHING = "Nothing to remove.\n"


class Prune(PluginTest):
    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("hello")
        self.nixbuild("prune", "--force").check()

    def build(self, *words: str) -> str:
        self.nixbuild("-t", TAG, *words).check()
        return self.image_id(TAG)

    def image_ids(self) -> set[str]:
        return {image["Id"] for image in self.engine.api.images()}

    def test_images_that_have_lost_their_names(self):
        replaced, used = self.build(".#image"), self.build(".#classicImage")
        self.docker("create", "--name", "user", TAG).check()
        newest = self.build(".#onBaseImage")
        foreign = self.docker("import", "-", stdin=bytes(10240)).check().stdout.strip()  # nobody's business
        found = self.nixbuild("prune", "--force").check().stdout
        self.assertIn(f"image that has lost its name: {replaced}", found)
        self.assertNotIn(used, found)
        self.assertNotIn(newest, found)
        self.assertNotIn(foreign, found)
        self.assertNotIn(replaced, self.image_ids())
        self.assertLessEqual({used, newest}, self.image_ids())
        self.assertEqual(self.nixbuild("prune", "--force").check().stdout, NOTHING)

    def test_it_is_shown_first(self):
        replaced = self.build(".#image")
        self.build(".#classicImage")
        asked = self.nixbuild("prune", stdin=b"n\n").check()
        self.assertIn(replaced, asked.stdout)
        self.assertIn("Nothing was removed.", asked.stdout)
        self.assertIn(replaced, self.image_ids())

    def test_without_the_engine_the_rest_is_done(self):
        self.nixbuild("-t", TAG, f"{self.work}#image", cwd=self.work).check()
        gone = self.new_work_folder()
        self.nixbuild("-t", TAG, f"{self.work}#image", cwd=gone).check()
        shutil.rmtree(self.machine.path(gone))
        done = self.nixbuild("prune", "--force", env={"DOCKER_HOST": "unix:///nowhere"}).check()
        self.assertIn(f"root of {gone}, which is gone", done.stdout)
        self.assertIn("was not looked at", done.stderr)


class PruneThere(RemoteTest):
    def test_machine_of_the_engine(self):
        self.work = self.flake("hello")
        self.far_nixbuild("prune", "--force").check()
        self.far_nixbuild("-t", TAG, ".#image").check()
        replaced = self.far_image(TAG)["Id"]
        self.far_nixbuild("-t", TAG, ".#classicImage").check()
        cache = self.server.path("/root/.cache/docker-nixbuild")
        old = cache / "agent-0123"
        old.write_text("of another version")
        before = set(cache.glob("agent-*")) - {old}
        done = self.far_nixbuild("prune", "--force").check()
        self.assertIn(f"on {self.ssh.url.removeprefix('ssh://')}:\n", done.stdout)
        self.assertIn("agent of another version: /root/.cache/docker-nixbuild/agent-0123", done.stdout)
        self.assertIn(replaced, done.stdout)
        self.assertEqual(set(cache.glob("agent-*")), before)
        self.assertNotIn(replaced, {image["Id"] for image in self.far_engine.api.images()})
        self.assertEqual(self.far_nixbuild("prune", "--force").check().stdout, NOTHING)


class PruneBuilders(ContainerTest):
    def test_builders_that_are_gone(self):
        self.work = self.flake("hello")
        options = ["--bootstrap", "--driver-opt", f"image={builder_image.NAME}"]
        for name in ("kept", "gone"):
            self.far_docker("nixbuild", "builder", "create", f"--name={name}", *options).check()
        self.build_in_container(".#streamImage").check()
        self.machine.path("/root/.local/state/docker-nixbuild/builders/gone.json").unlink()
        done = self.far_docker("nixbuild", "prune", "--force").check()
        self.assertIn("container docker-nixbuild-gone of a builder that is gone", done.stdout)
        self.assertIn("volume docker-nixbuild-gone of a builder that is gone", done.stdout)
        self.assertIsNone(self.container("docker-nixbuild-gone"))
        self.assertIsNone(self.volume("docker-nixbuild-gone"))
        self.assertIsNotNone(self.container("docker-nixbuild-kept"))
        self.assertIsNotNone(self.container())
        self.far_docker("nixbuild", "prune", "--force", "--all").check()
        self.assertIsNone(self.container())
        self.assertIsNone(self.volume())
        self.far_docker("nixbuild", "builder", "rm", "kept").check()

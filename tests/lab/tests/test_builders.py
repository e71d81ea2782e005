"""Builders that have a name."""

import json

from nixlab import builder_image
from nixlab.container import CONTEXT, ContainerTest

IMAGE = ["--driver-opt", f"image={builder_image.NAME}"]


class Builders(ContainerTest):
    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("hello")
        self.addCleanup(self.remove_all)

    def builder(self, *words: str, **options):
        return self.far_docker("nixbuild", "builder", *words, **options)

    def remove_all(self) -> None:
        for builder in self.listed():
            self.builder("rm", "--force", builder["name"]).check()

    def listed(self) -> list[dict]:
        return json.loads(self.builder("ls", "--format=json").check().stdout)

    def test_builder_is_created_used_shown_and_removed(self):
        created = self.builder("create", "--name=big", *IMAGE, "--driver-opt=env.COLOUR=blue").check()
        self.assertEqual(created.stdout, "big\n")
        (shown,) = self.listed()
        self.assertEqual((shown["name"], shown["status"], shown["context"]), ("big", "absent", CONTEXT))
        built = self.far_docker("nixbuild", "--builder=big", ".#streamImage").check()
        self.assertEqual(built.stdout, "Loaded image: nixbuild-hello:1.0\n")
        self.assertIn("COLOUR=blue", self.container("docker-nixbuild-big")["Config"]["Env"])
        shown = json.loads(self.builder("inspect", "big", "--format=json").check().stdout)
        self.assertEqual((shown["status"], shown["image"]), ("running", builder_image.NAME))
        nix = self.machine.exec(["nix", "--version"]).check().stdout.split()[-1]
        self.assertEqual(shown["nixVersion"], nix)
        self.assertIn(f"Nix:       {nix}\n", self.builder("inspect", "big").check().stdout)
        self.assertEqual(self.builder("rm", "big").check().stdout, "big removed\n")
        self.assertIsNone(self.container("docker-nixbuild-big"))
        self.assertIsNone(self.volume("docker-nixbuild-big"))
        self.assert_fails(self.builder("inspect", "big"), 'no builder "big"')

    def test_builder_that_is_used_from_now_on(self):
        self.assertEqual(self.builder("create", "--use", *IMAGE).check().stdout, f"{CONTEXT}\n")
        self.assertEqual(self.builder("create", "--driver=host").check().stdout, f"{CONTEXT}-2\n")
        self.far_docker("nixbuild", ".#streamImage").check()
        self.assertTrue(self.container(f"docker-nixbuild-{CONTEXT}")["State"]["Running"])
        table = self.builder("ls").check().stdout.splitlines()
        self.assertEqual(table[0].split(), ["NAME", "DRIVER", "CONTEXT", "STATUS", "PLATFORM"])
        self.assertEqual(table[1].split()[:4], [f"{CONTEXT}*", "container", CONTEXT, "running"])
        self.assertEqual(table[2].split()[:4], [f"{CONTEXT}-2", "host", CONTEXT, "ready"])
        # The engine of this machine has nothing to do with it.
        self.nixbuild(".#streamImage").check()
        refused = self.nixbuild(f"--builder={CONTEXT}", ".#streamImage")
        self.assert_fails(refused, f"the builder {CONTEXT} is for the engine at tcp://")

    def test_store_may_stay(self):
        self.builder("create", "--name=kept", "--bootstrap", *IMAGE, "--driver-opt=volume=my-store").check()
        self.assertTrue(self.container("docker-nixbuild-kept")["State"]["Running"])
        self.builder("rm", "--keep-state", "kept").check()
        self.assertIsNone(self.container("docker-nixbuild-kept"))
        self.assertIsNotNone(self.volume("my-store"))
        self.builder("create", "--name=again", *IMAGE, "--driver-opt=volume=my-store").check()

    def test_unnamed_container_is_listed_and_removed(self):
        self.build_in_container(".#streamImage").check()
        self.assertEqual([(one["name"], one["status"]) for one in self.listed()], [("default", "running")])
        self.builder("rm", "default").check()
        self.assertEqual(self.listed(), [])
        self.assert_fails(self.builder("rm", "default"), 'no builder "default"')

    def test_other_options_make_the_container_anew(self):
        self.builder("create", "--name=one", *IMAGE).check()
        self.far_docker("nixbuild", "--builder=one", ".#streamImage").check()
        before = self.container("docker-nixbuild-one")["Id"]
        self.builder("rm", "--keep-state", "one").check()
        self.builder("create", "--name=one", *IMAGE, "--driver-opt=network=host").check()
        self.far_docker("nixbuild", "--builder=one", ".#streamImage").check()
        self.assertNotEqual(self.container("docker-nixbuild-one")["Id"], before)
        self.assertEqual(self.container("docker-nixbuild-one")["HostConfig"]["NetworkMode"], "host")

    def test_names_and_options_that_are_none(self):
        self.assert_fails(self.builder("create", "--name=ssh"), "that is a driver")
        self.assert_fails(self.builder("create", "--name=a/b"), "cannot be called")
        self.assert_fails(self.builder("create", "--driver-opt=speed=high"), 'no driver option "speed"')
        self.assert_fails(self.builder("create", "--driver=kubernetes"), 'no driver "kubernetes"')
        self.builder("create", "--name=one").check()
        self.assert_fails(self.builder("create", "--name=one"), "there is a builder one already")
        self.assert_fails(self.far_nixbuild("--builder=two", ".#image"), 'no builder "two"', "one")
        self.assert_fails(self.builder("rm", "two"), 'no builder "two"')

    def test_engine_that_does_not_answer(self):
        self.builder("create", "--name=one", *IMAGE).check()
        self.far_engine.stop()
        self.addCleanup(self.far_engine.start)
        states = {one["name"]: one["status"] for one in self.listed()}
        self.assertEqual(states, {"one": "unreachable"})
        self.assert_fails(self.builder("rm", "one"), "")
        self.builder("rm", "--force", "one").check()
        self.assertEqual(self.listed(), [])

    def test_socket_that_is_not_there(self):
        self.builder("create", "--name=one", *IMAGE, "--driver-opt=socket=/run/nowhere.sock").check()
        failed = self.far_docker("nixbuild", "--builder=one", ".#streamImage")
        self.assert_fails(failed, "/run/nowhere.sock", "--driver-opt socket=PATH")

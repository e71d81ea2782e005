"""Engines whose machine no command gets into: the image is built in a container beside the engine."""

import signal

from nixlab import builder_image
from nixlab.container import CONTEXT, DEFAULT, IMAGE_LABEL, ContainerTest
from nixlab.engine import Engine

CANCELLED = 130


class BuilderContainer(ContainerTest):
    def test_image_is_built_and_loaded_where_the_engine_is(self):
        self.work = self.flake("hello")
        built = self.build_in_container(".#streamImage").check()
        self.assertEqual(built.stdout, "Loaded image: nixbuild-hello:1.0\n")
        self.assertEqual(self.far_tags(), {"nixbuild-hello:1.0"})
        self.assertEqual(self.engine.api.tags(), set())
        ran = self.far_docker("run", "--rm", "--network=none", "nixbuild-hello:1.0").check()
        self.assertEqual(ran.stdout, "Hello from Nix\n")

    def test_no_image_comes_over_the_border_and_changes_arrive(self):
        self.work = self.flake("hello")
        self.build_in_container(".#streamImage").check()
        first = self.far_image("nixbuild-hello:1.0")["Id"]
        container = self.container()["Id"]
        self.edit(f"{self.work}/contents.nix", "Hello from Nix", "Hello from afar")
        self.build_in_container(".#streamImage").check()
        self.assertNotEqual(self.far_image("nixbuild-hello:1.0")["Id"], first)
        before = self.bytes_over_the_border()
        self.build_in_container(".#big").check()
        self.build_in_container(".#big").check()
        self.assertLess(self.bytes_over_the_border() - before, 1 << 20)
        self.assertEqual(self.container()["Id"], container)

    def test_existing_container_is_used_without_being_asked_for(self):
        self.work = self.flake("hello")
        # This machine has a Nix that can build for that engine.
        self.far_docker("rm", "--force", DEFAULT)
        self.far_nixbuild(".#streamImage").check()
        self.assertIsNone(self.container())
        self.build_in_container(".#streamImage").check()
        built = self.far_nixbuild("--progress=plain", ".#image").check()
        self.assertNotIn("building here", built.stderr)
        self.assertTrue(self.container()["State"]["Running"])

    def test_container_is_made_where_no_nix_here_builds_for_the_engine(self):
        self.far_docker("rm", "--force", DEFAULT)
        self.work = self.flake("hello")
        unable = {"NIX_CONFIG": "system = riscv64-linux"}
        built = self.far_nixbuild("--progress=plain", ".#streamImage", env=unable).check()
        self.assertIn(f"in the container {DEFAULT}, which is created", built.stderr)
        self.assertEqual(self.far_tags(), {"nixbuild-hello:1.0"})

    def test_cancelling_ends_everything_there(self):
        for number, status in ((signal.SIGINT, CANCELLED), (signal.SIGKILL, -signal.SIGKILL)):
            with self.subTest(number.name):
                running = self.begin_endless_build()
                running.send_to_group(number)
                result = running.wait()
                self.assertIn(result.returncode, (status, -number, 128 + number), result)
                self.assert_nothing_runs()

    def test_stopped_container_is_started(self):
        self.work = self.flake("hello")
        self.build_in_container(".#streamImage").check()
        container = self.container()["Id"]
        self.far_engine.restart()
        self.assertFalse(self.container()["State"]["Running"])
        self.build_in_container(".#streamImage").check()
        self.assertEqual(self.container()["Id"], container)

    def test_engine_that_is_killed_is_said_and_ends_the_build(self):
        running = self.begin_endless_build()
        self.far_engine.kill()
        self.assert_fails(running.wait(), "the connection to the agent")
        self.far_engine.start()
        self.assert_nothing_runs()

    def test_other_image_makes_container_and_store_anew(self):
        self.work = self.flake("hello")
        self.build_in_container(".#streamImage").check()
        before = self.container()
        other = builder_image.NAME
        builder_image.make_builder_image(self.far_engine, other, change="LABEL lab=2")
        self.build_in_container(".#streamImage").check()
        now = self.far_image(other)["Id"]
        self.assertNotEqual(self.container()["Id"], before["Id"])
        self.assertEqual(self.container()["Config"]["Labels"][IMAGE_LABEL], now)
        self.assertEqual(self.volume()["Labels"][IMAGE_LABEL], now)

    def test_two_first_runs_share_a_container(self):
        self.far_docker("rm", "--force", DEFAULT)
        self.far_docker("volume", "rm", "--force", DEFAULT)
        self.work = self.flake("hello")
        command = ["docker", "--context", CONTEXT, "nixbuild", "--builder=container"]
        both = [
            self.machine.spawn([*command, attribute], cwd=self.work, env={"NIXBUILD_BUILDER_IMAGE": builder_image.NAME})
            for attribute in (".#streamImage", ".#image")
        ]
        for running in both:
            running.wait().check()
        self.assertTrue(self.container()["State"]["Running"])

    def test_image_that_was_chosen_need_not_be_named_again(self):
        self.work = self.flake("hello")
        self.build_in_container(".#streamImage").check()
        container = self.container()["Id"]
        self.far_docker("nixbuild", ".#image").check()
        self.assertEqual(self.container()["Id"], container)

    def test_engine_of_this_machine_has_a_socket_of_its_own(self):
        self.work = self.flake("hello")
        with Engine(self.machine, self.lab.lane.image_store, "second") as second:
            builder_image.make_builder_image(second)
            variables = {"DOCKER_HOST": second.host, "NIXBUILD_BUILDER_IMAGE": builder_image.NAME}
            self.nixbuild("--builder=container", ".#streamImage", env=variables).check()
            self.assertEqual(second.api.tags(), {"nixbuild-hello:1.0", builder_image.NAME})

    def test_image_that_cannot_be_had(self):
        self.far_docker("rm", "--force", DEFAULT)
        self.work = self.flake("hello")
        failed = self.build_in_container(".#image", env={"NIXBUILD_BUILDER_IMAGE": "localhost:1/nix:1"})
        self.assert_fails(failed, "could not pull the image localhost:1/nix:1")

    def test_container_of_somebody_else_is_left_alone(self):
        self.far_docker("rm", "--force", DEFAULT)
        self.far_docker("create", "--name", DEFAULT, builder_image.NAME, "true").check()
        self.addCleanup(lambda: self.far_docker("rm", "--force", DEFAULT).check())
        self.work = self.flake("hello")
        self.assert_fails(self.build_in_container(".#image"), f"a container {DEFAULT} that is no builder's")

    def test_failure_has_the_words_of_nix(self):
        self.work = self.flake("faults")
        self.assert_fails(self.build_in_container(".#broken"), "the last words of the builder")

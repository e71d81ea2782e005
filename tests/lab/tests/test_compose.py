"""Compose projects whose images Nix builds: `docker nixbuild compose`, and the provider of Compose."""

import json
import re
import signal
import unittest

from nixlab.plugin import INSTALLED
from nixlab.process import Process, Result
from nixlab.testcase import PluginTest
from nixlab.waiting import wait_until

EXTENSION = """
x-nixbuild:
  web: {installable: ".#image"}
  db: {installable: ".#classicImage", tag: ["db:also"]}
services:
  web:
    image: web:dev
    command: [/bin/sleep, "1000"]
    network_mode: none
    stop_grace_period: 0s
    depends_on: [db]
  db:
    image: db:dev
    command: [/bin/sleep, "1000"]
    network_mode: none
    stop_grace_period: 0s
"""

PROVIDER = """
services:
  image:
    provider: {type: nixbuild, options: {installable: ".#image", tag: ["web:dev", "web:also"]}}
  web:
    image: web:dev
    pull_policy: never
    command: [/bin/sleep, "1000"]
    network_mode: none
    stop_grace_period: 0s
    depends_on: [image]
"""

BUILDER = "the endless build has begun"  # words of its script, and so of its command line
NIX = re.compile(r"^(\S*/)?nix([- ]|$)")


class ComposeTest(PluginTest):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.version = cls.compose_version()
        if cls.version < (2, 0):
            raise unittest.SkipTest("this machine has no Compose")

    @classmethod
    def compose_version(cls) -> tuple[int, ...]:
        told = cls.machine.exec(["docker", "compose", "version", "--short"])
        numbers = re.match(r"v?(\d+)\.(\d+)", told.stdout)
        return tuple(int(number) for number in numbers.groups()) if numbers else (0, 0)

    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("hello")

    def tearDown(self) -> None:
        self.docker("compose", "-p", "hello", "down", "--remove-orphans")

    def project(self, text: str, folder: str | None = None) -> None:
        self.outside(f"{folder or self.work}/compose.yaml").write_text(text)

    def compose(self, *words: str, **options) -> Result:
        return self.nixbuild("compose", *words, **options)

    def container(self, service: str) -> dict:
        container = self.engine.api.container(f"hello-{service}-1")
        self.assertIsNotNone(container, f"{service} has no container")
        return container

    def assert_runs_newest(self, service: str, image: str) -> str:
        """The service's container runs the image that has the name now; answers with its ID."""
        container = self.container(service)
        self.assertTrue(container["State"]["Running"], container["State"])
        self.assertEqual(container["Image"], self.image_id(image))
        return container["Id"]

    def change_the_flake(self) -> None:
        self.edit(f"{self.work}/flake.nix", "GREETING_LANGUAGE=en", "GREETING_LANGUAGE=fr")

    def has_containers(self) -> bool:
        return self.docker("ps", "-aq").check().stdout != ""


class Extension(ComposeTest):
    def test_one_up_is_right_and_the_second_changes_nothing(self):
        self.project(EXTENSION)
        self.compose("up", "-d").check()
        first = self.assert_runs_newest("web", "web:dev"), self.assert_runs_newest("db", "db:dev")
        self.assertEqual(self.image_id("db:also"), self.image_id("db:dev"))
        self.compose("up", "-d").check()
        second = self.assert_runs_newest("web", "web:dev"), self.assert_runs_newest("db", "db:dev")
        self.assertEqual(first, second)

        self.change_the_flake()
        self.compose("up", "-d").check()
        third = self.assert_runs_newest("web", "web:dev"), self.assert_runs_newest("db", "db:dev")
        self.assertNotEqual(second[0], third[0])
        self.assertNotEqual(second[1], third[1])

        self.compose("down").check()
        self.assertFalse(self.has_containers())

    def test_from_another_folder(self):
        self.project(EXTENSION)
        elsewhere = self.new_work_folder()
        self.compose("-f", f"{self.work}/compose.yaml", "up", "-d", cwd=elsewhere).check()
        self.assert_runs_newest("web", "web:dev")
        below = f"{self.work}/below"
        self.machine.exec(["mkdir", below]).check()
        self.change_the_flake()
        self.compose("up", "-d", cwd=below).check()
        self.assert_runs_newest("web", "web:dev")

    def test_only_what_is_needed_is_built(self):
        self.project(EXTENSION.replace("  web:\n    image", "  web:\n    profiles: [full]\n    image"))
        self.compose("up", "-d").check()
        self.assertEqual(self.engine.api.tags(), {"db:dev", "db:also"})
        self.compose("--profile", "full", "build").check()
        self.assertEqual(self.engine.api.tags(), {"db:dev", "db:also", "web:dev"})

    def test_run_gives_the_status_and_output_of_the_container(self):
        self.project(EXTENSION)
        ran = self.compose("run", "--rm", "--no-deps", "web", "/bin/sh", "-c", "echo here; exit 7")
        self.assertEqual((ran.returncode, ran.stdout), (7, "here\n"), ran)
        self.assertEqual(self.engine.api.tags(), {"web:dev"})

    def test_a_dry_run_builds_nothing(self):
        self.project(EXTENSION)
        self.compose("--dry-run", "up", "-d")
        self.assert_nothing_left()

    def test_one_failure_is_named_and_starts_nothing(self):
        self.project(EXTENSION.replace(".#classicImage", ".#nothing"))
        self.assert_fails(self.compose("up", "-d"), "nothing", "while building db")
        self.assertFalse(self.has_containers())

    def test_what_compose_refuses_it_says_itself(self):
        self.project("services: {web: {imag: x}}")
        self.assert_fails(self.compose("up", "-d"), "Compose does not understand the project", "imag")

    def test_other_commands_are_composes(self):
        self.project(EXTENSION)
        self.assertEqual(
            self.compose("config", "--services").check().stdout, self.docker("compose", "config", "--services").stdout
        )
        self.assertEqual(self.compose("version").stdout, self.docker("compose", "version").stdout)
        self.assertEqual(self.compose("nonsense").returncode, self.docker("compose", "nonsense").returncode)

    def test_a_context_of_docker(self):
        self.project(EXTENSION)
        self.docker("context", "create", "other", "--docker", f"host={self.engine.host}").check()
        try:
            self.docker(
                "--context", "other", "nixbuild", "compose", "up", "-d", env={"DOCKER_HOST": "unix:///nowhere"}
            ).check()
            self.assert_runs_newest("web", "web:dev")
        finally:
            self.docker("context", "rm", "-f", "other")


class Provider(ComposeTest):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        if cls.version < (2, 36):
            raise unittest.SkipTest("this Compose knows no providers")

    def test_plain_compose_up_works_the_first_time(self):
        self.project(PROVIDER)
        self.docker("compose", "up", "-d").check()
        self.assert_runs_newest("web", "web:dev")
        self.assertEqual(self.image_id("web:dev"), self.image_id("web:also"))
        self.docker("compose", "down").check()
        self.assertFalse(self.has_containers())
        self.assertEqual(self.engine.api.tags(), {"web:dev", "web:also"})

    def test_one_up_is_right_and_the_second_changes_nothing(self):
        self.project(PROVIDER)
        self.compose("up", "-d").check()
        first = self.assert_runs_newest("web", "web:dev")
        self.compose("up", "-d").check()
        self.assertEqual(self.assert_runs_newest("web", "web:dev"), first)
        self.change_the_flake()
        self.compose("up", "-d").check()
        self.assertNotEqual(self.assert_runs_newest("web", "web:dev"), first)

    def test_the_project_and_the_engine_are_found_from_composes_own_command_line(self):
        self.project(PROVIDER)
        self.docker("context", "create", "other", "--docker", f"host={self.engine.host}").check()
        words = ["--context", "other", "compose", "-f", f"{self.work}/compose.yaml", "up", "-d"]
        try:
            self.docker(*words, cwd="/", env={"DOCKER_HOST": "unix:///nowhere"}).check()
            self.assert_runs_newest("web", "web:dev")
        finally:
            self.docker("context", "rm", "-f", "other")

    def test_a_failure_is_told_through_compose(self):
        self.project(PROVIDER.replace(".#image", ".#nothing"))
        failed = self.docker("compose", "up", "-d")
        self.assertNotEqual(failed.returncode, 0)
        self.assertIn("has no 'nothing'", failed.stdout + failed.stderr)

    def test_the_verbs_print_json_alone(self):
        told = self.machine.exec([INSTALLED, "compose", "metadata"]).check()
        names = {parameter["name"] for parameter in json.loads(told.stdout)["up"]["parameters"]}
        self.assertLessEqual({"installable", "tag", "context", "platform"}, names)
        verb = [INSTALLED, "compose", "--project-name", "p", "up", "--tag=a:1", "--installable=.#image", "s"]
        done = self.machine.exec(verb, cwd=self.work).check()
        messages = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual({message["type"] for message in messages}, {"info"})
        self.assertEqual(self.engine.api.tags(), {"a:1"})
        failed = self.machine.exec([INSTALLED, "compose", "--project-name=p", "up", "--imag=x", "s"], cwd=self.work)
        self.assertEqual(failed.returncode, 1)
        self.assertEqual(json.loads(failed.stdout)["type"], "error")
        for end in ("stop", "down"):
            gone = self.machine.exec([INSTALLED, "compose", "--project-name=p", end, "--imag=x", "s"])
            self.assertEqual((gone.returncode, gone.stdout), (0, ""))

    def test_an_unused_new_image_is_announced(self):
        verb = [INSTALLED, "compose", "--project-name=p", "up", "--tag=a:1", "--installable=.#image", "s"]
        self.machine.exec(verb, cwd=self.work).check()
        self.assertNotIn("new image", self.machine.exec(verb, cwd=self.work).check().stdout)
        self.change_the_flake()
        self.assertIn("a:1 is a new image", self.machine.exec(verb, cwd=self.work).check().stdout)

    def test_nix_ends_with_a_killed_provider(self):
        self.work = self.flake("faults")
        self.project(PROVIDER.replace(".#image", ".#endless"))
        running = self.machine.spawn(["docker", "compose", "up", "-d"], cwd=self.work)
        wait_until(lambda: any(BUILDER in line for line in self.processes()), "the builder runs")
        running.send(signal.SIGINT)
        running.wait()
        wait_until(lambda: not any(NIX.match(line) for line in self.processes()), "Nix has ended")
        self.assertEqual(self.engine.api.tags(), set())

    def processes(self) -> list[str]:
        listed = self.machine.exec(["ps", "-eo", "stat=,args="]).check().stdout.splitlines()
        words = (line.split(maxsplit=1) for line in listed)
        return [entry[1] for entry in words if len(entry) == 2 and not entry[0].startswith("Z")]


class Interrupted(ComposeTest):
    def test_while_nix_builds(self):
        self.work = self.flake("faults")
        self.project(EXTENSION.replace(".#image", ".#endless").replace(".#classicImage", ".#endless"))
        running = self.spawned("up")
        wait_until(lambda: any(BUILDER in line for line in self.command_lines()), "the builder runs")
        running.type("\x03")
        self.assertEqual(running.wait().returncode, 130)
        self.assertFalse(self.has_containers())

    def test_while_containers_run(self):
        self.project(EXTENSION)
        running = self.spawned("up", "db")
        wait_until(lambda: self.docker("ps", "-q").stdout != "", "the container runs")
        running.wait_for_output("Attaching", "stdout")
        running.type("\x03")
        running.wait()
        wait_until(lambda: self.docker("ps", "-q").stdout == "", "Compose has stopped its container")

    def test_a_signal_to_docker_alone_while_containers_run(self):
        """Off a terminal docker hands it on through a socket that Compose, in our place, listens to."""
        self.project(EXTENSION)
        running = self.machine.spawn(["docker", "nixbuild", "compose", "up", "db"], cwd=self.work)
        running.wait_for_output("Attaching", "stdout")
        wait_until(lambda: self.docker("ps", "-q").stdout != "", "the container runs")
        running.send(signal.SIGTERM)
        running.wait()
        wait_until(lambda: self.docker("ps", "-q").stdout == "", "Compose has stopped its container")

    def test_two_projects_at_once(self):
        self.project(EXTENSION)
        other = self.machine.copy_in(self.outside(self.work), f"{self.new_work_folder()}/other")
        self.project(EXTENSION.replace("web:dev", "other:dev").replace("db:dev", "data:dev"), other)
        second = self.machine.spawn(["docker", "nixbuild", "compose", "up", "-d"], cwd=other)
        self.compose("up", "-d").check()
        second.wait().check()
        self.assertEqual(len(self.docker("ps", "-q").check().stdout.split()), 4)
        self.docker("compose", "down", cwd=other).check()

    def spawned(self, *words: str) -> Process:
        return self.machine.spawn_on_terminal(["docker", "nixbuild", "compose", *words], cwd=self.work)

    def command_lines(self) -> list[str]:
        return self.machine.exec(["ps", "-eo", "args="]).check().stdout.splitlines()

"""Stopping a run: status 130, no Nix left running, no image."""

import re
import signal

from nixlab.faulty_engine import STALL, FaultyEngine
from nixlab.plugin import INSTALLED
from nixlab.process import Process
from nixlab.testcase import PluginTest
from nixlab.waiting import wait_until

BUILD = ["nixbuild", "--progress=plain", ".#endless"]
BUILDER = "the endless build has begun"  # words of its script, and so of its command line
CANCELLED = 130
NIX = re.compile(r"^(\S*/)?nix([- ]|$)")
# Older CLIs open no socket to their plugins, which then cannot notice that the CLI was stopped.
FIRST_CLI_WITH_A_SOCKET = 25


class CancelBuild(PluginTest):
    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("faults")

    def tearDown(self) -> None:
        self.wait_until_nix_has_ended()
        self.assert_nothing_left()

    def test_control_c_on_a_terminal(self):
        running = self.machine.spawn_on_terminal(["docker", *BUILD], cwd=self.work)
        self.wait_for_builder()
        running.type("\x03")
        self.assert_cancelled(running)

    def test_signals_to_everyone_as_a_shell_sends_them(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number.name):
                running = self.started(["docker", *BUILD])
                running.send_to_group(number)
                result = running.wait()
                # The CLI itself may die of the signal before it hears of the plugin's end.
                self.assertIn(result.returncode, (CANCELLED, -number, 128 + number), result)
                self.wait_until_nix_has_ended()

    def test_signals_to_the_cli_alone(self):
        if self.cli_major() < FIRST_CLI_WITH_A_SOCKET:
            self.skipTest("this docker CLI has no socket to its plugins")
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number.name):
                running = self.started(["docker", *BUILD])
                running.send(number)
                self.assert_cancelled(running)
                self.wait_until_nix_has_ended()

    def test_signals_to_the_plugin_alone(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number.name):
                running = self.started([INSTALLED, *BUILD[1:]])
                running.send(number)
                self.assert_cancelled(running)
                self.wait_until_nix_has_ended()

    def test_nix_dies_with_a_killed_plugin(self):
        running = self.started([INSTALLED, *BUILD[1:]])
        running.send(signal.SIGKILL)
        self.assertEqual(running.wait().returncode, -signal.SIGKILL)

    def started(self, argv: list[str]) -> Process:
        running = self.machine.spawn(argv, cwd=self.work)
        self.wait_for_builder()
        return running

    def wait_for_builder(self) -> None:
        wait_until(lambda: any(BUILDER in line for line in self.nix_processes()), "the builder runs")

    def wait_until_nix_has_ended(self) -> None:
        wait_until(lambda: self.nix_processes() == [], "Nix and its builders have ended")

    def assert_cancelled(self, running: Process) -> None:
        result = running.wait()
        self.assertEqual(result.returncode, CANCELLED, result)

    def nix_processes(self) -> list[str]:
        listed = self.machine.exec(["ps", "-e", "-o", "args="]).check().stdout.splitlines()
        return [line for line in listed if BUILDER in line or NIX.search(line)]

    def cli_major(self) -> int:
        version = self.docker("version", "--format", "{{.Client.Version}}").check().stdout
        return int(version.split(".")[0])


class CancelLoad(PluginTest):
    def test_a_stalled_load_can_be_cancelled(self):
        archive = self.nix_build("path:/flakes/hello#big")
        with FaultyEngine(self.machine, self.engine, STALL, after_bytes=4 << 20) as stalled:
            running = self.machine.spawn([INSTALLED, archive], cwd=self.work, env={"DOCKER_HOST": stalled.host})
            wait_until(stalled.fault_happened.is_set, "the load has stalled")
            running.send(signal.SIGINT)
            result = running.wait()
        self.assertEqual(result.returncode, CANCELLED, result)
        wait_until(lambda: self.new_temporary_files() == set(), "the engine has thrown away what it had")
        self.assert_nothing_left()

"""What goes away while something is done on another machine, in each phase: the client, sshd, the engine."""

import hashlib
import signal
from collections.abc import Callable
from pathlib import Path

from nixlab.faulty_engine import STALL, FaultyEngine
from nixlab.process import Process
from nixlab.far import BUILDER
from nixlab.remote import RemoteTest
from nixlab.waiting import wait_until

CACHE = "/root/.cache"
AGENTS = f"{CACHE}/docker-nixbuild"
GO_ON = "/tmp/the-file-that-a-build-waits-for"
HELLO = "nixbuild-hello:1.0"


def bytes_below(folder: Path) -> int:
    try:
        return sum(file.lstat().st_size for file in folder.rglob("*") if file.is_file())
    except FileNotFoundError:  # it is being moved
        return 0


class Kills(RemoteTest):
    same_for_all_image_stores = True

    def begin(self, attribute: str, *words: str, path: str = "", has_begun: Callable[[], bool]) -> Process:
        running = self.machine.spawn(
            ["docker", "-H", self.ssh.url + path, "nixbuild", "--progress=plain", *words, attribute], cwd=self.work
        )

        def begun() -> bool:
            self.assertTrue(running.running, running.so_far())
            return has_begun()

        wait_until(begun, f"the phase has begun\n{running.so_far()}")
        return running

    def begin_copying_the_agent(self) -> Process:
        self.work = self.flake("hello")
        self.mount_there(CACHE, "size=64m")
        # Takes all that comes, and goes on waiting.
        self.programs_there(head="#!/bin/sh\nexec /usr/bin/head -c 100000000000\n")
        return self.begin(".#streamImage", has_begun=lambda: "head -c 100000000000" in self.processes())

    def begin_sending_sources(self) -> Process:
        self.work = self.flake("hello")
        self.far_nixbuild(".#streamImage").check()  # the agent is there
        self.far_engine.api.remove_everything()
        with open(self.outside(f"{self.work}/large"), "wb") as large:
            large.truncate(1 << 30)
        sources = self.server.path(f"{AGENTS}/sources")
        before = bytes_below(sources)
        return self.begin(".#streamImage", has_begun=lambda: bytes_below(sources) > before + 1_000_000)

    def begin_evaluation(self) -> Process:
        self.work = self.flake("hello")
        self.edit(f"{self.work}/slowness.nix", "\n1000\n", "\n30000000\n")
        return self.begin(".#slowlyEvaluated", has_begun=lambda: " eval --json" in self.processes())

    def begin_build(self) -> Process:
        self.work = self.flake("faults")
        return self.begin(".#endless", has_begun=lambda: BUILDER in self.processes())

    def begin_load(self, engine: FaultyEngine) -> Process:
        self.work = self.flake("hello")
        return self.begin(".#big", path=engine.host.removeprefix("unix://"), has_begun=engine.fault_happened.is_set)

    def stalled_engine(self) -> FaultyEngine:
        return FaultyEngine(self.server, self.far_engine, STALL, after_bytes=1 << 20)

    def assert_ends(self, running: Process, kill: str) -> None:
        if kill == "client":
            running.send_to_group(signal.SIGKILL)
            running.wait()
        else:
            self.kill_there("root@notty")
            self.assert_fails(running.wait())
        self.assert_nothing_runs()
        wait_until(lambda: " eval --json" not in self.processes(), "no evaluation runs")
        self.assertEqual(self.far_engine.api.tags(), set())

    def test_while_the_agent_is_copied(self):
        for kill in ("client", "sshd"):
            with self.subTest(kill):
                self.assert_ends(self.begin_copying_the_agent(), kill)
                # On a busy machine the last of it may have arrived before the kill did.
                for left in self.server.path(AGENTS).iterdir():
                    self.assertEqual(left.name, f"agent-{hashlib.sha256(left.read_bytes()).hexdigest()}")

    def test_while_sources_are_sent(self):
        for kill in ("client", "sshd"):
            with self.subTest(kill):
                self.assert_ends(self.begin_sending_sources(), kill)
                # What is half there is no source of anything.
                self.outside(f"{self.work}/large").unlink()
                self.far_nixbuild(".#streamImage").check()

    def test_while_nix_evaluates(self):
        for kill in ("client", "sshd"):
            with self.subTest(kill):
                self.assert_ends(self.begin_evaluation(), kill)

    def test_while_nix_builds(self):
        for kill in ("client", "sshd"):
            with self.subTest(kill):
                self.assert_ends(self.begin_build(), kill)

    def test_while_the_image_is_loaded(self):
        for kill in ("client", "sshd"):
            with self.subTest(kill), self.stalled_engine() as engine:
                self.assert_ends(self.begin_load(engine), kill)

    def test_engine_that_restarts_during_the_build_is_found_again(self):
        self.work = self.flake("faults")
        waiting = lambda: "waiting for a file" in self.processes()  # noqa: E731
        running = self.begin(".#waiting", "--option", "sandbox", "false", has_begun=waiting)
        self.far_engine.restart()
        self.server.path(GO_ON).touch()
        self.addCleanup(lambda: self.server.path(GO_ON).unlink())
        running.wait().check()
        self.assertEqual(len(self.far_engine.api.tags()), 1)

    def test_engine_that_dies_during_the_load_is_said(self):
        with self.stalled_engine() as engine:
            running = self.begin_load(engine)
            self.far_engine.kill()
            self.assert_fails(running.wait(), "engine")
            self.assert_nothing_runs()
        self.far_engine.start()
        self.assertEqual(self.far_engine.api.tags(), set())
        self.work = self.flake("hello")
        self.far_nixbuild(".#streamImage").check()

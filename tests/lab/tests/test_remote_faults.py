"""Contexts by ssh when something is wrong with the connection, or breaks while it is used."""

import os
import signal

from nixlab.engine import Engine
from nixlab.process import Process
from nixlab.far import BUILDER
from nixlab.remote import RemoteTest
from nixlab.ssh import SSHD
from nixlab.waiting import wait_until

CACHE = "/root/.cache"
AGENTS = f"{CACHE}/docker-nixbuild"


class RemoteFaults(RemoteTest):
    same_for_all_image_stores = True

    def begin_endless_build(self) -> Process:
        self.work = self.flake("faults")
        running = self.machine.spawn(
            ["docker", "-H", self.ssh.url, "nixbuild", "--progress=plain", ".#endless"], cwd=self.work
        )
        wait_until(lambda: BUILDER in self.processes(), "the build has begun")
        return running

    def test_broken_connection_is_said_and_ends_the_build(self):
        running = self.begin_endless_build()
        self.kill_there("root@notty")
        self.assert_fails(running.wait(), "the connection to the agent")
        self.assert_nothing_runs()

    def test_killed_agent_is_said_and_ends_the_build(self):
        running = self.begin_endless_build()
        self.kill_there("docker-nixbuild/agent-")
        self.assert_fails(running.wait(), "the connection to the agent")
        self.assert_nothing_runs()

    def test_killed_client_ends_the_build(self):
        running = self.begin_endless_build()
        running.send_to_group(signal.SIGKILL)
        running.wait()
        self.assert_nothing_runs()

    def test_replaced_agent_is_not_run(self):
        self.work = self.flake("hello")
        self.far_nixbuild(".#streamImage").check()
        (agent,) = self.server.path(AGENTS).glob("agent-*")
        agent.write_text("#!/bin/sh\ntouch /root/was-run\n")
        self.far_nixbuild(".#streamImage").check()
        self.assertFalse(self.server.path("/root/was-run").exists())
        self.assertGreater(agent.stat().st_size, 1_000_000)

    def test_unknown_host_key(self):
        self.work = self.flake("hello")
        self.replace("/root/.ssh/known_hosts", None)
        self.assert_fails(self.far_nixbuild(".#streamImage"), "the host key of", "is not known")

    def test_changed_host_key(self):
        self.work = self.flake("hello")
        other = f"{self.work}/other-key"
        self.machine.exec(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other]).check()
        key = " ".join(self.outside(f"{other}.pub").read_text().split()[:2])
        self.replace("/root/.ssh/known_hosts", f"{self.ssh.address} {key}\n")
        self.assert_fails(self.far_nixbuild(".#streamImage"), "is not the one that is known", "ssh-keygen -R")

    def test_password_would_be_needed(self):
        self.work = self.flake("hello")
        self.replace("/root/.ssh/authorized_keys", "", self.server)
        self.assert_fails(self.far_nixbuild(".#streamImage"), "does not let us in by a key")

    def test_nobody_listens(self):
        self.work = self.flake("hello")
        refused = self.docker("-H", f"{self.ssh.url}:1", "nixbuild", ".#streamImage")
        self.assert_fails(refused, "no ssh server answers")

    def test_server_that_turns_us_away(self):
        self.work = self.flake("hello")
        penalties = ["-o", "PerSourcePenalties=noauth:60s min:1s"]
        server = self.server.spawn([*SSHD, "-p", "2222", *penalties], log=self.server.folder.path / "strict-sshd.log")
        self.addCleanup(server.kill)

        def lets_us_in() -> bool:
            return self.machine.exec(["ssh-keyscan", "-p", "2222", self.ssh.address]).stdout != ""

        wait_until(lets_us_in, "the server answers")
        wait_until(lambda: not lets_us_in(), "the server has had enough of us")
        refused = self.docker("-H", f"{self.ssh.url}:2222", "nixbuild", ".#streamImage")
        self.assert_fails(refused, "closes the connection before anyone can log in", "wait a minute")

    def test_full_disk_there(self):
        self.work = self.flake("hello")
        self.mount_there(CACHE, "size=1m")
        self.assert_fails(self.far_nixbuild(".#streamImage"), "the disk is full on")
        self.assertEqual(list(self.server.path(AGENTS).iterdir()), [])

    def test_full_disk_of_the_sources(self):
        self.work = self.flake("hello")
        self.mount_there(CACHE, "size=24m")
        self.far_nixbuild(".#streamImage").check()  # the agent is there
        self.outside(f"{self.work}/large").write_bytes(os.urandom(24 << 20))
        self.assert_fails(self.far_nixbuild(".#streamImage"), "No space left")

    def test_full_disk_of_the_build(self):
        self.work = self.flake("faults")
        self.mount_there("/tmp", "size=8m")
        self.assert_fails(self.far_nixbuild(".#fillsDisk"), "No space left", "where Nix builds")

    def test_full_disk_of_the_engine(self):
        self.work = self.flake("hello")
        with Engine(self.server, self.lab.lane.image_store, "small", disk_size="40m") as small:
            refused = self.docker("-H", self.ssh.url + small.socket, "nixbuild", ".#big")
            self.assert_fails(refused, "the engine's disk is full")
            self.assertEqual(small.api.tags(), set())

    def test_shell_that_prints(self):
        self.work = self.flake("hello")
        self.replace("/root/.bashrc", "echo Welcome to the machine\n", self.server)
        self.assert_fails(self.far_nixbuild(".#streamImage"), "prints text", "Welcome to the machine")

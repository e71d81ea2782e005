"""Contexts by ssh when something is wrong with the connection, or breaks while it is used."""

import signal

from nixlab.process import Process
from nixlab.far import BUILDER
from nixlab.remote import RemoteTest
from nixlab.waiting import wait_until

CACHE = "/root/.cache"
AGENTS = f"{CACHE}/docker-nixbuild"


class RemoteFaults(RemoteTest):
    def begin_endless_build(self) -> Process:
        self.work = self.flake("faults")
        running = self.machine.spawn(
            ["docker", "-H", self.ssh.url, "nixbuild", "--progress=plain", ".#endless"], cwd=self.work
        )
        wait_until(lambda: BUILDER in self.processes(), "the build has begun")
        return running

    def kill_there(self, words: str) -> None:
        """Kills what has these words in its command line."""
        listed = self.server.exec(["ps", "-e", "-o", "pid=,args="]).check().stdout.splitlines()
        pids = [line.split()[0] for line in listed if words in line]
        self.assertTrue(pids, listed)
        self.server.exec(["kill", "-KILL", *pids]).check()

    def replace(self, inside: str, text: str | None, machine=None) -> None:
        """Gives a file other contents, or none, until the test ends."""
        file = (machine or self.machine).path(inside)
        before = file.read_bytes() if file.exists() else None
        self.addCleanup(lambda: file.unlink(missing_ok=True) if before is None else file.write_bytes(before))
        file.unlink(missing_ok=True) if text is None else file.write_text(text)

    def mount_cache_there(self, options: str) -> None:
        self.server.exec(["mkdir", "-p", CACHE]).check()
        self.server.exec(["mount", "-t", "tmpfs", "-o", options, "tmpfs", CACHE]).check()
        self.addCleanup(lambda: self.server.exec(["umount", CACHE]).check())

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

    def test_password_would_be_needed(self):
        self.work = self.flake("hello")
        self.replace("/root/.ssh/authorized_keys", "", self.server)
        self.assert_fails(self.far_nixbuild(".#streamImage"), "does not let us in by a key")

    def test_nobody_listens(self):
        self.work = self.flake("hello")
        refused = self.docker("-H", f"{self.ssh.url}:1", "nixbuild", ".#streamImage")
        self.assert_fails(refused, "no ssh server answers")

    def test_full_disk_there(self):
        self.work = self.flake("hello")
        self.mount_cache_there("size=1m")
        self.assert_fails(self.far_nixbuild(".#streamImage"), "the disk is full on")
        self.assertEqual(list(self.server.path(AGENTS).iterdir()), [])

    def test_home_without_execution(self):
        self.work = self.flake("hello")
        self.mount_cache_there("noexec")
        self.assert_fails(self.far_nixbuild(".#streamImage"), "may not be executed", "noexec")

    def test_shell_that_prints(self):
        self.work = self.flake("hello")
        self.replace("/root/.bashrc", "echo Welcome to the machine\n", self.server)
        self.assert_fails(self.far_nixbuild(".#streamImage"), "prints text", "Welcome to the machine")

"""Machines behind ssh that are not as one would wish: without our agent, without Nix, of another architecture."""

import signal

from nixlab.engine import Engine
from nixlab.far import BUILDER
from nixlab.faulty_engine import STALL, FaultyEngine
from nixlab.plugin import agent_for_arm64, qemu_for_arm64
from nixlab.process import Process
from nixlab.remote import NO_AGENT, RemoteTest
from nixlab.waiting import wait_until

CACHE = "/root/.cache"
SLOW_WAY = "the slow way"
INSTALLER = "https://artifacts.nixos.org/nix-installer"
HELLO = "nixbuild-hello:1.0"


def name_after_docker_load(engine: Engine) -> str:
    """Podman says where a name without a host comes from."""
    return f"localhost/{HELLO}" if engine.store == "podman" else HELLO


class WithoutAgent(RemoteTest):
    """The build and the load by a shell script."""

    def plainly(self, *words: str, **options):
        return self.far_nixbuild(*words, env=NO_AGENT, **options)

    def begin(self, attribute: str, path: str = "") -> Process:
        return self.machine.spawn(
            ["docker", "-H", self.ssh.url + path, "nixbuild", "--progress=plain", attribute],
            cwd=self.work,
            env=NO_AGENT,
        )

    def assert_killed_client_leaves_nothing(self, running: Process) -> None:
        running.send_to_group(signal.SIGKILL)
        running.wait()
        self.assert_nothing_runs()
        self.assertEqual(self.far_engine.api.tags(), set())

    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("hello")

    def assert_slowly_loaded(self, result, name: str = "") -> None:
        name = name or name_after_docker_load(self.far_engine)
        self.assertEqual(result.check().stdout, f"Loaded image: {name}\n")
        self.assertEqual(result.stderr.count(SLOW_WAY), 1, result)
        self.assertIn(name, self.far_engine.api.tags())
        self.assertEqual(self.engine.api.tags(), set())

    def test_archives_and_scripts_are_loaded(self):
        self.far_nixbuild(".#streamImage").check()
        expected = self.far_image(HELLO)["RootFS"]  # a containerd store makes a manifest of its own of archives
        for attribute in ("streamImage", "image", "imageGz"):
            with self.subTest(attribute):
                self.far_engine.api.remove_everything()
                self.assert_slowly_loaded(self.plainly(f".#{attribute}"))
                self.assertEqual(self.far_image(HELLO)["RootFS"], expected)

    def test_names_are_given(self):
        self.assert_slowly_loaded(self.plainly("-t", "named:2", ".#image"), "named:2")

    def test_progress_and_words_of_nix_are_shown(self):
        self.work = self.flake("faults")
        failed = self.plainly("--progress=plain", ".#broken")
        self.assert_fails(failed, "the last words of the builder", SLOW_WAY)
        self.assertIn("first line of the log", failed.stderr)
        self.assert_fails(self.plainly(".#nothing"), "nothing")

    def test_what_only_the_agent_can_do_is_done_here(self):
        done = self.plainly("--stable-order", ".#image").check()
        self.assertIn("without an agent there is no --stable-order", done.stderr)
        self.assertIn(HELLO, self.far_engine.api.tags())
        self.assert_fails(self.plainly("--builder=ssh", ".#nix2containerImage"), "needs an agent")

    def test_an_inspection_is_made_here(self):
        shown = self.plainly("inspect", ".#image").check()
        self.assertIn("building here and not on", shown.stderr)
        self.assertNotIn(SLOW_WAY, shown.stderr)
        self.assertRegex(shown.stdout, "To load: .*, the engine lacks")
        refused = self.plainly("inspect", "--builder=ssh", ".#image")
        self.assert_fails(refused, "NIXBUILD_AGENT_DIR")

    def test_the_engine_is_found_by_curl(self):
        def without(*programs: str) -> None:
            # The way of a context by ssh needs docker, so it is the script alone that does not see it.
            folder = self.folder_of_programs(without=programs)
            self.programs_there(sh=f'#!/bin/bash\nPATH={folder} exec /bin/sh "$@"\n')

        without("docker")
        self.assert_slowly_loaded(self.plainly("--builder=ssh", ".#image"))
        without("docker", "curl")
        self.assert_fails(self.plainly("--builder=ssh", ".#image"), "neither docker nor curl")

    def test_home_without_execution(self):
        self.mount_there(CACHE, "noexec")
        done = self.far_nixbuild(".#streamImage")
        self.assert_slowly_loaded(done)
        self.assertIn("may not be executed", done.stderr)

    def test_full_disk_of_the_sources(self):
        self.outside(f"{self.work}/large").write_bytes(bytes(2 << 20))
        self.mount_there("/tmp", "size=1m")
        self.assert_fails(self.plainly(".#image"), "the disk is full on", "/tmp there")

    def test_full_disk_of_the_engine(self):
        with Engine(self.server, self.lab.lane.image_store, "small", disk_size="40m") as small:
            refused = self.docker("-H", self.ssh.url + small.socket, "nixbuild", ".#big", env=NO_AGENT)
            self.assert_fails(refused, "the engine's disk is full")
            self.assertEqual(small.api.tags(), set())

    def test_whatever_goes_away_ends_the_build(self):
        self.work = self.flake("faults")
        for number in (signal.SIGINT, signal.SIGKILL):
            with self.subTest(number.name):
                running = self.begin(".#endless")
                wait_until(lambda: BUILDER in self.processes(), "the build has begun")
                running.send_to_group(number)
                self.assertNotEqual(running.wait().returncode, 0)
                self.assert_nothing_runs()
        with self.subTest("sshd"):
            running = self.begin(".#endless")
            wait_until(lambda: BUILDER in self.processes(), "the build has begun")
            self.kill_there("root@notty")
            self.assert_fails(running.wait(), "the connection to")
            self.assert_nothing_runs()
        self.assert_no_files_left()

    def test_killed_client_ends_the_evaluation(self):
        self.edit(f"{self.work}/slowness.nix", "\n1000\n", "\n30000000\n")
        running = self.begin(".#slowlyEvaluated")
        wait_until(lambda: "nix build --out-link" in self.processes(), "Nix evaluates")
        self.assert_killed_client_leaves_nothing(running)
        wait_until(lambda: "nix build --out-link" not in self.processes(), "Nix has ended")
        self.assert_no_files_left()

    def test_killed_client_ends_the_load(self):
        with FaultyEngine(self.server, self.far_engine, STALL, after_bytes=1 << 20) as engine:
            running = self.begin(".#big", engine.host.removeprefix("unix://"))
            wait_until(engine.fault_happened.is_set, "the load has begun")
            self.assert_killed_client_leaves_nothing(running)
        self.assert_no_files_left()

    def assert_no_files_left(self) -> None:
        left = [entry.name for entry in self.server.path("/tmp").iterdir() if "docker-nixbuild" in entry.name]
        self.assertEqual(left, [])


class Nix(RemoteTest):
    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("hello")

    def test_machine_without_nix(self):
        self.programs_there(without=("nix", "nix-store"))
        for agent in ({}, NO_AGENT):
            with self.subTest(**agent):
                refused = self.far_nixbuild("--builder=ssh", ".#streamImage", env=agent)
                self.assert_fails(refused, "there is no Nix", INSTALLER)
                built_here = self.far_nixbuild(".#streamImage", env=agent).check()
                self.assertIn("building here and not on", built_here.stderr)
                self.assertIn(INSTALLER, built_here.stderr)
                self.assertEqual(self.far_engine.api.tags(), {HELLO})

    def test_nix_that_is_too_old(self):
        # As Nix 2.3 answers.
        old = """#!/bin/sh
echo "error: unrecognised flag '--extra-experimental-features'" >&2
echo "Try 'nix --help' for more information." >&2
exit 1
"""
        self.programs_there(nix=old)
        for agent in ({}, NO_AGENT):
            with self.subTest(**agent):
                refused = self.far_nixbuild(".#streamImage", env=agent)
                self.assert_fails(refused, "unrecognised flag", "Nix is too old", "2.8")


class Architectures(RemoteTest):
    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("hello")

    def test_agent_for_arm64_does_the_same(self):
        agent, qemu = agent_for_arm64(), qemu_for_arm64()
        if agent is None or qemu is None:
            self.skipTest("no agent for arm64 that is up to date: NIXBUILD_AGENT_ARCHITECTURES=arm64 install/agents")
        self.far_nixbuild(".#streamImage").check()
        expected = self.far_image(HELLO)["Id"]
        self.far_engine.api.remove_everything()
        agents = self.machine.new_folder("agents-", within="/opt")
        self.machine.copy_in(agent, f"{agents}/{agent.name}")
        self.server.copy_in(qemu, "/opt/qemu-aarch64")
        # A kernel without binfmt_misc: the one line that starts the agent goes to qemu.
        shell = """#!/bin/bash
script=${2/exec '"$f"'/exec /opt/qemu-aarch64 '"$f"'}
exec /bin/sh -c "$script"
"""
        uname = '#!/bin/sh\ncase $1 in -sm) echo Linux aarch64;; *) exec /usr/bin/uname "$@";; esac\n'
        self.programs_there(sh=shell, uname=uname)
        for round in ("copied", "there already"):
            with self.subTest(round):
                built = self.far_nixbuild(
                    "--progress=plain", ".#streamImage", env={"NIXBUILD_AGENT_DIR": agents}
                ).check()
                self.assertNotIn(SLOW_WAY, built.stderr)
                self.assertEqual("copy the agent" in built.stderr, round == "copied", built)
                self.assertEqual(self.far_image(HELLO)["Id"], expected)

    def test_machine_of_an_architecture_without_agent(self):
        self.programs_there(uname="#!/bin/sh\necho Linux riscv64\n")
        built = self.far_nixbuild(".#streamImage").check()
        self.assertIn("(Linux riscv64)", built.stderr)
        self.assertEqual(built.stderr.count(SLOW_WAY), 1, built)
        self.assertEqual(self.far_engine.api.tags(), {name_after_docker_load(self.far_engine)})

#!/usr/bin/env python3
"""devcontainer-feature/: its metadata, and its scripts in a pretended root among pretended programs, by each shell."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

FEATURE = Path(__file__).resolve().parents[2] / "devcontainer-feature/src/nixbuild"
# What /bin/sh is here and there; both, so that no script leans on one of them.
SHELLS = [shell for shell in (["dash"], ["busybox", "sh"]) if shutil.which(shell[0])]
REAL_TOOLS = "cat chmod cp dirname env grep ln mkdir sed stat tr".split()
INSTALLED = "usr/local/share/nixbuild"
NIXOS = 'NAME=NixOS\nID=nixos\n'


class Feature(unittest.TestCase):
    """One root as an image has it, and programs that note down how they were called."""

    shell: list[str]

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.root = self.folder / "root"
        self.programs = self.folder / "bin"
        self.log = self.folder / "log"
        self.workspace = self.folder / "work space"
        for path in (self.root / "etc", self.root / "run", self.root / "proc/1", self.programs, self.workspace):
            path.mkdir(parents=True)
        for tool in REAL_TOOLS:
            (self.programs / tool).symlink_to(shutil.which(tool))
        clock = self.folder / "clock"
        self.program("date", f"time=$(($(cat {clock} 2>/dev/null || echo 0) + 1)); echo $time >{clock}; echo $time")
        self.program("sleep", "")
        self.program("uname", "echo x86_64")
        self.become("root")
        self.release(NIXOS)

    def program(self, name: str, script: str) -> None:
        """A pretended program; its calls can be seen in calls()."""
        file = self.programs / name
        file.write_text(f'#!/bin/sh\necho "{name} $*" >>{self.log}\n{script}\n')
        file.chmod(0o755)

    def become(self, user: str) -> None:
        number = 0 if user == "root" else 1000
        known = "root|dev"
        self.program(
            "id",
            f'case "$1" in -u) echo {number};; -un) echo {user};; {known}) echo uid;; *) exit 1;; esac',
        )

    def release(self, text: str) -> None:
        (self.root / "etc/os-release").write_text(text)

    def process_1(self, name: str, command_line: str = "") -> None:
        (self.root / "proc/1/comm").write_text(f"{name}\n")
        (self.root / "proc/1/cmdline").write_bytes(command_line.replace(" ", "\0").encode())

    def systemd_says(self, *states: str) -> None:
        """One answer after the other, the last for ever."""
        (self.root / "run/systemd/system").mkdir(parents=True)
        turns = self.folder / "turns"
        cases = "\n".join(f"{turn}) echo {state};;" for turn, state in enumerate(states[:-1], 1))
        self.program(
            "systemctl",
            f"""case "$1" in
is-system-running) turn=$(($(cat {turns} 2>/dev/null || echo 0) + 1)); echo $turn >{turns}
case $turn in
{cases}
*) echo {states[-1]};;
esac;;
--failed) echo broken.service;;
is-active) exit 3;;
esac""",
        )

    def install(self, feature: Path = FEATURE, **options: str) -> subprocess.CompletedProcess:
        done = self.run_script(feature / "install.sh", {"_REMOTE_USER": "root", **options})
        for script in (self.root / INSTALLED).glob("*"):
            if script.is_file():
                shell = " ".join([shutil.which(self.shell[0]), *self.shell[1:]])
                script.write_text(script.read_text().replace("#!/bin/sh", f"#!{shell}", 1))
        return done

    def hook(self, name: str, **variables: str) -> subprocess.CompletedProcess:
        return self.run_script(self.root / INSTALLED / name, variables)

    def run_script(self, script: Path, variables: dict[str, str]) -> subprocess.CompletedProcess:
        environment = {
            "PATH": str(self.programs),
            "HOME": str(self.folder / "home"),
            "NIXBUILD_FEATURE_ROOT": str(self.root),
            **variables,
        }
        shell = [shutil.which(self.shell[0]), *self.shell[1:]]
        return subprocess.run(
            [*shell, str(script)],
            cwd=self.workspace,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )

    def calls(self, name: str) -> list[str]:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [line.removeprefix(f"{name} ") for line in lines if line.startswith(f"{name} ")]

    def assert_passes(self, done: subprocess.CompletedProcess, *texts: str) -> None:
        self.assertEqual(done.returncode, 0, done.stdout)
        for text in texts:
            self.assertIn(text, done.stdout)

    def assert_fails(self, done: subprocess.CompletedProcess, *texts: str) -> None:
        self.assertEqual(done.returncode, 1, done.stdout)
        for text in texts:
            self.assertIn(text, done.stdout)

    # install.sh

    def test_installing_says_what_a_feature_cannot_do(self):
        self.assert_passes(self.install(), "initializeCommand", "overrideCommand")

    def test_installing_touches_nothing_but_its_folder(self):
        self.release("ID=debian\n")
        self.install()
        made = {path.relative_to(self.root).parts[0] for path in self.root.rglob("*") if path.is_file()}
        self.assertEqual(made, {"usr", "etc"})
        self.assertEqual(os.listdir(self.root / "etc"), ["os-release"])

    def test_options_are_never_evaluated(self):
        hostile = "x'; $(touch evil) `touch evil`"
        self.assert_passes(self.install(HOMEMANAGER=hostile))
        self.assertEqual((self.root / INSTALLED / "options/homeManager").read_text(), hostile + "\n")

    def test_timeout_must_be_a_number(self):
        self.assert_fails(self.install(BOOTTIMEOUT="2m"), "bootTimeout", "2m")

    def test_user_must_be_a_name(self):
        self.assert_fails(self.install(USERNAME="a b"), "userName", "a b")

    def test_user_is_the_editors_unless_told(self):
        self.install(_REMOTE_USER="dev")
        self.assertEqual((self.root / INSTALLED / "options/userName").read_text(), "dev\n")
        self.install(_REMOTE_USER="dev", USERNAME="vscode")
        self.assertEqual((self.root / INSTALLED / "options/userName").read_text(), "vscode\n")

    def test_other_distributions_are_named(self):
        self.release("ID=debian\n")
        self.assert_passes(self.install(), "not NixOS", "no Nix")

    def test_missing_loader_is_said_before_any_boot(self):
        self.assert_passes(self.install(), "/lib64/ld-linux-x86-64.so.2", "programs.nix-ld.enable")

    def test_loader_of_nix_ld_is_linked(self):
        nix_ld = self.root / "nix/store/abc-nix-ld-2.0.4/libexec/nix-ld"
        nix_ld.parent.mkdir(parents=True)
        nix_ld.touch(0o755)
        self.install()
        link = self.root / "lib64/ld-linux-x86-64.so.2"
        self.assertEqual(os.readlink(link), "/nix/store/abc-nix-ld-2.0.4/libexec/nix-ld")

    def test_loader_that_is_there_stays(self):
        loader = self.root / "lib64/ld-linux-x86-64.so.2"
        loader.parent.mkdir()
        loader.write_text("own")
        nix_ld = self.root / "nix/store/abc-nix-ld-2.0.4/libexec/nix-ld"
        nix_ld.parent.mkdir(parents=True)
        nix_ld.touch(0o755)
        self.assert_passes(self.install(), "libstdc++.so.6")
        self.assertEqual(loader.read_text(), "own")

    def test_libraries_of_nix_ld_satisfy_the_server(self):
        for file in ("lib64/ld-linux-x86-64.so.2", "nix/store/abc-libs/lib/libstdc++.so.6"):
            (self.root / file).parent.mkdir(parents=True)
            (self.root / file).touch()
        done = self.install(NIX_LD_LIBRARY_PATH="/nix/store/none/lib:/nix/store/abc-libs/lib")
        self.assert_passes(done)
        self.assertNotIn("VS Code", done.stdout)

    # boot

    def test_boot_waits_until_the_system_runs(self):
        self.systemd_says("initializing", "starting", "running")
        self.install()
        self.assert_passes(self.hook("boot"))
        self.assertEqual(len([call for call in self.calls("systemctl") if call == "is-system-running"]), 3)
        self.assertIn("start dbus.service", self.calls("systemctl"))

    def test_what_the_server_lacks_is_said_before_the_wait(self):
        self.systemd_says("running")
        self.install()
        self.assertIn("server of VS Code", self.hook("boot").stdout.splitlines()[0])

    def test_degraded_system_is_up_and_shows_what_failed(self):
        self.systemd_says("degraded")
        self.install()
        self.assert_passes(self.hook("boot"), "broken.service")

    def test_emergency_mode_is_no_boot(self):
        self.systemd_says("starting", "maintenance")
        self.install()
        self.assert_fails(self.hook("boot"), "emergency", "broken.service")

    def test_wait_has_an_end(self):
        self.systemd_says("starting")
        self.install(BOOTTIMEOUT="30")
        self.assert_fails(self.hook("boot"), "not up after 30 seconds", "starting", "bootTimeout")

    def test_activation_counts_as_part_of_the_boot(self):
        self.process_1("stage-2-init", "/bin/bash /init")
        self.install(BOOTTIMEOUT="30")
        self.assert_fails(self.hook("boot"), "not begun")

    def test_user_without_bus_asks_as_root(self):
        self.systemd_says("offline", "running")
        self.become("dev")
        self.program("sudo", '[ "$1" = -n ] && shift; "$@"')
        self.install(_REMOTE_USER="dev")
        self.assert_passes(self.hook("boot"))
        self.assertIn("-n systemctl is-system-running", self.calls("sudo"))

    def test_foreign_process_1_is_named_at_once(self):
        self.process_1("tini")
        self.install()
        self.assert_passes(self.hook("boot"), "tini", '"init": true')
        self.assertEqual(self.calls("sleep"), [])

    def test_idle_start_script_is_told_from_a_boot(self):
        self.process_1("sh", "/bin/sh -c echo Container started")
        self.install()
        self.assert_passes(self.hook("boot"), '"overrideCommand": false')

    def test_other_distributions_are_not_waited_for(self):
        self.release("ID=debian\n")
        self.process_1("postgres", "postgres")
        self.install()
        self.assert_passes(self.hook("boot"), "postgres", "not NixOS")

    def test_other_distributions_with_systemd_are_waited_for(self):
        self.release("ID=debian\n")
        self.process_1("systemd")
        self.systemd_says("starting", "running")
        self.install()
        self.assert_passes(self.hook("boot"))

    # Docker's socket

    def bind_socket(self, name: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        old = os.getcwd()
        os.chdir(path.parent)  # the whole path may be too long for a socket
        try:
            listener.bind(path.name)
        finally:
            os.chdir(old)

    def running(self) -> None:
        self.systemd_says("running")

    def test_hidden_socket_gets_its_usual_name(self):
        self.running()
        self.bind_socket("mnt/host-docker.sock")
        self.install()
        self.assert_passes(self.hook("boot"))
        self.assertEqual(os.readlink(self.root / "run/docker.sock"), "/mnt/host-docker.sock")

    def test_without_socket_nothing_is_said_about_docker(self):
        self.running()
        self.install()
        done = self.hook("boot")
        self.assertNotIn("ocker", done.stdout)

    def test_missing_docker_is_said(self):
        self.bind_socket("mnt/host-docker.sock")
        self.install()
        self.assert_passes(self.hook("link-plugin"), "no docker")

    def test_missing_plugin_is_said(self):
        self.bind_socket("mnt/host-docker.sock")
        self.program("docker", "echo 'Usage:  docker [OPTIONS] COMMAND'")
        self.install()
        self.assert_passes(self.hook("link-plugin"), "no docker-nixbuild")

    def test_plugin_of_the_image_is_linked(self):
        self.bind_socket("mnt/host-docker.sock")
        self.program("docker", "echo 'Usage:  docker [OPTIONS] COMMAND'")
        self.program("docker-nixbuild", "")
        self.install()
        self.assert_passes(self.hook("link-plugin"))
        link = self.folder / "home/.docker/cli-plugins/docker-nixbuild"
        self.assertEqual(os.readlink(link), str(self.programs / "docker-nixbuild"))

    def test_plugin_packed_with_the_feature_is_linked(self):
        packed = self.folder / "packed"
        shutil.copytree(FEATURE, packed)
        plugin = packed / "bin/docker-nixbuild-linux-x86_64"
        plugin.parent.mkdir()
        plugin.write_text("#!/bin/sh\n")
        self.bind_socket("mnt/host-docker.sock")
        self.program("docker", "echo 'Usage:  docker [OPTIONS] COMMAND'")
        self.install(packed)
        self.assert_passes(self.hook("link-plugin"))
        link = self.folder / "home/.docker/cli-plugins/docker-nixbuild"
        self.assertEqual(os.readlink(link), str(self.root / INSTALLED / "bin/docker-nixbuild"))

    def test_plugin_that_does_not_run_is_said(self):
        self.bind_socket("mnt/host-docker.sock")
        self.program("docker", "echo 'Usage:  docker [OPTIONS] COMMAND'")
        self.program("docker-nixbuild", "exit 127")
        self.install()
        self.assert_passes(self.hook("link-plugin"), "does not run here", "nix-ld")
        self.assertFalse((self.folder / "home").exists())

    def test_plugin_that_docker_has_is_left_alone(self):
        self.bind_socket("mnt/host-docker.sock")
        self.program("docker", "echo 'Usage:  docker nixbuild [OPTIONS] [INSTALLABLE]'")
        self.install()
        self.assert_passes(self.hook("link-plugin"))
        self.assertFalse((self.folder / "home").exists())

    # channels

    def with_channels(self, listed: str = "nixos https://example.org/nixos", update: str = "") -> None:
        self.program("nix-channel", f'case "$1" in --list) echo {listed};; --update) {update or ":"};; esac')

    def updates(self) -> int:
        return self.calls("nix-channel").count("--update")

    def test_channels_of_root_and_user_are_updated(self):
        self.with_channels()
        self.become("dev")
        self.program("sudo", '[ "$1" = -n ] && shift; "$@"')
        self.install(_REMOTE_USER="dev")
        self.assert_passes(self.hook("post-create"))
        self.assertEqual(self.updates(), 2)

    def test_without_channels_nothing_is_updated(self):
        self.with_channels(listed="")
        self.install()
        self.assert_passes(self.hook("post-create"))
        self.assertEqual(self.updates(), 0)

    def test_channels_can_be_left_alone(self):
        self.with_channels()
        self.install(CHANNELS="none")
        self.assert_passes(self.hook("post-create"))
        self.assertEqual(self.calls("nix-channel"), [])

    def test_user_without_sudo_gets_his_own_channels_updated(self):
        self.with_channels()
        self.become("dev")
        self.install(_REMOTE_USER="dev")
        self.assert_passes(self.hook("post-create"), "root's need sudo")
        self.assertEqual(self.updates(), 1)
        self.install(_REMOTE_USER="dev", CHANNELS="none")
        self.assertNotIn("sudo", self.hook("post-create").stdout)

    def test_channels_are_no_patterns(self):
        self.with_channels()
        (self.workspace / "a=b").touch()
        self.install(CHANNELS="a=*")
        self.hook("post-create")
        self.assertIn("--add * a", self.calls("nix-channel"))

    def test_channels_are_added(self):
        self.with_channels()
        self.install(CHANNELS="a=https://example.org/a?x=1 wrong b=https://example.org/b")
        self.assert_passes(self.hook("post-create"), '"wrong"')
        self.assertEqual(
            [call for call in self.calls("nix-channel") if call.startswith("--add")],
            ["--add https://example.org/a?x=1 a", "--add https://example.org/b b"],
        )

    def test_missing_network_is_no_failure(self):
        self.with_channels(update="exit 1")
        self.install()
        self.assert_passes(self.hook("post-create"), "could not be updated")

    def test_image_without_nix_is_left_alone(self):
        self.install()
        self.assert_passes(self.hook("post-create"), "no Nix")

    # home-manager

    def with_home_manager(self, script: str = "") -> None:
        self.program("nix", "")
        self.program("home-manager", f'echo "USER=$USER in $(pwd)"\n{script}')

    def test_home_of_the_workspace_is_switched_to(self):
        self.with_home_manager()
        (self.workspace / "home.nix").touch()
        self.install()
        self.assert_passes(self.hook("post-create"), f"USER=root in {self.workspace}")
        self.assertEqual(self.calls("home-manager"), ["switch -f home.nix"])

    def test_home_beside_the_configuration_is_found(self):
        self.with_home_manager()
        (self.workspace / ".devcontainer").mkdir()
        (self.workspace / ".devcontainer/home.nix").touch()
        self.install()
        self.hook("post-create")
        self.assertEqual(self.calls("home-manager"), ["switch -f .devcontainer/home.nix"])

    def test_home_can_be_a_flake(self):
        self.with_home_manager()
        self.install(HOMEMANAGER=".#vscode")
        self.hook("post-create")
        self.assertEqual(self.calls("home-manager"), ["switch --flake .#vscode"])

    def test_home_can_be_left_alone(self):
        self.with_home_manager()
        (self.workspace / "home.nix").touch()
        self.install(HOMEMANAGER="none")
        self.hook("post-create")
        self.assertEqual(self.calls("home-manager"), [])

    def test_workspace_without_home_is_no_matter(self):
        self.with_home_manager()
        self.install()
        self.assert_passes(self.hook("post-create"))
        self.assertEqual(self.calls("home-manager"), [])

    def test_missing_home_manager_is_said(self):
        self.program("nix", "")
        (self.workspace / "home.nix").touch()
        self.install()
        self.assert_passes(self.hook("post-create"), "no home-manager")

    def test_broken_home_fails(self):
        self.with_home_manager("exit 3")
        (self.workspace / "home.nix").touch()
        self.install()
        self.assert_fails(self.hook("post-create"), "could not switch to home.nix")

    def test_other_user_is_become_in_the_same_folder(self):
        self.with_home_manager()
        self.program("su", 'cd /; while [ "$1" != -c ]; do shift; done; exec sh -c "$2"')
        (self.programs / "sh").symlink_to(shutil.which("sh"))
        (self.workspace / "home.nix").touch()
        self.install(USERNAME="dev", CHANNELS="none")
        self.assert_passes(self.hook("post-create"), f"in {self.workspace}")
        self.assertTrue(self.calls("su")[0].startswith("- dev -s /bin/sh -c "))

    def test_missing_user_is_said(self):
        self.with_home_manager()
        self.install(USERNAME="vscode")
        self.assert_passes(self.hook("post-create"), "no user vscode")


class Shellcheck(unittest.TestCase):
    def test_scripts_are_clean(self):
        if not shutil.which("shellcheck"):
            self.skipTest("shellcheck is not installed")
        scripts = [FEATURE / "install.sh", *sorted((FEATURE / "hooks").iterdir())]
        command = ["shellcheck", "-x", "-P", "SCRIPTDIR", "-s", "sh", *scripts]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.stdout, "")

    def test_scripts_download_nothing(self):
        for script in [FEATURE / "install.sh", *(FEATURE / "hooks").iterdir()]:
            for word in ("curl", "wget", "apt", "apk ", "nix-env -i", "fetch"):
                self.assertNotIn(word, script.read_text(), script)


class Metadata(unittest.TestCase):
    """devcontainer-feature.json, by the specification's schema of features."""

    PROPERTIES = set(
        "id version name description documentationURL licenseURL keywords options containerEnv mounts privileged init "
        "capAdd securityOpt entrypoint customizations onCreateCommand updateContentCommand postCreateCommand "
        "postStartCommand postAttachCommand dependsOn installsAfter legacyIds deprecated".split()
    )
    NEVER = {"init", "mounts", "entrypoint"}  # they would take process 1, /run or /nix from the system

    def setUp(self) -> None:
        self.feature = json.loads((FEATURE / "devcontainer-feature.json").read_text())

    def test_properties_are_the_schemas(self):
        self.assertLessEqual(self.feature.keys(), self.PROPERTIES - self.NEVER)
        self.assertEqual(self.feature["id"], FEATURE.name)
        self.assertRegex(self.feature["version"], r"^\d+\.\d+\.\d+$")

    def test_options_have_a_default_and_are_documented(self):
        readme = (FEATURE / "README.md").read_text()
        for name, option in self.feature["options"].items():
            self.assertLessEqual(option.keys(), {"type", "default", "proposals", "enum", "description"}, name)
            self.assertEqual(option["type"], "string")
            self.assertIn("default", option, name)
            self.assertIn(f"`{name}`", readme)

    def test_hooks_are_scripts_of_the_feature(self):
        for name, command in self.feature.items():
            if name.endswith("Command"):
                folder, script = command.rsplit("/", 1)
                self.assertEqual(folder, f"/{INSTALLED}")
                self.assertTrue(os.access(FEATURE / "hooks" / script, os.X_OK), command)


def load_tests(loader, _tests, _pattern):
    suite = unittest.TestSuite(map(loader.loadTestsFromTestCase, (Shellcheck, Metadata)))
    for shell in SHELLS:
        kind = type(f"Feature_{shell[0]}", (Feature,), {"shell": shell})
        suite.addTests(loader.loadTestsFromTestCase(kind))
    return suite


if __name__ == "__main__":
    unittest.main()

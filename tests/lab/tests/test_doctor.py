"""What keeps images from being built, told by name: faults made on purpose, and some mended."""

import json
import re
import socket
import unittest
from contextlib import contextmanager

from nixlab import session
from nixlab.locations import FLAKES
from nixlab.plugin import INSTALLED
from nixlab.testcase import PluginTest, skip_unless_lane_of_lab_tests
from nixlab.vm import COLIMA_INSTANCE, COLIMA_SOCKET, ELSEWHERE, MOUNTED, READ_ONLY, VmTest

CONTAINER = "of-a-test"


class DoctorTest(PluginTest):
    def doctor(self, *words: str, **options):
        return self.nixbuild("doctor", *words, **options)

    def found(self, *words: str, status: int = 0, **options) -> dict[str, dict]:
        """All that is told, by name of the check."""
        told = self.doctor("--format=json", *words, **options)
        self.assertEqual(told.returncode, status, told)
        self.assertEqual(told.stderr, "", told)
        return {finding["id"]: finding for finding in json.loads(told.stdout)}

    def problems(self, *words: str, **options) -> dict[str, str]:
        """The severity of what is wrong, by name of the check."""
        found = self.found(*words, **options)
        for finding in found.values():
            self.assertEqual(set(finding), {"id", "severity", "title", "seen", "remedy"})
        return {name: one["severity"] for name, one in found.items() if one["severity"] != "ok"}

    @contextmanager
    def mounted(self, *words: str):
        self.machine.exec(["mount", *words]).check()
        try:
            yield
        finally:
            self.machine.exec(["umount", words[-1]]).check()


class HealthyMachine(DoctorTest):
    def test_there_is_no_problem(self):
        self.assertEqual(self.problems(), {})
        self.assertLessEqual({"X1", "X3", "N1", "N4", "N9", "A1"}, set(self.found()))

    def test_it_is_told_to_people(self):
        told = self.doctor().check().stdout
        nix = self.machine.exec(["nix", "--version"]).check().stdout.strip()
        self.assertRegex(told, rf"(?m)^ok +N1 +Nix answers \({re.escape(nix)} on this machine")

    def test_flake_is_looked_at(self):
        self.work = self.flake("hello")
        self.assertEqual(self.problems(), {})
        self.machine.exec(["git", "init", "-q"], cwd=self.work).check()
        untracked = self.found("B6", status=1)["B6"]
        self.assertIn("flake.nix", untracked["seen"])
        self.assertIn("git add -N", untracked["remedy"])

    def test_single_checks(self):
        self.assertEqual(list(self.found("n1", "T1")), ["N1", "T1"])
        self.assertEqual(self.found("T1")["T1"]["severity"], "not applicable")
        self.assert_fails(self.doctor("Z1"), 'no check "Z1"')


class Engines(DoctorTest):
    def test_context_that_is_not_there(self):
        wrong = {"DOCKER_CONTEXT": "colima-nix-builder", "DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND": "docker"}
        told = self.machine.exec([INSTALLED, "nixbuild", "doctor", "--format=json"], cwd=self.work, env=wrong)
        self.assertEqual(told.returncode, 1, told)
        found = {finding["id"]: finding for finding in json.loads(told.stdout)}
        self.assertEqual(found["X1"]["severity"], "error")
        self.assertIn("colima start nix-builder", found["X1"]["remedy"])

    def test_variable_that_wins(self):
        folder = self.machine.new_folder()
        self.outside(f"{folder}/config.json").write_text('{"currentContext": "mine"}')
        variables = {"DOCKER_CONFIG": folder, "DOCKER_HOST": self.engine.host}
        self.assertEqual(self.problems(env=variables), {"X2": "warning"})

    def test_socket_that_nobody_listens_on(self):
        path = f"{self.work}/dead.sock"
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(self.outside(path)))
        self.assertEqual(self.problems(status=1, env={"DOCKER_HOST": f"unix://{path}"}), {"X3": "error"})

    def test_socket_that_is_not_there(self):
        found = self.found(status=1, env={"DOCKER_HOST": "unix:///run/no-such.sock"})
        self.assertEqual(found["X3"]["severity"], "error")
        self.assertEqual(found["N1"]["severity"], "ok")  # looked at all the same


class Nix(DoctorTest):
    def test_no_nix(self):
        with self.mounted("--bind", "/dev/null", "/usr/bin/nix"):
            found = self.found(status=1)
        self.assertEqual(found["N1"]["severity"], "error")
        self.assertIn("nix-installer", found["N1"]["remedy"])

    def test_full_disk(self):
        with self.mounted("-t", "tmpfs", "-o", "size=8m", "tmpfs", "/nix"):
            found = self.found("N9", status=1)
        self.assertEqual(found["N9"]["severity"], "error")
        self.assertIn("nix-collect-garbage", found["N9"]["remedy"])

    def test_user_that_nix_does_not_trust(self):
        version = self.machine.exec(["nix", "--version"]).check().stdout.split()[-1]
        if tuple(map(int, re.findall(r"\d+", version)[:2])) < (2, 15):
            self.skipTest(f"Nix {version} does not tell whom it trusts")
        daemon = self.machine.spawn(["nix-daemon"])
        self.addCleanup(daemon.kill)
        home = self.machine.new_folder()
        self.machine.exec(["chown", "-R", "1000:1000", home, self.work]).check()
        self.machine.exec(["chmod", "666", "/var/run/docker.sock"]).check()
        self.addCleanup(lambda: self.machine.exec(["chmod", "660", "/var/run/docker.sock"]).check())
        user = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"]
        words = [*user, "docker", "nixbuild", "doctor", "--format=json"]
        told = self.machine.exec([*words, "N4", "N7"], cwd=self.work, env={"HOME": home}).check()
        found = {finding["id"]: finding for finding in json.loads(told.stdout)}
        self.assertEqual((found["N4"]["severity"], found["N7"]["severity"]), ("ok", "warning"), told)
        self.assertIn("trusted-users = root", found["N7"]["remedy"])
        asking = {"HOME": home, "NIXBUILD_CACHE_FROM": "https://cache.example"}
        told = self.machine.exec([*words, "C3"], cwd=self.work, env=asking)
        self.assertEqual(told.returncode, 1, told)
        self.assertIn("https://cache.example is asked for, and Nix ignores it", told.stdout)

    def test_settings_that_are_off(self):
        settings = {"NIX_CONFIG": "sandbox = false\nexperimental-features =\n"}
        self.assertEqual(self.problems(env=settings), {"N6": "warning", "N8": "warning"})

    def test_system_that_is_not_the_machines(self):
        settings = {"NIX_CONFIG": "system = riscv64-linux\nextra-platforms = x86_64-linux aarch64-linux\n"}
        self.assertEqual(self.problems(status=1, env=settings), {"A6": "error"})

    def test_cache_that_cannot_be_reached(self):
        if self.machine.exec(["sh", "-c", "command -v curl"]).returncode != 0:
            self.skipTest("there is no curl in this machine")
        settings = {"NIX_CONFIG": "substituters = http://127.0.0.1:9/cache\n"}
        # What is in the store is built all the same.
        self.assertEqual(self.problems(env=settings), {"N10": "warning"})


class Containers(DoctorTest):
    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("hello")
        self.nixbuild("-t", "a:1", ".#image").check()
        self.docker("create", f"--name={CONTAINER}", "a:1", "/hello").check()

    def test_container_of_an_older_image(self):
        self.assertNotIn("B4", self.problems())
        self.nixbuild("-t", "a:1", ".#largeLayer").check()
        found = self.found()
        self.assertEqual(found["B4"]["severity"], "warning")
        self.assertIn(CONTAINER, found["B4"]["seen"])


class Mending(DoctorTest):
    def setUp(self) -> None:
        super().setUp()
        skip_unless_lane_of_lab_tests()

    def test_tmp_that_is_not_for_everybody(self):
        self.machine.exec(["chmod", "755", "/tmp"]).check()
        self.addCleanup(lambda: self.machine.exec(["chmod", "1777", "/tmp"]).check())
        self.assertEqual(self.problems(status=1), {"B8": "error"})
        kept = self.doctor("--fix", stdin=b"n\n")
        self.assertEqual(kept.returncode, 1)
        self.assertIn("Nothing was done.", kept.stdout)
        mended = self.doctor("--fix", stdin=b"y\n").check()
        self.assertIn("chmod 1777 /tmp", mended.stdout)
        self.assertEqual(self.problems(), {})

    def test_files_that_git_does_not_know(self):
        self.work = self.flake("hello")
        self.machine.exec(["git", "init", "-q"], cwd=self.work).check()
        self.doctor("B6", "--fix", "--force").check()
        known = self.machine.exec(["git", "ls-files"], cwd=self.work).check().stdout.split()
        self.assertIn("flake.nix", known)

    def test_nothing_to_mend(self):
        self.assertIn("nothing that could be mended", self.doctor("--fix").check().stdout)


class Logs(DoctorTest):
    def test_what_a_build_printed(self):
        self.work = self.flake("faults")
        failed = self.nixbuild(".#hashMismatch")
        self.outside(f"{self.work}/build.log").write_text(failed.stderr)
        found = self.found("--log=build.log", status=1)
        self.assertIn("hash mismatch", found["B2"]["seen"])
        again = self.doctor("--log=-", "B2", stdin=failed.stderr.encode())
        self.assertEqual(again.returncode, 1, again)
        self.assert_fails(self.doctor("--log=no-such.log"), "no-such.log")


class Colima(VmTest, DoctorTest):
    """A VM laid out as Colima's: Nix is looked at inside it."""

    @classmethod
    def setUpClass(cls) -> None:
        if session.current().lane.image_store == "podman":
            raise unittest.SkipTest("in Colima's machines is Docker")
        super().setUpClass()
        cls.vm.add_instance("colima", COLIMA_INSTANCE, COLIMA_SOCKET)
        tunnel = cls.vm.forward(COLIMA_SOCKET, "/var/run/docker.sock")
        cls.addClassCleanup(tunnel.kill)

    def nixbuild(self, *words: str, **options):
        return self.docker("--context", "colima", "nixbuild", *words, **options)

    def project_in(self, folder: str) -> str:
        return self.machine.copy_in(FLAKES / "hello", f"{self.machine.new_folder(within=folder)}/project")

    def test_nix_in_the_vm_is_looked_at(self):
        found = self.found(cwd=self.project_in(MOUNTED))
        self.assertIn("Colima default", found["N1"]["seen"])
        for name in ("X1", "X3", "X4", "X5", "M1", "M2", "N4", "N6", "N7", "A1", "B8"):
            self.assertEqual(found[name]["severity"], "ok", found.get(name))

    def test_folder_that_the_vm_does_not_see(self):
        found = self.found("M1", cwd=self.project_in(ELSEWHERE))
        self.assertEqual(found["M1"]["severity"], "warning")

    def test_folder_that_the_vm_may_not_write_to(self):
        folder = self.project_in(READ_ONLY)
        self.assertIn("may not write", self.found("M2", cwd=folder)["M2"]["seen"])

    def test_no_nix_in_the_vm(self):
        self.server.exec(["mount", "--bind", "/dev/null", "/usr/bin/nix"]).check()
        self.addCleanup(lambda: self.server.exec(["umount", "/usr/bin/nix"]).check())
        found = self.found("N1", status=1)
        self.assertIn("no Nix on Colima default", found["N1"]["seen"])

    def test_tmp_in_the_vm_is_mended_there(self):
        self.server.exec(["chmod", "755", "/tmp"]).check()
        self.addCleanup(lambda: self.server.exec(["chmod", "1777", "/tmp"]).check())
        self.doctor("B8", "--fix", "--force").check()
        self.assertEqual(self.server.exec(["stat", "-c", "%a", "/tmp"]).check().stdout, "1777\n")

    def test_another_docker_in_the_vm(self):
        """X5: what docker reaches there is not what the context leads to."""
        docker = self.server.path("/usr/local/bin/docker")
        docker.write_text("#!/bin/sh\necho another-engine\n")
        docker.chmod(0o755)
        self.addCleanup(docker.unlink)
        self.assertEqual(self.found("X5", status=1)["X5"]["severity"], "error")

    def test_ssh_server_that_does_not_answer(self):
        config = self.outside(f"{COLIMA_INSTANCE}/ssh.config")
        text = config.read_text()
        config.write_text(text.replace("Port 22\n", "Port 9\n"))
        self.addCleanup(lambda: config.write_text(text))
        self.assertIn("no ssh server answers", self.found("N1", status=1)["N1"]["seen"])

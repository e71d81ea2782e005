"""`docker nixbuild vm create` and what else is done to a machine of Colima, whose program is a stand-in here."""

import json
import platform

from nixlab.guests import (
    COLIMA_LOG,
    INSTALLER,
    pretend_colima,
    skip_unless_lane_of_guests,
    state_of,
    take_nix_away,
)
from nixlab.process import Result
from nixlab.vm import COLIMA_INSTANCE, COLIMA_SOCKET, MOUNTED, VmTest

FOLDERS = ("/nix", "/etc")
HELLO = "nixbuild-hello:1.0"


class Colima(VmTest):
    @classmethod
    def setUpClass(cls) -> None:
        skip_unless_lane_of_guests()
        super().setUpClass()
        take_nix_away(cls.server)
        pretend_colima(cls.machine)
        cls.vm.add_instance("colima", COLIMA_INSTANCE, COLIMA_SOCKET)
        cls.machine.exec(["docker", "context", "rm", "--force", "colima"]).check()
        cls.addClassCleanup(cls.vm.forward(COLIMA_SOCKET, "/var/run/docker.sock").kill)
        cls.machine.copy_in(INSTALLER, "/opt/nix-installer-x86_64-linux")

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(self.vm_command, "delete", "--force")
        self.addCleanup(self.docker, "--context=colima", "nixbuild", "vm", "setup", "--uninstall", "--force")

    def vm_command(self, *words: str, **options) -> Result:
        return self.docker("nixbuild", "vm", *words, **options)

    def create(self, *words: str) -> Result:
        return self.vm_command("create", "--installer=/opt/nix-installer-x86_64-linux", *words).check()

    def test_new_machine_builds(self):
        before = state_of(self.server, FOLDERS)
        shown = self.create("--dry-run", "--rosetta=false")
        self.assertIn("colima start default --runtime docker -c 4 -m 8 -d 100 --root-disk 60", shown.stdout)
        self.assertEqual(state_of(self.server, FOLDERS), before)
        made = self.create("--rosetta=false")
        self.assertIn("Use it: docker --context colima nixbuild .#image", made.stdout)
        self.work = self.flake("hello")
        self.docker("--context=colima", "nixbuild", "--builder=ssh", ".#streamImage").check()
        self.assertEqual(self.engine.api.tags(), {HELLO})
        again = self.create()
        self.assertIn("stays as it is", again.stdout)
        self.assertIn("There is nothing to do.", again.stdout)
        self.assertEqual(self.outside(COLIMA_LOG).read_text().count("start default"), 1)

        status = self.vm_command("status", "--format=json", "default").check()
        told = json.loads(status.stdout)
        self.assertEqual((told["name"], told["status"], told["context"]), ("default", "Running", "colima"))
        self.assertEqual(told["guest"]["system"], f"{platform.machine()}-linux")
        self.assertTrue(told["guest"]["nixWorks"])
        self.assertGreater(told["guest"]["storeBytes"], 0)
        self.assertIn("Nix:      nix (Nix) 2.", self.vm_command("status", "default").check().stdout)

    def test_command_keeps_its_words_its_folder_and_its_status(self):
        self.machine.exec(["/usr/local/bin/colima", "start"]).check()
        words = ["a b", "it's", "$HOME", "-n", "", "*"]
        script = 'printf "<%s>" "$@"; pwd; exit 7'
        ran = self.vm_command("ssh", "-p", "colima", "--", "sh", "-c", script, "sh", *words, cwd=MOUNTED)
        self.assertEqual(ran.stdout, "".join(f"<{word}>" for word in words) + f"{MOUNTED}\n")
        self.assertEqual(ran.returncode, 7, ran)
        echoed = self.vm_command("ssh", "cat", stdin=b"what is typed", env={"DOCKER_CONTEXT": "colima"}).check()
        self.assertEqual(echoed.stdout, "what is typed")

    def test_shell_has_a_terminal(self):
        self.machine.exec(["/usr/local/bin/colima", "start"]).check()
        shell = self.machine.spawn_on_terminal(["docker", "nixbuild", "vm", "ssh", "default"], cwd=MOUNTED)
        shell.type("test -t 0 && echo on a terminal in $PWD of $(hostname); exit 5\n")
        ended = shell.wait()
        self.assertIn(f"on a terminal in {MOUNTED} of vm", ended.stdout)
        self.assertEqual(ended.returncode, 5)

    def test_stopped_machine_is_named(self):
        self.machine.exec(["/usr/local/bin/colima", "start"]).check()
        self.assertEqual(self.vm_command("stop").check().stdout, "default stopped\n")
        self.assert_fails(self.vm_command("ssh", "-p", "default", "true"), "does not run", "vm start default")
        self.assertEqual(self.vm_command("status", "default").returncode, 1)
        self.assertEqual(self.vm_command("start").check().stdout, "default runs\n")

    def test_machine_that_is_gone_is_named(self):
        self.machine.exec(["/usr/local/bin/colima", "start"]).check()
        self.edit(f"{COLIMA_INSTANCE}/ssh.config", "Port 22\n", "Port 1\n")
        self.addCleanup(self.edit, f"{COLIMA_INSTANCE}/ssh.config", "Port 1\n", "Port 22\n")
        gone = self.docker("--context=colima", "nixbuild", "vm", "setup", "--force")
        self.assert_fails(gone, "no ssh server answers on Colima default", "is the machine running")
        status = self.vm_command("status", "default")
        self.assertEqual(status.returncode, 1)
        self.assertIn("Nix:      no ssh server answers on Colima default", status.stdout)

    def test_deletion_asks(self):
        self.machine.exec(["/usr/local/bin/colima", "start"]).check()
        self.assertIn("Nothing was deleted.", self.vm_command("delete", stdin=b"no\n").check().stdout)
        self.assertIn("default deleted", self.vm_command("delete", stdin=b"y\n").check().stdout)
        self.assert_fails(self.vm_command("start"), "there is no machine", "vm create")

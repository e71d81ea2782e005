"""`docker nixbuild vm setup`: machines without Nix get one, and lose it again without a trace."""

import json

from nixlab import builder_image
from nixlab.container import CONTEXT, ContainerTest
from nixlab.guests import (
    INSTALLER,
    PORT,
    add_user_with_sudo,
    know_host,
    lose_root_disk,
    pretend_systemd,
    serve_root_in_memory,
    skip_unless_lane_of_guests,
    state_of,
    take_nix_away,
)
from nixlab.process import Result
from nixlab.remote import RemoteTest

HELLO = "nixbuild-hello:1.0"
NIX = "/nix/var/nix/profiles/default/bin/nix"
SETTINGS = "/etc/nix/docker-nixbuild.conf"
# All that a setup may touch; its own journal is in the last.
FOLDERS = ("/nix", "/etc", "/usr/local", "/var/lib/docker-nixbuild")


class GuestTest(RemoteTest):
    """The server has no Nix; the client has the installer."""

    @classmethod
    def setUpClass(cls) -> None:
        skip_unless_lane_of_guests()
        super().setUpClass()
        take_nix_away(cls.server)
        cls.machine.copy_in(INSTALLER, "/opt/nix-installer-x86_64-linux")

    def setUp(self) -> None:
        super().setUp()
        self.before = state_of(self.server, FOLDERS)
        self.work = self.flake("hello")
        self.addCleanup(self.setup_vm, "--uninstall", "--force")

    def setup_vm(self, *words: str, **options) -> Result:
        return self.far_nixbuild("vm", "setup", "--installer=/opt/nix-installer-x86_64-linux", *words, **options)

    def assert_as_before(self) -> None:
        after = state_of(self.server, FOLDERS)
        different = {path for path in {*after, *self.before} if after.get(path) != self.before.get(path)}
        self.assertEqual(different, set())

    def assert_builds(self) -> None:
        self.far_nixbuild("--builder=ssh", ".#streamImage").check()
        self.assertEqual(self.far_engine.api.tags(), {HELLO})

    def settings(self) -> str:
        return self.server.path(SETTINGS).read_text()

    def assert_set_up_and_taken_back(self, what: str) -> None:
        shown = self.setup_vm("--dry-run").check()
        for words in (what, "copy the installer", f"write settings to {SETTINGS}", "nix-command flakes"):
            self.assertIn(words, shown.stdout, shown)
        self.assert_as_before()
        refused = self.setup_vm(stdin=b"n\n").check()
        self.assertIn("Nothing was changed.", refused.stdout)
        self.assert_as_before()

        done = self.setup_vm(stdin=b"y\n").check()
        self.assertIn(f"is ready on root@{self.ssh.address}: {NIX}", done.stdout)
        self.assertEqual(self.server.path("/etc/nix/nix.custom.conf").read_text().count("!include"), 1)
        self.assertFalse(self.server.path("/var/lib/docker-nixbuild/nix-installer").exists())
        self.assert_builds()

        after = state_of(self.server, ("/etc",))
        again = self.setup_vm().check()
        self.assertIn("There is nothing to do.", again.stdout)
        self.assertEqual(state_of(self.server, ("/etc",)), after)

        shown = self.setup_vm("--uninstall", "--dry-run").check()
        self.assertIn("uninstall Nix, and all that is in its store", shown.stdout)
        self.setup_vm("--uninstall", "--force").check()
        self.assert_as_before()
        self.assertIn("Nothing was done", self.setup_vm("--uninstall").check().stdout)


class WithoutServiceManager(GuestTest):
    def test_nix_comes_and_goes(self):
        self.assert_set_up_and_taken_back("install Nix for root")

    def test_half_done_installation_is_repaired(self):
        self.replace("/etc/fail-installation", "", self.server)
        failed = self.setup_vm("--force")
        self.assert_fails(failed, "\"install Nix for root\" failed", "the installation fails as told", "--uninstall")
        self.server.path("/etc/fail-installation").unlink()
        self.assertIn("take away what is left", self.setup_vm("--dry-run").check().stdout)
        self.setup_vm("--force").check()
        self.assert_builds()
        self.setup_vm("--uninstall", "--force").check()
        self.assert_as_before()

    def test_half_done_installation_is_taken_back(self):
        self.replace("/etc/fail-installation", "", self.server)
        self.setup_vm("--force")
        self.server.path("/etc/fail-installation").unlink()
        self.setup_vm("--uninstall", "--force").check()
        self.assert_as_before()

    def test_settings_that_were_lost_come_back(self):
        self.setup_vm("--force").check()
        wanted = self.settings()
        self.server.path(SETTINGS).unlink()
        shown = self.setup_vm("--dry-run").check()
        self.assertIn(f"write settings to {SETTINGS}", shown.stdout)
        self.assertNotIn("install Nix", shown.stdout)
        self.setup_vm("--force").check()
        self.assertEqual(self.settings(), wanted)

    def test_installer_that_is_none(self):
        for file, words in (("/opt/none", "there is no installer"), ("/flakes", "there is no installer")):
            with self.subTest(file):
                self.assert_fails(self.setup_vm(f"--installer={file}"), words, "github.com/NixOS/nix-installer")
        self.assert_as_before()

    def test_disk_that_cannot_be_asked_for(self):
        self.assert_fails(self.setup_vm("--persist"), "no data disk")
        self.assert_as_before()


class NixOfItsOwn(GuestTest):
    """A machine whose Nix is somebody else's: only settings come, and go."""

    def setUp(self) -> None:
        super().setUp()
        for name in ("nix", "nix-store"):
            self.server.exec(["ln", "-s", f"/usr/lib/nix-payload/{name}", f"/usr/local/bin/{name}"]).check()
        self.server.exec(["mkdir", "/etc/nix"]).check()
        conf = self.server.path("/etc/nix/nix.conf")
        conf.write_text(self.server.path("/usr/lib/nix-payload/nix.conf").read_text() + "cores = 1")
        self.before = state_of(self.server, ("/etc",))
        self.addCleanup(lambda: self.server.exec(["sh", "-c", "rm -rf /etc/nix /usr/local/bin/nix*"]).check())

    def test_settings_come_and_go(self):
        shown = self.setup_vm("--dry-run").check()
        self.assertNotIn("install Nix", shown.stdout)
        self.setup_vm("--force").check()
        self.assert_builds()
        self.assertIn("There is nothing to do.", self.setup_vm().check().stdout)
        self.setup_vm("--uninstall", "--force").check()
        self.assertEqual(state_of(self.server, ("/etc",)), self.before)

    def test_what_the_user_has_changed_since_stays(self):
        self.setup_vm("--force").check()
        conf = self.server.path("/etc/nix/nix.conf")
        conf.write_text(conf.read_text() + "max-jobs = 3\n")
        self.setup_vm("--uninstall", "--force").check()
        self.assertIn("max-jobs = 3\n", conf.read_text())
        self.assertNotIn("docker-nixbuild", conf.read_text())
        self.assertFalse(self.server.path(SETTINGS).exists())


class WithSystemd(GuestTest):
    """No systemd runs here: a stand-in remembers what its systemctl was asked for."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        pretend_systemd(cls.server)

    def test_nix_comes_and_goes(self):
        self.assert_set_up_and_taken_back("install Nix for all users")
        asked = self.server.path("/run/systemctl.log").read_text()
        self.assertIn("enable --now nix-daemon.socket", asked)
        self.assertIn("try-restart nix-daemon.service", asked)

    def test_user_who_is_not_root_gets_a_daemon_that_trusts_him(self):
        add_user_with_sudo(self.server)
        self.before = state_of(self.server, FOLDERS)
        url = self.ssh.url.replace("root@", "dev@")

        def nixbuild(*words: str) -> Result:
            return self.docker("-H", url, "nixbuild", *words)

        shown = nixbuild("vm", "setup", "--dry-run", "--installer=/opt/nix-installer-x86_64-linux").check()
        self.assertIn("Nix will trust the user dev", shown.stdout)
        nixbuild("vm", "setup", "--force", "--installer=/opt/nix-installer-x86_64-linux").check()
        self.assertIn("extra-trusted-users = dev\n", self.settings())
        self.assertIn("There is nothing to do.", nixbuild("vm", "setup").check().stdout)
        status = json.loads(nixbuild("vm", "status", "--format=json").check().stdout)
        self.assertTrue(status["guest"]["trusted"])
        nixbuild("--builder=ssh", ".#streamImage").check()
        self.assertEqual(self.far_engine.api.tags(), {HELLO})
        nixbuild("vm", "setup", "--uninstall", "--force").check()
        self.assert_as_before()

    def test_store_on_the_data_disk(self):
        """As Colima's machines have it; what is at /nix is no mount there."""
        self.server.exec(["umount", "/nix"]).check()
        self.server.exec(["rmdir", "/nix"]).check()
        self.mount_there("/mnt/lima-colima", "size=4g")
        self.before = state_of(self.server, FOLDERS)
        self.setup_vm("--force", "--persist").check()
        self.assertTrue(self.server.path("/mnt/lima-colima/nix/receipt.json").exists())
        self.assert_builds()
        self.assertIn("There is nothing to do.", self.setup_vm("--persist").check().stdout)
        with self.subTest("colima delete"):
            built = {path.name for path in self.server.path("/nix/store").iterdir()}
            self.assertNotEqual(built, set())
            lose_root_disk(self.server)
            shown = self.setup_vm("--dry-run", "--persist").check()
            self.assertIn("set aside the receipt", shown.stdout)
            self.setup_vm("--force", "--persist").check()
            self.assertLessEqual(built, {path.name for path in self.server.path("/nix/store").iterdir()})
            self.assert_builds()
        self.setup_vm("--uninstall", "--force").check()
        self.assert_as_before()
        self.assertEqual(list(self.server.path("/mnt/lima-colima").iterdir()), [])

    def test_daemon_that_sleeps_is_woken(self):
        self.setup_vm("--force").check()
        active = self.server.path("/run/nix-daemon.socket-is-active")
        active.unlink()
        self.assertIn("start the daemon", self.setup_vm("--dry-run").check().stdout)
        self.setup_vm("--force").check()
        self.assertTrue(active.exists())


class RootInMemory(RemoteTest):
    @classmethod
    def setUpClass(cls) -> None:
        skip_unless_lane_of_guests()
        super().setUpClass()

    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("hello")

    def test_nix_comes_in_a_container(self):
        serve_root_in_memory(self.server)
        know_host(self.machine, self.server, self.ssh.address)
        builder_image.make_builder_image(self.far_engine)
        url = f"{self.ssh.url}:{PORT}"

        def nixbuild(*words: str) -> Result:
            return self.docker("-H", url, "nixbuild", *words, env={"NIXBUILD_BUILDER_IMAGE": builder_image.NAME})

        shown = nixbuild("vm", "setup", "--dry-run").check()
        self.assertIn("its root is in memory (tmpfs)", shown.stdout)
        self.assertEqual(json.loads(nixbuild("builder", "ls", "--format=json").check().stdout), [])
        done = nixbuild("vm", "setup", "--force").check()
        self.assertIn("is ready", done.stdout)
        self.assertIn("is there already", nixbuild("vm", "setup").check().stdout)
        nixbuild(".#streamImage").check()
        self.assertIn(HELLO, self.far_engine.api.tags())
        nixbuild("vm", "setup", "--uninstall", "--force").check()
        self.assertEqual(json.loads(nixbuild("builder", "ls", "--format=json").check().stdout), [])


class NoWayIn(ContainerTest):
    def test_nix_comes_in_a_container(self):
        done = self.far_nixbuild("vm", "setup", "--dry-run").check()
        self.assertIn("no command gets into it", done.stdout)
        self.assertIn("create a builder container", done.stdout)
        self.assertIn(CONTEXT, self.docker("context", "ls").check().stdout)

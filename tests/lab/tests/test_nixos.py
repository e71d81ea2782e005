"""`docker nixbuild` of a NixOS system: an image that boots."""

from nixlab.booting import run_options
from nixlab.session import GUEST_INSIDE
from nixlab.testcase import PluginTest
from nixlab.waiting import wait_until

SYSTEM = "#nixosConfigurations.demo"
IMAGE = "nixos-system-demo:latest"


class NixosSystem(PluginTest):
    def setUp(self) -> None:
        super().setUp()
        if not self.outside(GUEST_INSIDE).exists():
            self.skipTest("there is no guest to boot")
        self.work = self.flake("nixos-like")

    def test_system_boots_and_stops(self):
        self.nixbuild(f".{SYSTEM}").check()
        container = self.boot()
        self.assertEqual(self.inside(container, "cat", "/proc/1/comm"), "systemd\n")
        self.assertEqual(self.inside(container, "systemctl", "--failed", "--quiet"), "")
        self.assertEqual(self.inside(container, "cat", "/etc/greeting"), "Hello from a NixOS-like system\n")
        self.docker("stop", container).check()
        state = self.docker("inspect", "--format={{.State.ExitCode}}", container).check().stdout
        self.assertNotEqual(state, "137\n", "systemd did not stop by itself")

    def test_image_says_how_it_starts(self):
        self.nixbuild(f".{SYSTEM}").check()
        config = self.engine.api.image(IMAGE)["Config"]
        self.assertEqual(config["Entrypoint"], ["/sbin/init"])
        self.assertEqual(config["StopSignal"], "SIGRTMIN+3")
        self.assertIn("container=docker", config["Env"])

    def test_store_path_of_a_system_is_enough(self):
        toplevel = self.nix_build(f"path:{self.work}#toplevel")
        self.nixbuild(toplevel).check()
        self.assertEqual(self.engine.api.image(IMAGE)["Config"]["Entrypoint"], ["/sbin/init"])

    def test_container_can_be_entered_before_it_has_booted(self):
        """What a development container does: /bin/sh first, and commands while nothing runs yet."""
        self.nixbuild(f".{SYSTEM}").check()
        idle = ["--entrypoint=/bin/sh", IMAGE, "-c", "while sleep 1; do :; done"]
        container = self.docker("run", "-d", "--network=none", *idle).check().stdout.strip()
        self.assertEqual(self.inside(container, "id", "-un", user="dev"), "dev\n")
        self.assertEqual(self.inside(container, "/bin/bash", "-c", "echo ~", user="dev"), "/home/dev\n")
        self.assertEqual(self.inside(container, "stat", "-c", "%U", "/home/dev"), "dev\n")
        self.assertIn("ID=nixos\n", self.inside(container, "cat", "/etc/os-release"))
        shell = self.inside(container, "sh", "-c", "sed -n 's/^dev:.*://p' /etc/passwd").strip()
        self.assertEqual(self.inside(container, shell, "-c", "echo works", user="dev"), "works\n")

    def test_changed_system_shares_the_layers_below(self):
        self.nixbuild(f".{SYSTEM}").check()
        before = self.engine.api.image(IMAGE)["RootFS"]["Layers"]
        self.outside(f"{self.work}/greeting").write_text("changed\n")
        self.nixbuild(f".{SYSTEM}").check()
        after = self.engine.api.image(IMAGE)["RootFS"]["Layers"]
        kept = sum(left == right for left, right in zip(before, after))
        self.assertGreaterEqual(kept, len(before) - 5)  # greeting, etc, the system, files around it
        self.assertLess(kept, len(before))

    def test_process_1_cannot_be_somebody_else(self):
        self.assert_fails(self.nixbuild("--user=dev", f".{SYSTEM}"), "--user", "root")

    def boot(self) -> str:
        """A container of the image, once it has booted."""
        # systemd 256 and newer take old control groups only when told to; older ones ignore it.
        words = ["run", "-d", "--network=none", *run_options(), IMAGE, "SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"]
        container = self.docker(*words).check().stdout.strip()
        wait_until(lambda: self.state_of(container) == "running", "systemctl is-system-running says running")
        return container

    def state_of(self, container: str) -> str:
        return self.docker("exec", container, "systemctl", "is-system-running").stdout.strip()

    def inside(self, container: str, *command: str, user: str = "root") -> str:
        return self.docker("exec", f"--user={user}", container, *command).check().stdout

"""The dev containers' own command line program with images of `docker nixbuild`."""

import json
import signal
import tarfile

from nixlab.devcontainer import FEATURE_SOURCES, IMAGE, LONG, SEARCH_PATH, SYSTEM, DevcontainerTest
from nixlab.devcontainer_cli import PROGRAM
from nixlab.nix_ld import compile_nix_ld
from nixlab.outcome import LaneUnavailable
from nixlab.plugin import INSTALLED
from nixlab.session import GUEST_INSIDE
from nixlab.waiting import wait_until

GREETING = "Hello from a NixOS-like system\n"
# Not built by Nix, and in need of libstdc++, as the server of VS Code is.
FOREIGN_PROGRAM = f"{GUEST_INSIDE}/usr/bin/apt-get"
# A boot that ends when the test says so.
SLOW_UNIT = """
    : > $out/etc/fstab
    units=$out/etc/systemd/system
    mkdir -p $units/multi-user.target.wants
    printf '%s\\n' '[Service]' 'Type=oneshot' \\
      'ExecStart=/run/current-system/sw/bin/sh -c "until [ -e /var/go ]; do sleep 0.1; done"' > $units/slow.service
    ln -s ../slow.service $units/multi-user.target.wants/
"""
# Programs that only write down how they were called.
HOME_MANAGER = r"""
    mkdir -p $out/bin
    printf '#!/bin/sh\n%s\n' 'echo "$* in $(pwd)" >> ~/switched' > $out/bin/home-manager
    printf '#!/bin/sh\n%s\n' 'echo "$*" >> ~/channels; [ $1 != --list ] || echo a' > $out/bin/nix-channel
    chmod +x $out/bin/*
"""
# Of one system, for another one: with its own libraries and loader.
MAKE_PORTABLE = """
    name=${1##*/}
    mkdir -p "$2/lib"
    cp "$1" "$2/lib/$name"
    for file in $(ldd "$1" | grep -o '/[^ )]*'); do cp -L "$file" "$2/lib/"; done
    printf '#!/bin/sh\\nexec %s --library-path %s %s "$@"\\n' "$2"/lib/ld-linux* "$2/lib" "$2/lib/$name" > "$2/$name"
    chmod +x "$2/$name"
"""


class WithoutFeatures(DevcontainerTest):
    """What the image brings is enough; nothing is built on top of it."""

    def setUp(self) -> None:
        super().setUp()
        self.configure()

    def test_container_boots_and_nothing_is_built_on_top(self):
        self.up()
        self.assertEqual(self.inside("cat", "/proc/1/comm"), "systemd\n")
        self.assertEqual(self.inside("systemctl", "is-system-running"), "running\n")
        self.assertEqual(self.inside("id", "-un"), "dev\n")
        self.assertEqual(self.inside("cat", "/etc/greeting"), GREETING)
        self.assert_builds_nothing()

    def test_changed_flake_reaches_the_container_by_a_rebuild(self):
        container = self.up()
        self.write("greeting", "changed\n")
        self.assertEqual(self.up(), container)
        self.assertIn("has an older image", self.log)
        self.assertEqual(self.inside("cat", "/etc/greeting"), GREETING)
        self.assertNotEqual(self.up("--remove-existing-container"), container)
        self.assertEqual(self.inside("cat", "/etc/greeting"), "changed\n")
        self.assertEqual(self.docker("images", "-q", IMAGE).check().stdout.count("\n"), 1)
        self.assert_builds_nothing()

    def test_nothing_is_said_about_a_container_of_the_same_image(self):
        container = self.up()
        self.assertEqual(self.up(), container)
        self.assertNotIn("older image", self.log)

    def test_stopped_container_gives_way_where_that_is_wanted(self):
        self.configure_nixbuild(recreate="stopped")
        container = self.up()
        self.write("greeting", "changed\n")
        self.assertEqual(self.up(), container)
        self.docker("stop", container).check()
        self.assertNotEqual(self.up(), container)
        self.assertEqual(self.inside("cat", "/etc/greeting"), "changed\n")

    def test_broken_flake_can_leave_the_container_usable(self):
        self.configure_nixbuild(onFailure="use-existing")
        container = self.up()
        self.edit(f"{self.work}/flake.nix", "outputs =", "outputs = oops")
        self.assertEqual(self.up(), container)
        self.assertIn("ERROR: ", self.log)
        self.assertEqual(self.inside("cat", "/proc/1/comm"), "systemd\n")

    def test_rebuild_without_cache_needs_no_registry(self):
        self.up()
        self.write("greeting", "changed\n")
        self.up("--remove-existing-container", "--build-no-cache")
        self.assertEqual(self.inside("cat", "/etc/greeting"), "changed\n")
        self.assert_builds_nothing()

    def test_metadata_given_to_build_is_enough(self):
        metadata = [
            {
                "overrideCommand": False,
                "privileged": True,
                "remoteUser": "dev",
                "updateRemoteUserUID": False,
                "onCreateCommand": {"wait": "until [ -d /run/systemd/system ]; do sleep 0.1; done"},
            }
        ]
        label = f"devcontainer.metadata={json.dumps(metadata)}"
        configuration = {
            "image": IMAGE,
            "initializeCommand": ["docker", "nixbuild", "-q", "-t", IMAGE, "--label", label, f".{SYSTEM}"],
        }
        self.write(".devcontainer/devcontainer.json", json.dumps(configuration))
        self.up()
        self.assertEqual(self.inside("cat", "/proc/1/comm"), "systemd\n")
        self.assertEqual(self.inside("id", "-un"), "dev\n")
        self.assert_builds_nothing()

    def test_broken_flake_leaves_image_and_container(self):
        container = self.up()
        before = self.image_id(IMAGE)
        self.edit(f"{self.work}/flake.nix", "outputs =", "outputs = oops")
        failed = self.devcontainer("up", "--remove-existing-container")
        self.assertEqual(failed.returncode, 1, failed)
        self.assertEqual(json.loads(failed.stdout)["outcome"], "error")
        self.assertIn("flake.nix", failed.stderr)
        self.assertEqual(self.image_id(IMAGE), before)
        self.assertIsNotNone(self.engine.api.container(container))

    def test_interrupted_build_is_an_error(self):
        """With the status of a signal, the program would go on to start the container."""
        self.work = self.flake("faults")
        self.configure_nixbuild(installable=".#endless")
        building = self.machine.spawn(["docker", "nixbuild", "devcontainer", "build"], cwd=self.work)
        building.wait_for_output("the endless build has begun")
        building.send_to_group(signal.SIGINT)
        done = building.wait()
        self.assertEqual(done.returncode, 1, done)
        self.assertEqual(self.engine.api.tags(), set())

    def test_foreign_program_runs_before_the_boot_has_begun(self):
        """As the server of VS Code does, which waits for no hooks."""
        try:
            compile_nix_ld(self.outside(f"{self.work}/nix-ld"))
        except LaneUnavailable as reason:
            self.skipTest(str(reason))
        wait = "until [ -e /go ]; do sleep 0.1; done\n"
        self.edit(f"{self.work}/scripts/activate.sh", "mkdir -p /run\n", f"{wait}mkdir -p /run\n")
        going_up = self.begin("up")
        going_up.wait_for_output("Running the onCreateCommand")
        container = self.container_of_workspace()
        self.docker("cp", FOREIGN_PROGRAM, f"{container}:/home/dev/foreign").check()
        foreign = self.docker("exec", "--user=dev", container, "/home/dev/foreign", "--version")
        self.assertIn("Supported modules", foreign.stdout, foreign)
        unaided = self.docker("exec", "--env=NIX_LD=/run/current-system/ld.so", container, "/home/dev/foreign")
        self.assertEqual(unaided.returncode, 127, "nothing the image says was needed")
        self.assertFalse(self.is_there(container, "/run/current-system"))
        self.docker("exec", container, "/bin/sh", "-c", ": > /go").check()
        going_up.wait().check()
        self.assertEqual(self.state_of(container), "running")
        found = self.nixbuild("devcontainer", "check").stdout
        self.assertNotIn("no-loader", found)
        self.assertNotIn("no-libstdc++", found)

    def test_restarted_container_is_the_same(self):
        container = self.up()
        self.docker("stop", container).check()
        self.assertEqual(self.up(), container)
        self.assertEqual(self.inside("cat", "/proc/1/comm"), "systemd\n")

    def test_container_stops_within_three_seconds(self):
        container = self.up()
        self.docker("stop", "--time=3", container).check()  # and kills it then
        state = self.docker("inspect", "--format={{.State.ExitCode}}", container).check().stdout
        self.assertNotEqual(state, "137\n", "systemd did not stop by itself")


class WithTheFeature(DevcontainerTest):
    def test_container_boots(self):
        self.add_feature()
        self.up()
        self.assertEqual(self.inside("cat", "/proc/1/comm"), "systemd\n")
        self.assertEqual(self.inside("systemctl", "is-system-running"), "running\n")
        self.assertEqual(self.inside("systemctl", "is-active", "dbus.service"), "active\n")

    def test_image_may_have_metadata_too(self):
        self.add_feature(
            customizations={"nixbuild": {"installable": f".{SYSTEM}"}}, overrideCommand=None, updateRemoteUserUID=None
        )
        self.up()
        self.assertEqual(self.inside("cat", "/proc/1/comm"), "systemd\n")
        self.assertFalse(any("updateUID" in call for call in self.builds()), self.builds())

    def test_up_waits_for_the_boot_and_foreign_programs_run_before_its_end(self):
        self.edit(f"{self.work}/system.nix", ": > $out/etc/fstab", SLOW_UNIT)
        self.add_feature()
        going_up = self.begin("up")
        going_up.wait_for_output("from Feature './nixbuild'")
        container = self.container_of_workspace()
        self.docker("cp", FOREIGN_PROGRAM, f"{container}:/var/foreign").check()
        wait_until(lambda: self.state_of(container) == "starting", "the boot has begun")
        foreign = self.docker("exec", "--user=dev", container, "/var/foreign", "--version")
        self.assertIn("Supported modules", foreign.stdout, foreign)  # its status is about files that Debian has
        self.assertEqual(self.state_of(container), "starting")
        self.assertTrue(going_up.running)
        self.docker("exec", container, "touch", "/var/go").check()
        going_up.wait().check()
        self.assertEqual(self.state_of(container), "running")

    def test_boot_that_takes_too_long_is_an_error(self):
        self.edit(f"{self.work}/system.nix", ": > $out/etc/fstab", SLOW_UNIT)
        self.add_feature({"bootTimeout": "1"})
        failed = self.devcontainer("up")
        self.assertEqual(failed.returncode, 1, failed)
        self.assertIn("nixbuild: systemd is not up after 1 seconds (state: starting)", failed.stderr)

    def test_its_time_counts_where_the_image_waits_too(self):
        self.edit(f"{self.work}/system.nix", ": > $out/etc/fstab", SLOW_UNIT)
        self.add_feature({"bootTimeout": "1"}, customizations={"nixbuild": {"installable": f".{SYSTEM}"}})
        failed = self.devcontainer("up")
        self.assertEqual(failed.returncode, 1, failed)
        self.assertIn("nixbuild: systemd is not up after 1 seconds (state: starting)", failed.stderr)

    def test_home_of_the_workspace_is_switched_to(self):
        beginning = 'systemPath = runShell "system-path" \'\''
        self.edit(f"{self.work}/system.nix", beginning, beginning + HOME_MANAGER)
        self.write("home.nix", "{ }")
        self.add_feature({"channels": "nixos=https://example.org/nixos"})
        self.up()
        self.assertIn("nixbuild: home-manager switch -f home.nix", self.hook_output())
        self.assertEqual(self.inside("cat", "/home/dev/switched"), "switch -f home.nix in /workspaces/nixos-like\n")
        calls = self.inside("cat", "/home/dev/channels")
        self.assertEqual(calls, "--add https://example.org/nixos nixos\n--list\n--update\n")

    def test_plugin_works_from_within_where_the_socket_is_bound(self):
        tools = self.portable("/usr/bin/docker")
        plugin = self.portable(INSTALLED)
        binds = {
            self.engine.socket: "/mnt/host-docker.sock",
            f"{plugin}/docker-nixbuild": "/mnt/docker-nixbuild",
            plugin: plugin,
            tools: tools,
        }
        mounts = [{"type": "bind", "source": source, "target": target} for source, target in binds.items()]
        search_path = {"PATH": f"${{containerEnv:PATH}}:{tools}"}
        self.add_feature(mounts=mounts, remoteUser="root", remoteEnv=search_path)
        self.up()
        self.assertIn("nixbuild: docker nixbuild is /mnt/docker-nixbuild", self.hook_output())
        info = self.inside("docker", "nixbuild", "info")
        self.assertIn(self.engine.api.version()["Version"], info)

    def portable(self, program: str) -> str:
        """A folder with a program of the machine that runs in any container that has the folder."""
        folder = self.machine.new_folder("portable-")
        self.machine.exec(["sh", "-euc", MAKE_PORTABLE, "sh", program, folder]).check()
        return folder


OTHER_IMAGE = "nixbuild.local/other:dev"
OTHER_SERVICE = f"""    depends_on: [other]
    volumes: ["..:/workspaces/demo"]
  other:
    image: {OTHER_IMAGE}
    pull_policy: never
    network_mode: none
    privileged: true
x-nixbuild:
  other:
    installable: .{SYSTEM}
    env: [OTHER=1]
"""


class WithCompose(DevcontainerTest):
    def setUp(self) -> None:
        super().setUp()
        self.configure_compose()
        self.write(
            ".devcontainer/compose.yaml",
            f"""
services:
  dev:
    image: {IMAGE}
    pull_policy: never
    privileged: true
    network_mode: none
    stop_signal: SIGRTMIN+3
    volumes: ["..:/workspaces/demo"]
""",
        )

    def configure_compose(self, **changes) -> None:
        service = {"dockerComposeFile": "compose.yaml", "service": "dev", "workspaceFolder": "/workspaces/demo"}
        self.configure(image=None, runArgs=None, **service, **changes)

    def test_service_boots_and_a_rebuild_has_the_change(self):
        container = self.up()
        self.assertEqual(self.inside("cat", "/proc/1/comm"), "systemd\n")
        self.assertEqual(self.inside("cat", "greeting"), GREETING)
        self.write("greeting", "changed\n")
        self.assertEqual(self.up(), container)
        self.assertEqual(self.inside("cat", "/etc/greeting"), GREETING)
        self.assertNotEqual(self.up("--remove-existing-container"), container)
        self.assertEqual(self.inside("cat", "/etc/greeting"), "changed\n")
        self.assertEqual(self.builds(), [])

    def test_feature_brings_the_privileges(self):
        self.edit(f"{self.work}/.devcontainer/compose.yaml", "    privileged: true\n", "")
        self.copy_feature()
        nixbuild = {"installable": f".{SYSTEM}", "metadata": False}
        self.configure_compose(features={"./nixbuild": {}}, customizations={"nixbuild": nixbuild})
        self.up()
        self.assertEqual(self.inside("cat", "/proc/1/comm"), "systemd\n")
        self.assertEqual(self.inside("systemctl", "is-system-running"), "running\n")

    def test_other_services_are_built_too(self):
        self.edit(f"{self.work}/.devcontainer/compose.yaml", '    volumes: ["..:/workspaces/demo"]\n', OTHER_SERVICE)
        self.up()
        self.assertEqual(self.engine.api.tags(), {IMAGE, OTHER_IMAGE})


class WrittenByInit(DevcontainerTest):
    # The specification's schema of devcontainer.json allows no others.
    PROPERTIES = set(
        "$schema name image build dockerComposeFile service runServices workspaceFolder workspaceMount appPort runArgs "
        "features overrideFeatureInstallOrder secrets forwardPorts portsAttributes otherPortsAttributes shutdownAction "
        "updateRemoteUserUID containerEnv containerUser remoteEnv remoteUser mounts init privileged capAdd securityOpt "
        "initializeCommand onCreateCommand updateContentCommand postCreateCommand postStartCommand postAttachCommand "
        "waitFor userEnvProbe hostRequirements overrideCommand customizations".split()
    )

    def init(self, *words: str) -> None:
        self.nixbuild("devcontainer", "init", *words).check()
        configuration = json.loads(self.devcontainer("read-configuration").check().stdout)["configuration"]
        self.assertLessEqual(configuration.keys(), self.PROPERTIES | {"configFilePath"})

    def problems(self) -> list[str]:
        """What `check` finds, apart from what is the machine's own."""
        lines = self.nixbuild("devcontainer", "check").stdout.splitlines()
        return [line for line in lines if line.startswith("problem: ") and "cgroup-v1" not in line]

    def test_system(self):
        self.init("--remote-user=dev", f".{SYSTEM}")
        self.up()
        self.assertEqual(self.inside("cat", "/proc/1/comm"), "systemd\n")
        self.assertEqual(self.inside("id", "-un"), "dev\n")
        self.assertEqual(self.problems(), [])
        self.assert_builds_nothing()

    def test_system_with_compose(self):
        self.init("--compose", "--remote-user=dev", f".{SYSTEM}")
        self.up()
        self.assertEqual(self.inside("cat", "/proc/1/comm"), "systemd\n")
        self.assertEqual(self.inside("cat", "greeting"), GREETING)
        self.assertEqual(self.problems(), [])
        self.assertEqual(self.builds(), [])

    def test_other_image(self):
        self.work = self.flake("hello")
        self.init(".#image")
        self.up()
        self.assertEqual(self.inside("hello"), "Hello from Nix\n")
        self.assert_builds_nothing()

    def test_other_image_with_compose(self):
        self.work = self.flake("hello")
        self.init("--compose", ".#image")
        self.up()
        self.assertEqual(self.inside("hello"), "Hello from Nix\n")
        self.assertEqual(self.builds(), [])

    def test_up_and_rebuild_are_the_programs(self):
        self.init("--remote-user=dev", f".{SYSTEM}")
        self.nixbuild("devcontainer", "up", env=SEARCH_PATH, patience=LONG).check()
        self.write("greeting", "changed\n")
        self.nixbuild("devcontainer", "rebuild", env=SEARCH_PATH, patience=LONG).check()
        self.assertEqual(self.inside("cat", "/etc/greeting"), "changed\n")


class FeatureItself(DevcontainerTest):
    """What who publishes the feature runs."""

    def test_feature_can_be_packed(self):
        sources = self.machine.copy_in(FEATURE_SOURCES, f"{self.work}/feature")
        self.machine.exec([PROGRAM, "features", "package", f"{sources}/src", "-o", f"{self.work}/packed"]).check()
        with tarfile.open(self.outside(f"{self.work}/packed/devcontainer-feature-nixbuild.tgz")) as packed:
            names = {name.removeprefix("./") for name in packed.getnames()}
        self.assertLessEqual({"devcontainer-feature.json", "install.sh", "hooks/boot", "hooks/common.sh"}, names)
        collection = json.loads(self.outside(f"{self.work}/packed/devcontainer-collection.json").read_text())
        self.assertEqual([feature["id"] for feature in collection["features"]], ["nixbuild"])

    def test_feature_passes_its_own_tests(self):
        # The image that is not NixOS is a registry's elsewhere.
        pack = f"tar -C {GUEST_INSIDE} -c . | docker import - debian:bookworm"
        self.machine.exec(["bash", "-o", "pipefail", "-c", pack]).check()
        sources = self.machine.copy_in(FEATURE_SOURCES, f"{self.work}/feature")
        words = ["features", "test", "-p", sources, "-f", "nixbuild", "-i", "debian:bookworm", "--skip-duplicated"]
        variables = {**SEARCH_PATH, "NIXBUILD_TEST_FLAKE": self.work}
        done = self.machine.exec([PROGRAM, *words], env=variables, patience=LONG)
        self.assertEqual(done.returncode, 0, done)
        for scenario in ("nixbuild", "nixos"):
            self.assertRegex(done.stdout, f"Passed: +'{scenario}'", done)

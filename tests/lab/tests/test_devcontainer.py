"""`docker nixbuild devcontainer`: what the initializeCommand of a dev container does."""

import json

from nixlab.booting import run_options
from nixlab.remote import RemoteTest
from nixlab.session import GUEST_INSIDE
from nixlab.testcase import PluginTest

NAME = "localhost/project:dev"
METADATA = "devcontainer.metadata"


class Workspace(PluginTest):
    def configure(self, installable: str, /, image: str = NAME, more: dict | None = None, **nixbuild) -> None:
        configuration = {
            "image": image,
            "initializeCommand": "docker nixbuild devcontainer build",
            "customizations": {"nixbuild": {"installable": installable, **nixbuild}},
            **(more or {}),
        }
        text = "// what VS Code reads\n" + json.dumps(configuration)[:-1] + ",}\n"
        folder = self.outside(f"{self.work}/.devcontainer")
        folder.mkdir(exist_ok=True)
        (folder / "devcontainer.json").write_text(text)


class DevContainerTest(Workspace):
    def build(self):
        return self.nixbuild("devcontainer", "build")

    def labels(self, image: str = NAME) -> dict[str, str]:
        return self.engine.api.image(image)["Config"]["Labels"]

    def run_container(self) -> str:
        """A container as the devcontainer CLI labels it."""
        label = f"devcontainer.local_folder={self.work}"
        idle = ["--entrypoint=/bin/sh", NAME, "-c", "while sleep 1; do :; done"]
        return self.docker("run", "-d", "--network=none", "-l", label, *idle).check().stdout.strip()


class DevContainer(DevContainerTest):
    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("hello")

    def test_image_gets_the_name_of_the_configuration(self):
        self.configure(".#image")
        self.assertEqual(self.build().check().stdout, f"Loaded image: {NAME}\n")
        self.assertEqual(self.engine.api.tags(), {NAME})
        self.assert_greets(NAME)
        self.assertNotIn(METADATA, self.labels())  # there is nothing to say
        self.assertTrue(self.labels()["dev.nixbuild.store-path"].startswith("/nix/store/"))
        self.assertIn("dev.nixbuild.version", self.labels())

    def test_every_form_is_amended_and_stays_the_same(self):
        for attribute in ("image", "imageGz", "streamImage", "ociFolder", "nix2containerImage", "onBaseImage"):
            with self.subTest(attribute):
                self.configure(f".#{attribute}", more={"remoteUser": "root"})
                self.build().check()
                first = self.image_id(NAME)
                self.assertIn(METADATA, self.labels())
                self.build().check()
                self.assertEqual(self.image_id(NAME), first)

    def test_remote_user_gets_a_number(self):
        self.configure(".#image", more={"remoteUser": "dev"}, remoteUserUID=1234)
        self.build().check()
        container = self.run_container()
        who = self.docker("exec", "-u", "dev", container, "/bin/sh", "-c", "id -u; id -g; cd ~ && touch x && pwd")
        self.assertEqual(who.check().stdout, "1234\n1234\n/home/dev\n")
        entry = {"remoteUser": "dev", "updateRemoteUserUID": False}
        self.assertEqual(json.loads(self.labels()[METADATA]), [entry])
        before = self.image_id(NAME)
        self.build().check()
        self.assertEqual(self.image_id(NAME), before)

    def test_failures_leave_the_name_where_it_was(self):
        self.configure(".#image")
        self.build().check()
        before = self.image_id(NAME)
        self.configure(".#nothing")
        self.assert_fails(self.build(), "nothing", status=1)
        self.assertEqual(self.image_id(NAME), before)

    def test_a_container_of_an_older_image_is_told(self):
        self.configure(".#image")
        self.build().check()
        self.run_container()
        again = self.build().check()
        self.assertNotIn("older image", again.stderr)
        self.configure(".#onBaseImage")
        changed = self.build().check()
        self.assertIn("older image", changed.stderr)
        self.assertIn("Rebuild Container", changed.stderr)
        self.configure(".#nothing", onFailure="use-existing")
        kept = self.build().check()
        self.assertIn("is used as it is", kept.stderr)

    def test_stopped_container_gives_way_where_that_is_wanted(self):
        self.configure(".#image")
        self.build().check()
        container = self.run_container()
        self.configure(".#onBaseImage", recreate="stopped")
        self.assertIn("older image", self.build().check().stderr)
        self.docker("kill", container).check()
        self.docker("wait", container).check()
        self.assertIn("removed the stopped container", self.build().check().stderr)
        self.assertNotEqual(self.docker("inspect", container).returncode, 0)

    def test_check(self):
        self.configure(".#image")
        self.assertIn("not-built", self.nixbuild("devcontainer", "check").check().stdout)
        self.build().check()
        self.assertNotIn("problem", self.nixbuild("devcontainer", "check").check().stdout)
        self.configure(".#image", more={"init": True, "remoteUser": "nobody-else"})
        found = self.nixbuild("devcontainer", "check")
        self.assertEqual(found.returncode, 1)
        self.assertIn("problem: init", found.stdout)
        self.assertIn("problem: unknown-user", found.stdout)
        self.assertEqual(self.docker("ps", "-aq").check().stdout, "")

    def test_check_tells_of_images_that_pile_up(self):
        self.configure(".#image")
        languages = ["en", "fr", "de", "es", "it", "nl"]
        self.build().check()
        for before, language in zip(languages, languages[1:]):
            self.edit(f"{self.work}/flake.nix", f"GREETING_LANGUAGE={before}", f"GREETING_LANGUAGE={language}")
            self.build().check()
        found = self.nixbuild("devcontainer", "check").check().stdout
        self.assertIn("warning: untagged-images: the engine keeps 5 images", found)
        self.docker("image", "prune", "-f", "--filter", "label=dev.nixbuild.version").check()
        self.assertNotIn("untagged-images", self.nixbuild("devcontainer", "check").check().stdout)

    def test_options_of_build_say_the_same(self):
        self.nixbuild("-t", NAME, "--devcontainer-user", "dev:1234:100", ".#image").check()
        self.assertEqual(json.loads(self.labels()[METADATA]), [{"remoteUser": "dev", "updateRemoteUserUID": False}])
        run = ["run", "--rm", "--network=none", "-u", "dev", "--entrypoint=/bin/sh"]
        who = self.docker(*run, NAME, "-c", "id -u; id -g")
        self.assertEqual(who.check().stdout, "1234\n100\n")
        own = '{"remoteUser": "root", /* mine */}'
        self.nixbuild("-t", NAME, "--devcontainer-metadata", own, ".#image").check()
        self.assertEqual(json.loads(self.labels()[METADATA]), [{"remoteUser": "root"}])
        self.assert_greets(NAME)

    def test_init_writes_what_build_takes(self):
        self.nixbuild("devcontainer", "init").check()
        self.assertEqual(self.nixbuild("devcontainer", "init").returncode, 1)
        self.assertIn("Loaded image: localhost/hello:dev", self.build().check().stdout)
        self.assertNotIn("problem", self.nixbuild("devcontainer", "check").check().stdout)


class BootingDevContainer(DevContainerTest):
    def setUp(self) -> None:
        super().setUp()
        if not self.outside(GUEST_INSIDE).exists():
            self.skipTest("there is no guest to boot")
        self.work = self.flake("nixos-like")

    def test_system_is_ready_for_tools(self):
        more = {"remoteUser": "dev", "runArgs": ["--systemd=always"]}  # the latter for Podman
        self.configure(".#nixosConfigurations.demo", more=more, remoteUserUID=1234)
        self.build().check()
        entry = json.loads(self.labels()[METADATA])[0]
        self.assertIs(entry["overrideCommand"], False)
        self.assertIs(entry["privileged"], True)
        self.assertEqual(self.engine.api.image(NAME)["Config"]["Entrypoint"], ["/sbin/init"])
        self.assertNotIn("problem", self.nixbuild("devcontainer", "check").check().stdout)
        container = self.run_as_tools_do()
        # The first thing that a tool does, before anything has booted.
        self.assertEqual(self.inside(container, "id", "-u", user="dev"), "1234\n")
        for hook in ("onCreateCommand", "postStartCommand"):
            command = entry[hook]["nixbuild-wait"]
            self.assertEqual(self.inside(container, "/bin/sh", "-c", command, user="dev"), "")
        self.assertEqual(self.inside(container, "cat", "/proc/1/comm"), "systemd\n")
        self.assertEqual(self.inside(container, "id", "-u", user="dev"), "1234\n")
        self.docker("stop", container).check()
        state = self.docker("inspect", "--format={{.State.ExitCode}}", container).check().stdout
        self.assertNotEqual(state, "137\n", "systemd did not stop by itself")

    def run_as_tools_do(self) -> str:
        """As the devcontainer CLI starts a container whose label says overrideCommand: false."""
        script = 'echo Container started; trap "exit 0" 15; exec "$@"; while sleep 1 & wait $!; do :; done'
        words = ["run", "-d", "--network=none", *run_options(), "--entrypoint=/bin/sh", NAME]
        start = ["-c", script, "-", "/sbin/init", "SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"]
        return self.docker(*words, *start).check().stdout.strip()

    def inside(self, container: str, *command: str, user: str = "root") -> str:
        return self.docker("exec", f"--user={user}", container, *command).check().stdout


class RemoteDevContainer(Workspace, RemoteTest):
    def test_image_is_the_same_where_the_engine_is_elsewhere(self):
        self.work = self.flake("hello")
        self.configure(".#image", more={"remoteUser": "dev"}, remoteUserUID=1234)
        self.far_nixbuild("devcontainer", "build").check()
        self.nixbuild("devcontainer", "build").check()
        self.assertEqual(self.far_image(NAME)["Id"], self.image_id(NAME))
        self.assertIn(METADATA, self.far_image(NAME)["Config"]["Labels"])

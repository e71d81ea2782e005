"""`docker nixbuild devcontainer`: what the initializeCommand of a dev container does."""

import json

from nixlab.session import GUEST_INSIDE
from nixlab.testcase import PluginTest

NAME = "localhost/project:dev"
METADATA = "devcontainer.metadata"


class DevContainer(PluginTest):
    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("hello")

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

    def build(self):
        return self.nixbuild("devcontainer", "build")

    def labels(self, image: str = NAME) -> dict[str, str]:
        return self.engine.api.image(image)["Config"]["Labels"]

    def run_container(self) -> str:
        """A container as the devcontainer CLI labels it."""
        label = f"devcontainer.local_folder={self.work}"
        idle = ["--entrypoint=/bin/sh", NAME, "-c", "while sleep 1; do :; done"]
        return self.docker("run", "-d", "--network=none", "-l", label, *idle).check().stdout.strip()

    def test_image_gets_the_name_of_the_configuration(self):
        self.configure(".#image")
        self.assertEqual(self.build().check().stdout, f"Loaded image: {NAME}\n")
        self.assertEqual(self.engine.api.tags(), {NAME})
        self.assert_greets(NAME)
        entry = json.loads(self.labels()[METADATA])
        self.assertEqual(entry, [{"updateRemoteUserUID": False}])
        self.assertTrue(self.labels()["dev.nixbuild.store-path"].startswith("/nix/store/"))
        self.assertIn("dev.nixbuild.version", self.labels())

    def test_every_form_is_amended_and_stays_the_same(self):
        for attribute in ("image", "imageGz", "streamImage", "ociFolder", "nix2containerImage", "onBaseImage"):
            with self.subTest(attribute):
                self.configure(f".#{attribute}")
                self.build().check()
                first = self.image_id(NAME)
                self.assertIn(METADATA, self.labels())
                self.build().check()
                self.assertEqual(self.image_id(NAME), first)

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

"""Contexts by ssh: the image is built and loaded on the machine that runs the engine."""

import json
import re
import signal

from nixlab.far import BUILDER
from nixlab.remote import RemoteTest
from nixlab.waiting import wait_until

CANCELLED = 130


class Remote(RemoteTest):
    def test_image_is_built_and_loaded_where_the_engine_is(self):
        self.work = self.flake("hello")
        built = self.far_nixbuild(".#streamImage").check()
        self.assertEqual(built.stdout, "Loaded image: nixbuild-hello:1.0\n")
        self.assertEqual(self.far_engine.api.tags(), {"nixbuild-hello:1.0"})
        self.assertEqual(self.engine.api.tags(), set())
        ran = self.docker("-H", self.ssh.url, "run", "--rm", "--network=none", "nixbuild-hello:1.0").check()
        self.assertEqual(ran.stdout, "Hello from Nix\n")
        # The same files give the same image here.
        self.nixbuild(".#streamImage").check()
        self.assertEqual(self.image_id("nixbuild-hello:1.0"), self.far_image("nixbuild-hello:1.0")["Id"])

    def test_unchanged_is_not_sent_again_and_a_change_arrives(self):
        self.work = self.flake("hello")
        self.far_nixbuild(".#streamImage").check()
        first = self.far_image("nixbuild-hello:1.0")["Id"]
        self.far_nixbuild(".#streamImage").check()
        self.assertEqual(self.far_image("nixbuild-hello:1.0")["Id"], first)
        self.edit(f"{self.work}/contents.nix", "Hello from Nix", "Hello from afar")
        self.far_nixbuild(".#streamImage").check()
        self.assertNotEqual(self.far_image("nixbuild-hello:1.0")["Id"], first)
        sources = list(self.server.path("/root/.cache/docker-nixbuild/sources/trees").iterdir())
        self.assertGreaterEqual(len(sources), 2)

    def test_images_of_one_flake_are_built_by_one_agent(self):
        self.work = self.flake("hello")
        done = self.far_nixbuild("bake", "--progress=plain", "image", "classicImage").check()
        self.assertEqual(self.far_engine.api.tags(), {"nixbuild-hello:1.0", "nixbuild-classic:1.0"})
        self.assertEqual(done.stderr.count("transfer sources\n"), 1, done)
        self.assertRegex(done.stderr, r"#\d+ evaluate \S+[iI]mage, \S+[iI]mage\n")
        failed = self.far_nixbuild("bake", "--set=image.installable=.#nothing", "image", "classicImage")
        self.assert_fails(failed, "nothing", "while building image")

    def test_evaluation_of_a_tree_that_was_sent_is_remembered(self):
        self.work = self.flake("hello")

        def evaluates() -> bool:
            built = self.far_nixbuild("--progress=plain", ".#streamImage").check()
            step = next(block for block in built.stderr.split("\n\n") if " evaluate " in block)
            return "CACHED" not in step

        self.edit(f"{self.work}/contents.nix", "Hello from Nix", "Hello, remembered")
        self.assertTrue(evaluates())
        self.assertFalse(evaluates())
        self.edit(f"{self.work}/contents.nix", "Hello, remembered", "Hello, changed")
        self.assertTrue(evaluates())

    def test_only_tracked_files_of_a_work_tree_count(self):
        self.work = self.flake("hello")
        for words in (["init", "-q"], ["add", "."]):
            self.machine.exec(["git", *words], cwd=self.work).check()
        self.outside(f"{self.work}/untracked").write_text("not for Nix")
        self.far_nixbuild(".#streamImage").check()
        trees = self.server.path("/root/.cache/docker-nixbuild/sources/trees").iterdir()
        self.assertFalse(any((tree / "files/untracked").exists() for tree in trees))

    def test_what_is_built_there_is_written_here(self):
        self.work = self.flake("hello")
        written = self.far_nixbuild("-o", "type=docker,dest=there.tar", "-t", "a:1", ".#streamImage").check()
        self.assertIn("there.tar", written.stdout)
        self.assertEqual(self.far_engine.api.tags(), set())
        self.docker("load", "-i", f"{self.work}/there.tar").check()
        self.assert_greets("a:1")

    def test_another_contexts_machine_builds_for_a_platform(self):
        self.work = self.flake("hello")
        self.docker("context", "create", "far", "--docker", f"host={self.ssh.url}").check()
        wanted = ("--platform=linux/amd64,linux/arm64", "--builder=linux/arm64=far", ".#crossImage")
        try:
            planned = self.nixbuild("--dry-run", *wanted).check()
            self.assertEqual(planned.stdout.count("attribute: packages."), 2)
            built = self.nixbuild("-t", "both:1", *wanted).check()
        finally:
            self.docker("context", "rm", "-f", "far").check()
        self.assertIn("both:1", built.stdout)
        self.assertIn("linux/arm64", built.stdout)
        self.assertEqual(self.engine.api.tags(), {"both:1"})
        self.assertEqual(self.far_engine.api.images(), [])
        self.assert_greets("both:1")

    def test_failure_has_the_words_of_nix(self):
        self.work = self.flake("hello")
        self.assert_fails(self.far_nixbuild(".#nothing"), "flake '.' has no 'nothing'")
        self.work = self.flake("faults")
        self.assert_fails(self.far_nixbuild(".#broken"), "the last words of the builder")

    def test_result_files_tell_of_the_image(self):
        self.work = self.flake("hello")
        self.far_nixbuild("--metadata-file", "m.json", "-t", "named:2", ".#streamImage").check()
        metadata = json.loads(self.outside(f"{self.work}/m.json").read_text())
        self.assertEqual(self.far_engine.api.tags(), {"named:2"})
        self.assertIn(self.far_image("named:2")["Id"], json.dumps(metadata))

    def test_cancelling_ends_everything_there(self):
        self.work = self.flake("faults")
        for number, status in ((signal.SIGINT, CANCELLED), (signal.SIGKILL, -signal.SIGKILL)):
            with self.subTest(number.name):
                running = self.machine.spawn(
                    ["docker", "-H", self.ssh.url, "nixbuild", "--progress=plain", ".#endless"], cwd=self.work
                )
                wait_until(lambda: BUILDER in self.processes(), "the build has begun")
                running.send_to_group(number)
                result = running.wait()
                self.assertIn(result.returncode, (status, -number, 128 + number), result)
                self.assert_nothing_runs()

    def test_secrets_are_in_no_command_line_and_no_file_there(self):
        self.work = self.flake("faults")
        secret = "ghp-of-a-test"
        words = ["--option", "access-tokens", f"github.com={secret}", ".#endless"]
        for agent in ({}, {"NIXBUILD_AGENT_DIR": "/nonexistent"}):
            with self.subTest(**agent):
                running = self.machine.spawn(
                    ["docker", "-H", self.ssh.url, "nixbuild", *words], cwd=self.work, env=agent
                )
                wait_until(lambda: BUILDER in self.processes(), "the build has begun")
                self.assertNotIn(secret, self.processes())
                # Nix alone has it, and only as long as it runs.
                find = "grep -lzs -e \"$0\" /proc/[0-9]*/environ | while read -r file; do cat ${file%environ}comm; done"
                holders = self.server.exec(["sh", "-c", find, secret]).check().stdout.split()
                self.assertTrue(holders)
                self.assertEqual([name for name in holders if not name.startswith("nix")], [])
                self.assertEqual(self.server.exec(["grep", "-r", secret, "/root", "/tmp"]).stdout, "")
                running.send_to_group(signal.SIGINT)
                running.wait()
                self.assert_nothing_runs()

    def inspected(self, *words: str, socket: str = "") -> dict:
        command = ["-H", self.ssh.url + socket, "nixbuild", "inspect", "--format", "json", *words, ".#layeredImage"]
        return json.loads(self.docker(*command).check().stdout)

    def greeting(self, inspection: dict) -> str:
        """The store path of the file that a test edits."""
        layers = inspection["images"][0]["layers"]
        return next(path for layer in layers for path in layer["origins"] if "-greeting" in path)

    def test_inspection_is_made_where_the_engine_is(self):
        self.work = self.flake("hello")
        self.edit(f"{self.work}/contents.nix", "Hello from Nix", "Hello to an inspector")
        inspection = self.inspected()
        image = inspection["images"][0]
        greeting = self.greeting(inspection)
        self.assertFalse(image["inEngine"])
        self.assertIn(greeting, [path for layer in image["layers"] if not layer["inEngine"] for path in layer["origins"]])
        self.assertGreater(image["loadBytes"], 0)
        self.assertEqual(self.far_engine.api.tags(), set())
        self.assertTrue(self.server.path(greeting).exists())
        self.assertFalse(self.machine.path(greeting).exists())

        self.far_nixbuild(".#layeredImage").check()
        image = self.inspected()["images"][0]
        self.assertEqual(image["id"], self.far_image("nixbuild-hello:1.0")["Id"])
        self.assertTrue(image["inEngine"])
        self.assertTrue(all(layer["inEngine"] for layer in image["layers"]))
        self.assertEqual(image["loadBytes"], 0)
        shown = self.far_nixbuild("inspect", ".#layeredImage").check().stdout
        self.assertIn("the engine has the image", shown)

    def test_inspection_without_the_engine_is_made_here_or_as_told(self):
        for builder, there in (("auto", False), ("ssh", True)):
            with self.subTest(builder):
                self.work = self.flake("hello")
                self.edit(f"{self.work}/contents.nix", "Hello from Nix", f"Hello by {builder}")
                inspection = self.inspected(f"--builder={builder}", socket="/nonexistent.sock")
                self.assertIsNone(inspection["engine"])
                greeting = self.greeting(inspection)
                self.assertEqual(self.server.path(greeting).exists(), there)
                self.assertEqual(self.machine.path(greeting).exists(), not there)

    def test_dry_run_tells_what_would_be_built_there(self):
        self.work = self.flake("hello")
        self.edit(f"{self.work}/contents.nix", "Hello from Nix", "Hello to a planner")
        planned = self.far_nixbuild("--dry-run", ".#streamImage").check().stdout
        derivation = re.search("^derivation: (.*)$", planned, re.MULTILINE).group(1)
        self.assertIn("would build: ", planned)
        self.assertTrue(self.server.path(derivation).exists(), planned)
        self.assertFalse(self.machine.path(derivation).exists(), planned)
        self.assertEqual(self.far_engine.api.tags(), set())
        self.far_nixbuild(".#streamImage").check()
        self.assertIn("nothing to build", self.far_nixbuild("--dry-run", ".#streamImage").check().stdout)

    def test_builder_can_be_chosen(self):
        self.work = self.flake("hello")
        self.far_nixbuild("--builder=host", ".#streamImage").check()
        self.assertEqual(self.far_engine.api.tags(), {"nixbuild-hello:1.0"})
        self.assert_fails(self.nixbuild("--builder=ssh", ".#streamImage"), "ssh")

"""`docker nixbuild INSTALLABLE`: what is built, what is loaded, what is printed."""

import json
import os

from nixlab.engine import Engine
from nixlab.testcase import PluginTest

IMAGE = "nixbuild-hello:1.0"
LOADED = f"Loaded image: {IMAGE}\n"


class Build(PluginTest):
    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("hello")

    def test_every_compression_loads_and_runs(self):
        for attribute in ("image", "imageGz", "imageZstd", "imageXz", "layeredImage"):
            with self.subTest(attribute):
                self.engine.api.remove_everything()
                built = self.nixbuild(f".#{attribute}").check()
                self.assertEqual(built.stdout, LOADED)
                self.assert_greets(IMAGE)
        self.assertEqual(self.new_temporary_files(), set())

    def test_classic_image_loads_and_runs(self):
        built = self.nixbuild(".#classicImage").check()
        self.assertEqual(built.stdout, "Loaded image: nixbuild-classic:1.0\n")
        self.assert_greets("nixbuild-classic:1.0")

    def test_default_package_is_built_when_nothing_is_named(self):
        for words in ([], ["."], ["build"], ["build", "."], ["build", "--", "."]):
            with self.subTest(words):
                self.engine.api.remove_everything()
                self.assertEqual(self.nixbuild(*words).check().stdout, LOADED)

    def test_on_a_graph_driver_the_image_is_the_one_that_docker_load_makes(self):
        if self.engine.store == "containerd":
            self.skipTest("the containerd store names images by manifests that docker load makes up itself")
        self.docker("load", "-i", self.nix_build("path:/flakes/hello#image")).check()
        loaded = self.image_id(IMAGE)
        self.engine.api.remove_everything()
        self.nixbuild(".#image").check()
        self.assertEqual(self.image_id(IMAGE), loaded)

    def test_building_again_gives_the_same_image(self):
        first = self.nixbuild("-q", ".#image").check().stdout
        self.assertEqual(self.nixbuild("-q", ".#image").check().stdout, first)
        self.assertEqual(len(self.engine.api.images()), 1)

    def test_all_forms_give_the_same_image(self):
        forms = [self.nixbuild("-q", f".#{form}").check().stdout for form in ("image", "imageGz", "imageXz")]
        self.assertEqual(forms, [forms[0]] * 3)

    def test_the_working_folder_stays_as_it_was(self):
        before = sorted(os.listdir(self.outside(self.work)))
        self.nixbuild(".#image").check()
        self.assertEqual(sorted(os.listdir(self.outside(self.work))), before)

    def test_the_garbage_collector_spares_the_result(self):
        self.edit(f"{self.work}/contents.nix", "Hello from Nix", "what no other test keeps")
        self.nixbuild(".#image").check()
        path = self.nix_eval(f"path:{self.work}#image.stream.conf.outPath")
        self.machine.exec(["nix-store", "--gc"]).check()
        self.assertTrue(self.outside(path).exists())


class Installables(PluginTest):
    """All ways to say what is to be built."""

    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("hello")

    def test_flake_references(self):
        system = self.machine.exec(["uname", "-m"]).check().stdout.strip() + "-linux"
        for reference in (f"path:{self.work}#image", f"{self.work}#image", f".#packages.{system}.image"):
            with self.subTest(reference):
                self.assert_loads(reference, cwd=self.work)

    def test_git_repository(self):
        for command in (["init", "-q"], ["add", "."]):
            self.machine.exec(["git", *command], cwd=self.work).check()
        self.assert_loads(".#image")
        self.assert_loads(f"git+file://{self.work}#image")

    def test_flake_in_a_folder_of_a_repository(self):
        parent = os.path.dirname(self.work)
        for command in (["init", "-q"], ["add", "."]):
            self.machine.exec(["git", *command], cwd=parent).check()
        self.assert_loads("./hello#image", cwd=parent)
        self.assert_loads(f"git+file://{parent}?dir=hello#image", cwd=parent)

    def test_without_flakes(self):
        self.assert_loads("--file", "default.nix", "image")

    def test_store_path(self):
        self.assert_loads(self.nix_build("path:/flakes/hello#image"))

    def test_archive_that_was_already_built(self):
        self.machine.exec(["nix", "build", ".#imageGz"], cwd=self.work).check()
        self.assert_loads("./result")

    def assert_loads(self, *words: str, **options) -> None:
        self.engine.api.remove_everything()
        self.assertEqual(self.nixbuild(*words, **options).check().stdout, LOADED)
        self.assertEqual(self.engine.api.tags(), {IMAGE})


class Output(PluginTest):
    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("hello")

    def test_quiet_prints_the_image_id_alone(self):
        built = self.nixbuild("-q", ".#image").check()
        self.assertEqual(built.stdout, self.image_id(IMAGE) + "\n")
        self.assertEqual(built.stderr, "")

    def test_tags_replace_the_images_own_name(self):
        built = self.nixbuild("-t", "example/first:2", "--tag=second", ".#image").check()
        self.assertEqual(built.stdout, "Loaded image: example/first:2\nLoaded image: second:latest\n")
        self.assertEqual(self.engine.api.tags(), {"example/first:2", "second:latest"})
        self.assertEqual(self.image_id("second"), self.image_id("example/first:2"))

    def test_a_tag_moves_to_the_new_image(self):
        self.nixbuild("-t", "moving:1", ".#classicImage").check()
        old = self.image_id("moving:1")
        self.nixbuild("-t", "moving:1", ".#image").check()
        self.assertNotEqual(self.image_id("moving:1"), old)
        self.assert_greets("moving:1")

    def test_id_file(self):
        self.nixbuild("--iidfile", "id", ".#image").check()
        self.assertEqual(self.outside(f"{self.work}/id").read_text(), self.image_id(IMAGE))

    def test_a_stale_id_file_is_gone_after_a_failure(self):
        self.outside(f"{self.work}/id").write_text("stale")
        self.assert_fails(self.nixbuild("--iidfile", "id", ".#noSuchImage"))
        self.assertFalse(self.outside(f"{self.work}/id").exists())

    def test_metadata_file(self):
        self.nixbuild("--metadata-file", "metadata.json", "-t", "named:1", "-t", "example.org/other:2", ".#image").check()
        metadata = json.loads(self.outside(f"{self.work}/metadata.json").read_text())
        self.assertEqual(metadata["image.name"], "docker.io/library/named:1,example.org/other:2")
        self.assertEqual(metadata["containerimage.digest"], self.image_id("named:1"))
        if self.engine.store == "overlay2":
            self.assertEqual(metadata["containerimage.config.digest"], self.image_id("named:1"))

    def test_progress_goes_to_stderr(self):
        built = self.nixbuild("--progress=plain", ".#image").check()
        self.assertEqual(built.stdout, LOADED)
        self.assertIn("DONE", built.stderr)

    def test_raw_progress_is_json_lines(self):
        built = self.nixbuild("--progress=rawjson", ".#image").check()
        lines = [json.loads(line) for line in built.stderr.splitlines()]
        self.assertTrue(any("vertexes" in line for line in lines), built)

    def test_progress_on_a_terminal(self):
        running = self.machine.spawn_on_terminal(["docker", "nixbuild", ".#image"], cwd=self.work)
        shown = running.wait().check().stdout
        self.assertIn("[+] Building", shown)
        self.assertIn(f"Loaded image: {IMAGE}", shown)

    def test_dry_run_loads_nothing(self):
        self.nixbuild("--dry-run", ".#image").check()
        self.assertEqual(self.engine.api.images(), [])


class OtherEngines(PluginTest):
    def test_the_engine_that_is_meant_gets_the_image(self):
        self.work = self.flake("hello")
        with Engine(self.machine, self.engine.store, "second") as second:
            self.docker("context", "create", "second", "--docker", f"host={second.host}").check()
            ways = {
                "context flag": (["--context", "second", "nixbuild", ".#image"], {}),
                "context variable": (["nixbuild", ".#image"], {"DOCKER_CONTEXT": "second"}),
                "host flag": (["-H", second.host, "nixbuild", ".#image"], {}),
                "host variable": (["nixbuild", ".#image"], {"DOCKER_HOST": second.host}),
            }
            for way, (words, env) in ways.items():
                with self.subTest(way):
                    second.api.remove_everything()
                    self.assertEqual(self.docker(*words, env=env).check().stdout, LOADED)
                    self.assertEqual(second.api.tags(), {IMAGE})
            self.assertEqual(self.engine.api.images(), [])

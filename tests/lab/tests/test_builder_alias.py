"""`docker build` with us as its builder: Nix files are ours, all else is buildx's."""

import json
import unittest

from nixlab.process import Result
from nixlab.testcase import PluginTest

DOCKERFILE = "FROM scratch\nARG WHO=nobody\nLABEL who=$WHO\nCOPY . /\n"


class BuilderAlias(PluginTest):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        if cls.machine.exec(["docker", "buildx", "version"]).returncode != 0:
            raise unittest.SkipTest("this machine has no buildx")

    def setUp(self) -> None:
        super().setUp()
        self.folder = self.new_work_folder()
        self.config = self.outside(f"{self.folder}/config.json")
        self.config.write_text('{"unknown": 1.50}\n')
        self.environment = {"DOCKER_CONFIG": self.folder}
        self.run_docker("nixbuild", "install").check()

    def run_docker(self, *words: str, **options) -> Result:
        environment = {**self.environment, **options.pop("env", {})}
        return self.docker(*words, env=environment, **options)

    def dockerfile(self, folder: str, text: str = DOCKERFILE) -> None:
        self.machine.exec(["mkdir", "-p", folder]).check()
        self.outside(f"{folder}/Dockerfile").write_text(text)

    def label(self, image: str) -> str:
        asked = ["docker", "image", "inspect", "--format", "{{json .Config.Labels}}", image]
        return json.loads(self.machine.exec(asked).check().stdout)["who"]

    def test_a_flake_is_built_and_loaded(self):
        self.work = self.flake("hello")
        built = self.run_docker("build", "-f", "flake.nix", "--target", "image", "-t", "a:1", ".").check()
        self.assertEqual(built.stdout, "Loaded image: a:1\n")
        self.assert_greets("a:1")
        asked = self.run_docker("image", "build", "-qf", f"{self.work}/flake.nix", "--target=image", ".")
        self.assertEqual(asked.check().stdout.strip(), self.image_id("a:1"))
        self.assert_fails(self.run_docker("build", "-f", "flake.nix", "--target", "nothing", "."), "nothing")
        self.assert_fails(self.run_docker("build", "-f", "flake.nix", "--secret", "id=x", "."), "--secret")

    def test_a_dockerfile_is_buildx_s(self):
        self.dockerfile(self.work)
        self.run_docker("build", "-t", "b:1", "--build-arg", "WHO=buildx", ".").check()
        self.assertEqual(self.label("b:1"), "buildx")
        self.run_docker("build", "-t", "b:2", "-", stdin=b"FROM scratch\nLABEL who=stdin\n").check()
        self.assertEqual(self.label("b:2"), "stdin")
        failed = self.run_docker("build", "--target", "nothing", ".")
        self.assertNotEqual(failed.returncode, 0)
        without = self.docker("buildx", "build", "--target", "nothing", ".")
        self.assertEqual(failed.returncode, without.returncode, failed)
        self.assertEqual(failed.stderr.splitlines()[-1], without.stderr.splitlines()[-1])

    def test_a_terminal_stays_one(self):
        self.dockerfile(self.work)
        build = ["docker", "build", "-t", "b:1", "."]
        running = self.machine.spawn_on_terminal(build, env=self.environment, cwd=self.work)
        shown = running.wait().check().stdout
        self.assertIn("FINISHED", shown)  # of buildx's display on a terminal
        self.assertEqual(self.label("b:1"), "nobody")

    def test_a_folder_or_a_context_called_build(self):
        self.dockerfile(f"{self.work}/build")
        self.run_docker("build", "-t", "b:1", "--build-arg", "WHO=folder", "build").check()
        self.assertEqual(self.label("b:1"), "folder")
        endpoint = f"host={self.engine.host}"
        self.run_docker("context", "create", "build", "--docker", endpoint).check()
        context = {"DOCKER_HOST": ""}
        self.run_docker(
            "--context", "build", "build", "-t", "b:2", "--build-arg", "WHO=context", "build", env=context
        ).check()
        self.assertEqual(self.label("b:2"), "context")
        self.work = self.flake("hello")
        flake = ("-f", "flake.nix", "--target", "image", "-t", "a:1", ".")
        self.run_docker("--context", "build", "build", *flake, env=context).check()
        self.assert_greets("a:1")

    def test_other_commands_of_the_builder(self):
        listed = self.run_docker("builder", "ls").check()
        self.assertEqual(listed.stdout, self.run_docker("buildx", "ls").check().stdout)
        self.assertIn("docker buildx build", self.run_docker("build", "--help").check().stdout)
        ours = self.run_docker("nixbuild", "build", "--help").check().stdout
        self.assertIn("docker nixbuild", ours)
        self.outside(f"{self.work}/docker-bake.json").write_text('{"target": {"default": {}}}')
        self.assertIn("target", self.run_docker("bake", "--print").check().stdout)

    def test_uninstall_gives_it_back(self):
        self.run_docker("nixbuild", "uninstall").check()
        self.assertEqual(self.config.read_text(), '{"unknown": 1.50}\n')
        self.work = self.flake("hello")
        self.assertNotEqual(self.run_docker("build", "-f", "flake.nix", ".").returncode, 0)
        self.assert_nothing_left()

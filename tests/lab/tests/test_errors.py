"""Builds that cannot work: exit status, the tool's own words, and a way out."""

from nixlab.plugin import INSTALLED
from nixlab.testcase import PluginTest


class BuildErrors(PluginTest):
    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("faults")

    def tearDown(self) -> None:
        self.assert_nothing_left()

    def test_failing_build_shows_the_last_words_of_the_builder(self):
        self.assert_fails(self.nixbuild(".#broken"), "broken", "the last words of the builder")

    def test_failing_dependency_is_named(self):
        self.assert_fails(self.nixbuild(".#dependencyBroken"), "broken-dependency", "the dependency gives up")

    def test_files_that_are_no_images(self):
        """In the store they would be: whatever Nix builds can be in an image."""
        self.outside(f"{self.work}/notes").write_text("only text\n")
        self.outside(f"{self.work}/folder").mkdir()
        self.outside(f"{self.work}/folder/file").write_text("only text\n")
        for name in ("./notes", "./folder"):
            with self.subTest(name):
                self.assert_fails(self.nixbuild(name), name.removeprefix("./"))

    def test_hash_mismatch_shows_both_hashes(self):
        failed = self.nixbuild(".#hashMismatch")
        self.assert_fails(failed, "hash mismatch", "sha256-AAAAAAAAAAAA", "sha256-ycNUZcedEpeM6Cr4aqhlKECs3CLItbzX2CioVaVdvVc=")

    def test_missing_system_feature_is_named(self):
        self.assert_fails(self.nixbuild(".#needsFeature"), "no-machine-has-this")

    def test_evaluation_error_shows_nixs_words(self):
        self.assert_fails(self.nixbuild(".#evaluationError"), "this attribute refuses to be evaluated")

    def test_attribute_that_is_no_derivation(self):
        self.assert_fails(self.nixbuild(".#notADerivation"), "notADerivation")

    def test_missing_attribute_brings_the_nearest_names(self):
        failed = self.nixbuild(".#brokn")
        self.assert_fails(failed, "brokn")
        self.assertRegex(failed.stderr, "(?i)did you mean .*broken")

    def test_attribute_of_another_system_only(self):
        mine, other = self.machine.exec(["uname", "-m"]).check().stdout.strip(), "onlyArm"
        if mine == "aarch64":
            other = "onlyX86"
        self.assert_fails(self.nixbuild(f".#{other}"), other, f"{mine}-linux")

    def test_building_for_a_platform_that_nix_here_cannot_build_for(self):
        mine = self.machine.exec(["uname", "-m"]).check().stdout.strip()
        platform, attribute, system = ("linux/arm64", "onlyArm", "aarch64-linux")
        if mine == "aarch64":
            platform, attribute, system = ("linux/amd64", "onlyX86", "x86_64-linux")
        self.assert_fails(self.nixbuild("--platform", platform, f".#{attribute}"), system)

    def test_folder_without_a_flake(self):
        self.work = self.new_work_folder()
        self.assert_fails(self.nixbuild(".#image"), "flake.nix")


class EnvironmentErrors(PluginTest):
    def test_no_engine(self):
        env = {"DOCKER_HOST": "unix:///run/nobody-listens.sock"}
        self.assert_fails(self.nixbuild(".#image", cwd=self.flake("hello"), env=env), "/run/nobody-listens.sock")

    def test_no_nix(self):
        tools = self.new_work_folder()
        self.outside(f"{tools}/docker").symlink_to("/usr/bin/docker")
        failed = self.nixbuild(".#image", cwd=self.flake("hello"), env={"PATH": tools})
        self.assert_fails(failed, "nix")

    def test_wrong_command_lines(self):
        for words in (["--no-such-flag"], ["build", "--tag"]):
            with self.subTest(words):
                self.assert_fails(self.nixbuild(*words, cwd=self.flake_once()), status=125)

    def test_invalid_tag_is_refused_before_building(self):
        failed = self.nixbuild("-t", "Upper:1", ".#endless", cwd=self.flake("faults"))
        self.assertIn(failed.returncode, (1, 125), failed)
        self.assertIn("Upper:1", failed.stderr)

    def test_standalone_start_knows_the_same_commands(self):
        self.machine.exec([INSTALLED, "build", ".#image"], cwd=self.flake("hello")).check()
        self.assertEqual(self.engine.api.tags(), {"nixbuild-hello:1.0"})

    def flake_once(self) -> str:
        folder = f"{self.work}/hello"
        return folder if self.outside(folder).exists() else self.flake("hello")

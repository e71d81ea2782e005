"""`docker nixbuild` of derivations that are no images: the image of their closure."""

from nixlab.testcase import PluginTest

PROGRAMS = "path:/flakes/programs"


class AnyDerivation(PluginTest):
    def test_program_runs(self):
        built = self.nixbuild(f"{PROGRAMS}#hello").check()
        self.assertEqual(built.stdout, "Loaded image: hello:latest\n")
        self.assert_greets("hello:latest")
        self.assertEqual(self.engine.api.tags(), {"hello:latest"})

    def test_single_file_is_run_itself(self):
        self.nixbuild(f"{PROGRAMS}#script").check()
        config = self.engine.api.image("just-a-program:latest")["Config"]
        self.assertRegex(config["Cmd"][0], "^/nix/store/.*-just-a-program$")
        self.assertEqual(self.docker("run", "--rm", "just-a-program:latest").returncode, 0)

    def test_programs_find_what_they_expect(self):
        self.nixbuild(f"{PROGRAMS}#equipped").check()
        image = "equipped_app:latest"
        self.assertEqual(self.run_in(image, "echo $0"), "/bin/sh\n")
        tools = self.nix_eval(f"{PROGRAMS}#utilities.outPath") + "/bin"
        self.assertEqual(self.run_in(image, "echo $(<$SSL_CERT_FILE)"), "not really a certificate\n")
        self.assertEqual(self.run_in(image, "/usr/bin/env echo found"), "found\n")
        self.assertEqual(self.run_in(image, f"{tools}/stat -c '%a %u' /tmp /root"), "1777 0\n700 0\n")
        self.assertEqual(self.run_in(image, f"{tools}/id -un", "--user=nobody"), "nobody\n")
        self.assertEqual(self.run_in(image, "hello"), "not really a certificate\n")

    def test_options_are_in_the_image(self):
        user = self.nix_eval(f"{PROGRAMS}#utilities.outPath") + "/bin/id -un"
        self.nixbuild(
            "--name=demo/app:2", "--env=COLOUR=blue", "--user=app", "--workdir=/srv", "--expose=8080",
            "--label=made.by=test", '--entrypoint=["/bin/sh","-c"]', f'--cmd=["{user}; pwd; echo $COLOUR"]',
            f"{PROGRAMS}#equipped",
        ).check()  # fmt: skip
        self.assertEqual(self.engine.api.tags(), {"demo/app:2"})
        config = self.engine.api.image("demo/app:2")["Config"]
        self.assertEqual(config["ExposedPorts"], {"8080/tcp": {}})
        self.assertEqual(config["Labels"]["made.by"], "test")
        ran = self.docker("run", "--rm", "--network=none", "demo/app:2").check()
        self.assertEqual(ran.stdout, "app\n/srv\nblue\n")

    def test_more_paths_than_layers_fit(self):
        self.nixbuild(f"{PROGRAMS}#manyPaths").check()
        self.assertLessEqual(len(self.layers("many-paths:latest")), 100)
        self.nixbuild("--max-layers=5", "--name=few:1", f"{PROGRAMS}#manyPaths").check()
        self.assertEqual(len(self.layers("few:1")), 5)
        self.assertIn("part 119", self.docker("run", "--rm", "--network=none", "few:1").check().stdout)

    def test_edited_program_keeps_all_layers_but_the_last(self):
        self.nixbuild("--name=before:1", f"{PROGRAMS}#manyPaths").check()
        self.nixbuild("--name=after:1", f"{PROGRAMS}#manyPathsEdited").check()
        before, after = self.layers("before:1"), self.layers("after:1")
        self.assertEqual(before[:-1], after[:-1])
        self.assertNotEqual(before[-1], after[-1])

    def test_building_again_gives_the_same_image(self):
        self.nixbuild(f"{PROGRAMS}#hello").check()
        first = self.image_id("hello:latest")
        self.nixbuild(f"{PROGRAMS}#hello").check()
        self.assertEqual(self.image_id("hello:latest"), first)
        self.assertEqual(len(self.engine.api.images()), 1)

    def test_options_without_sense_are_named(self):
        for option in ("--expose=http", "--env==value", "--max-layers=126", "--workdir=here", "--name=UPPER"):
            with self.subTest(option):
                failed = self.nixbuild(option, f"{PROGRAMS}#hello")
                self.assert_fails(failed, option.partition("=")[2])

    def run_in(self, image: str, script: str, *options: str) -> str:
        words = ["run", "--rm", "--network=none", *options, "--entrypoint=/bin/sh", image, "-c", script]
        return self.docker(*words).check().stdout

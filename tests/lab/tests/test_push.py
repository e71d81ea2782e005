"""Images that go to registries and into files: Debian's docker-registry, read back by skopeo and crane."""

import json

from nixlab.pushing import PushTest

BOTH = ("--platform", "linux/amd64,linux/arm64")


class Push(PushTest):
    def setUp(self):
        super().setUp()
        self.registry = self.open_registry()
        self.folder = self.new_work_folder()
        self.name = f"{self.registry.name}/team/app"

    def crane(self, *words):
        return self.machine.exec(["crane", *words, "--insecure"]).check().stdout

    def test_pushed_and_read_back(self):
        pushed = self.nixbuild("--push", "-t", f"{self.name}:1", ".#streamImage").check()
        self.assertRegex(pushed.stdout, rf"(?m)^Pushed {self.name}:1@sha256:[0-9a-f]{{64}}$")
        self.assertEqual(self.engine.api.images(), [])
        self.crane("validate", "--remote", f"{self.name}:1")
        config = json.loads(self.crane("config", f"{self.name}:1"))
        self.assertEqual(config["config"]["Cmd"], ["/bin/hello"])

    def test_the_second_push_sends_nothing(self):
        self.nixbuild("--push", "-t", f"{self.name}:1", ".#streamImage").check()
        before = self.registry.requests()
        self.assertGreater(before, 5)
        self.nixbuild("--push", "-t", f"{self.name}:1", ".#streamImage").check()
        self.assertLessEqual(self.registry.requests() - before, 5, self.registry.log())

    def test_several_platforms(self):
        self.skip_without_cross_images()
        self.nixbuild(*BOTH, "--load", "--push", "-t", f"{self.name}:2", ".#crossImage").check()
        index = json.loads(self.crane("manifest", f"{self.name}:2"))
        self.assertEqual([m["platform"]["architecture"] for m in index["manifests"]], ["amd64", "arm64"])
        self.assertEqual(self.engine.api.tags(), {f"{self.name}:2"})
        self.assert_greets(f"{self.name}:2")
        shown = self.nixbuild("imagetools", "inspect", f"{self.name}:2").check().stdout
        self.assertIn("linux/arm64", shown)

    def test_compressions(self):
        for compression, suffix in (("zstd", "+zstd"), ("none", ".tar"), ("gzip", "+gzip")):
            with self.subTest(compression):
                name = f"{self.name}:{compression}"
                self.nixbuild("--push", "--compression", compression, "-t", name, ".#streamImage").check()
                layers = json.loads(self.crane("manifest", name))["layers"]
                self.assertEqual({layer["mediaType"].endswith(suffix) for layer in layers}, {True})
                self.machine.exec(
                    ["skopeo", "copy", "--src-tls-verify=false", f"docker://{name}", f"dir:{self.folder}/{compression}"]
                ).check()

    def test_attestations(self):
        self.nixbuild("--push", "--sbom", "--provenance", "-t", f"{self.name}:3", ".#streamImage").check()
        index = json.loads(self.crane("manifest", f"{self.name}:3"))
        image, attested = index["manifests"]
        self.assertEqual(attested["annotations"]["vnd.docker.reference.digest"], image["digest"])
        statements = json.loads(self.crane("manifest", f"{self.name}@{attested['digest']}"))["layers"]
        types = [layer["annotations"]["in-toto.io/predicate-type"] for layer in statements]
        self.assertEqual(types, ["https://spdx.dev/Document", "https://slsa.dev/provenance/v1"])
        sbom = json.loads(self.crane("blob", f"{self.name}@{statements[0]['digest']}"))
        packages = {package["name"]: package for package in sbom["predicate"]["packages"]}
        self.assertLessEqual({"busybox", "hello", "greeting"}, packages.keys())
        self.assertEqual(packages["busybox"]["licenseDeclared"], "GPL-2.0-only AND MIT")
        self.assertEqual(packages["busybox"]["homepage"], "https://busybox.example")
        self.assertEqual(packages["greeting"]["licenseDeclared"], "NOASSERTION")

    def test_by_digest(self):
        repository = self.name
        wanted = f"type=registry,name={repository},push-by-digest=true"
        pushed = self.nixbuild("-o", wanted, "--metadata-file", f"{self.folder}/m.json", ".#streamImage").check()
        metadata = json.loads(self.outside(f"{self.folder}/m.json").read_text())
        self.assertEqual(pushed.stdout, f"Pushed {repository}@{metadata['containerimage.digest']}\n")
        self.assertEqual(metadata["image.name"], repository)
        self.assertEqual(self.registry.tags("team/app"), {})
        self.crane("validate", "--remote", f"{repository}@{metadata['containerimage.digest']}")

    def test_several_names(self):
        names = [f"{self.name}:1", f"{self.name}:2", f"{self.registry.name}/another/app:1"]
        words = [word for name in names for word in ("-t", name)]
        pushed = self.nixbuild("--push", *words, ".#streamImage").check()
        digest = self.registry.tags("team/app")["1"]
        self.assertEqual(pushed.stdout, "".join(f"Pushed {name}@{digest}\n" for name in names))
        self.assertEqual(self.registry.tags("team/app"), {"1": digest, "2": digest})
        self.assertEqual(self.registry.tags("another/app"), {"1": digest})
        for name in names:
            self.crane("validate", "--remote", name)

    def test_bad_input(self):
        self.push(f"{self.name}:1").check()
        before = self.registry.tags("team/app")
        self.change_image("Hello that never arrives")
        requests = self.registry.requests()
        tag = ("-t", f"{self.name}:1")
        for words, texts in (
            ((), ["tag is needed when pushing to a registry", "--tag"]),
            (("-t", f"{self.name}:a b"), ["invalid tag"]),
            (("-t", f"{self.registry.name}/Team/app:1"), ["repository name must be lowercase"]),
            ((*tag, "--platform", "linux/amd65"), ["linux/amd65", "linux/amd64"]),
            ((*tag, "--platform", "linux/riscv64"), ["riscv64-linux", "x86_64-linux", "aarch64-linux"]),
        ):
            with self.subTest(words):
                self.assert_fails(self.nixbuild("--push", *words, ".#streamImage"), *texts)
        self.assertEqual(self.registry.requests(), requests)
        self.assertEqual(self.registry.tags("team/app"), before)

    def test_the_engine_pushes(self):
        self.nixbuild("--load", "--push", "--push-from", "engine", "-t", f"{self.name}:4", ".#streamImage").check()
        # Of uncompressed layers, which some engines push, `crane validate` knows nothing.
        self.assertIn("/bin/hello", self.crane("config", f"{self.name}:4"))
        self.assertEqual(self.engine.api.tags(), {f"{self.name}:4"})

    def test_no_registry(self):
        name = "localhost:5999/app:1"
        self.assert_fails(self.nixbuild("--push", "-t", name, ".#streamImage"), "localhost:5999")

    def test_files_that_others_read(self):
        self.nixbuild("-o", f"type=oci,dest={self.folder}/oci.tar", "-t", "a:1", ".#streamImage").check()
        self.machine.exec(["skopeo", "inspect", f"oci-archive:{self.folder}/oci.tar"]).check()
        self.nixbuild("-o", f"type=docker,dest={self.folder}/docker.tar", "-t", "a:1", ".#streamImage").check()
        self.docker("load", "-i", f"{self.folder}/docker.tar").check()
        self.assert_greets("a:1")
        written = self.nixbuild("-o", "-", ".#streamImage").check()
        self.assertNotIn("Loaded", written.stdout)
        self.nixbuild("-o", f"{self.folder}/root", ".#streamImage").check()
        self.assertTrue(self.outside(f"{self.folder}/root/bin").exists())

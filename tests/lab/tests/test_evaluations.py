"""What was evaluated is remembered exactly as long as it cannot have changed."""

import shutil

from nixlab.testcase import PluginTest

CACHE = "/root/.cache/docker-nixbuild"


class Evaluations(PluginTest):
    same_for_all_image_stores = True

    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("hello")
        shutil.rmtree(self.outside(CACHE), ignore_errors=True)
        self.git("init", "-q")
        self.commit()

    def git(self, *words: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        self.machine.exec(["git", *identity, *words], cwd=self.work).check()

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "-qm", "change")

    def evaluates(self, *words: str) -> bool:
        built = self.nixbuild("--progress=plain", *(words or [".#layeredImage"])).check()
        step = next(block for block in built.stderr.split("\n\n") if " evaluate " in block)
        return "CACHED" not in step

    def change(self, text: str) -> None:
        self.edit(f"{self.work}/contents.nix", "Hello from Nix", f"Hello from Nix\\n{text}")

    def test_a_commit_is_evaluated_once(self):
        self.assertTrue(self.evaluates())
        self.assertFalse(self.evaluates())
        self.assertTrue(self.evaluates(".#image"))
        self.assert_greets("nixbuild-hello:1.0")

    def test_changes_are_seen(self):
        self.assertTrue(self.evaluates())
        self.change("changed")
        self.assertTrue(self.evaluates())
        self.assertTrue(self.evaluates())
        ran = self.docker("run", "--rm", "--network=none", "nixbuild-hello:1.0").check()
        self.assertIn("changed", ran.stdout)
        self.commit()
        self.assertTrue(self.evaluates())
        self.assertFalse(self.evaluates())
        self.git("checkout", "-q", "HEAD~1")
        self.assertFalse(self.evaluates())
        self.assert_greets("nixbuild-hello:1.0")

    def test_impure_evaluation_is_not_remembered(self):
        self.assertTrue(self.evaluates("--impure", ".#layeredImage"))
        self.assertTrue(self.evaluates("--impure", ".#layeredImage"))

    def test_a_flake_without_git(self):
        reference = f"path:{self.work}#layeredImage"
        self.assertTrue(self.evaluates(reference))
        self.assertFalse(self.evaluates(reference))
        self.change("changed")
        self.assertTrue(self.evaluates(reference))

    def test_inputs_count_as_they_are_locked(self):
        self.add_input()
        self.assertTrue(self.evaluates())  # and writes the lock file
        self.commit()
        self.assertTrue(self.evaluates())
        self.assertFalse(self.evaluates())
        self.outside(f"{self.work}/.gitignore").write_text("flake.lock\n")
        self.git("rm", "-q", "--cached", "flake.lock")
        self.commit()
        self.assertTrue(self.evaluates())
        self.assertTrue(self.evaluates(), "inputs are locked anew each time")

    def add_input(self) -> None:
        other = f"{self.new_work_folder()}/other"
        self.outside(other).mkdir()
        self.outside(f"{other}/flake.nix").write_text("{ outputs = _: { }; }")
        self.git("-C", other, "init", "-q")
        self.git("-C", other, "add", "--all")
        self.git("-C", other, "commit", "-qm", "first")
        flake = f"{self.work}/flake.nix"
        self.edit(flake, "outputs = { self }:", f'inputs.other.url = "git+file://{other}"; outputs = {{ self, other }}:')
        self.commit()

    def test_derivations_that_were_collected(self):
        self.change("what no other test keeps")
        self.commit()
        self.assertTrue(self.evaluates())
        shutil.rmtree(self.outside("/root/.local/state/docker-nixbuild"), ignore_errors=True)
        self.machine.exec(["nix-collect-garbage"]).check()
        self.assertTrue(self.evaluates())

    def test_a_damaged_memory(self):
        self.assertTrue(self.evaluates())
        file = self.outside(f"{CACHE}/evaluations")
        file.write_bytes(file.read_bytes().replace(b"layeredImage", b"layeredimage"))
        self.assertTrue(self.evaluates())
        self.assertFalse(self.evaluates())

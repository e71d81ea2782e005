"""`push --auto-tags`: tags that come from the state of a git work tree."""

from nixlab.pushing import PushTest

REPOSITORY = "team/app"


class AutoTags(PushTest):
    same_for_all_image_stores = True

    def setUp(self):
        super().setUp()
        self.registry = self.open_registry()
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit()

    def git(self, *words: str) -> None:
        author = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
        self.machine.exec(["git", *author, *words], cwd=self.work).check()

    def commit(self) -> None:
        self.git("add", ".")
        self.git("commit", "--quiet", "--message=a commit")

    def push_tags(self, *words: str, **options):
        repository = f"{self.registry.name}/{REPOSITORY}"
        return self.nixbuild("push", "--auto-tags", "-t", repository, *words, ".#streamImage", **options)

    def assert_tags(self, *tags: str) -> None:
        """These and no others, all of one image."""
        kept = self.registry.tags(REPOSITORY)
        self.assertEqual(set(kept), set(tags))
        self.assertEqual(len(set(kept.values())), 1, kept)

    def test_of_a_release(self):
        self.git("tag", "v1.2.3")
        self.git("tag", "not-a-version")
        pushed = self.push_tags().check()
        self.assert_tags("main", "latest", "1.2.3", "1.2", "1")
        for tag, digest in self.registry.tags(REPOSITORY).items():
            self.assertIn(f"Pushed {self.registry.name}/{REPOSITORY}:{tag}@{digest}\n", pushed.stdout)

    def test_of_a_branch(self):
        self.git("switch", "--quiet", "--create", "feature/ä-thing")
        self.push_tags().check()
        tags = list(self.registry.tags(REPOSITORY))
        self.assertEqual(len(tags), 1)
        self.assertRegex(tags[0], r"^feature-[-.\w]*thing$")

    def test_of_a_version_to_come(self):
        self.git("tag", "v2.0.0-rc.1")
        self.push_tags().check()
        self.assert_tags("main", "latest", "2.0.0-rc.1")

    def test_of_a_version_that_is_told(self):
        self.push_tags("--version", "3.4.5").check()
        self.assert_tags("main", "latest", "3.4.5", "3.4", "3")

    def test_of_a_commit_without_a_branch(self):
        self.git("tag", "v0.9.0")
        self.git("checkout", "--quiet", "--detach")
        self.push_tags().check()
        self.assert_tags("0.9.0", "0.9", "0")

    def test_the_next_release_moves_the_short_ones(self):
        self.git("tag", "v1.2.3")
        self.push_tags().check()
        first = self.registry.tags(REPOSITORY)["1.2.3"]
        self.change_image("Hello of the next release")
        self.commit()
        self.git("tag", "v1.3.0")
        self.push_tags().check()
        tags = self.registry.tags(REPOSITORY)
        self.assertEqual(set(tags), {"main", "latest", "1.2.3", "1.2", "1.3.0", "1.3", "1"})
        self.assertEqual({tag for tag, digest in tags.items() if digest == first}, {"1.2.3", "1.2"})

    def test_changes_that_no_commit_holds(self):
        self.git("tag", "v1.2.3")
        self.change_image("Hello to nobody else")
        self.assert_fails(self.push_tags(), "has changes that no commit holds")
        self.assertEqual(self.registry.tags(REPOSITORY), {})

    def test_no_work_tree(self):
        self.work = self.flake("faults")
        self.assert_fails(self.push_tags(), "git")
        self.assertEqual(self.registry.tags(REPOSITORY), {})

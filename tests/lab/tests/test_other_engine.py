"""Images that another context's engine gets: --output type=docker,context=OTHER."""

from nixlab.engine import Engine
from nixlab.testcase import PluginTest

OTHER = "other-of-a-test"
THERE = ("--output", f"type=docker,context={OTHER}")


class OtherEngine(PluginTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.enterClassContext(Engine(cls.machine, cls.engine.store, "other"))
        cls.machine.exec(["docker", "context", "create", OTHER, "--docker", f"host={cls.other.host}"]).check()
        cls.addClassCleanup(lambda: cls.machine.exec(["docker", "context", "rm", "-f", OTHER]).check())

    def setUp(self):
        super().setUp()
        self.other.api.remove_everything()
        self.work = self.flake("hello")

    def test_it_alone(self):
        loaded = self.nixbuild(*THERE, "-t", "there:1", ".#streamImage").check()
        self.assertEqual(loaded.stdout, "Loaded image: there:1\n")
        self.assertEqual(self.other.api.tags(), {"there:1"})
        self.assertEqual(self.engine.api.images(), [])
        self.assert_greets("there:1", self.other)

    def test_it_and_this_one(self):
        self.nixbuild(*THERE, "--load", "-t", "both:1", ".#streamImage").check()
        for engine in (self.engine, self.other):
            self.assertEqual(engine.api.tags(), {"both:1"})
            self.assert_greets("both:1", engine)
        self.assertEqual(self.other.api.image("both:1")["Id"], self.image_id("both:1"))

    def test_what_it_has_is_not_sent_again(self):
        self.nixbuild(*THERE, "-t", "there:1", ".#streamImage").check()
        again = self.nixbuild(*THERE, "--progress=plain", "-t", "there:2", ".#streamImage").check()
        self.assertRegex(again.stderr, r"(?m)^#\d+ CACHED$")
        self.assertEqual(self.other.api.tags(), {"there:1", "there:2"})

    def test_no_such_context(self):
        failed = self.nixbuild("--output", "type=docker,context=nowhere", "-t", "there:1", ".#streamImage")
        self.assert_fails(failed, "nowhere")
        self.assertEqual(self.engine.api.images(), [])
        self.assertEqual(self.other.api.images(), [])

    def test_it_does_not_run(self):
        self.other.stop()
        try:
            failed = self.nixbuild(*THERE, "--load", "-t", "there:1", ".#streamImage")
        finally:
            self.other.start()
        self.assert_fails(failed, OTHER)

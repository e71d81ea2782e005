"""Registries and connections that fail in the middle of a push: it ends whole, or the tag is where it was."""

import math
import signal

from nixlab.http_server import Answer
from nixlab.process import Result
from nixlab.pushing import PushTest
from nixlab.registry_faults import (
    CutAfter,
    CutBefore,
    CutMidway,
    Fault,
    Hold,
    Meanwhile,
    NoIndexes,
    OtherDigest,
    Refuse,
    Slowly,
)
from nixlab.registry_proxy import RegistryProxy

REPOSITORY = "team/app"
UPLOAD = "(POST|PUT|PATCH) .*/blobs/"
BLOB_PUT = "PUT .*/blobs/"
MANIFEST_PUT = "PUT .*/manifests/"
FOR_EVER = math.inf
CANCELLED = 130
BOTH = ("--platform", "linux/amd64,linux/arm64")


class FaultTest(PushTest):
    """The tag has an image before the test, of which a layer has changed since."""

    same_for_all_image_stores = True

    def setUp(self):
        super().setUp()
        self.registry = self.open_registry()
        self.push(f"{self.registry.name}/{REPOSITORY}:1").check()
        self.before = self.tag()
        self.changes = 0
        self.change()

    def tag(self) -> str:
        return self.registry.tags(REPOSITORY)["1"]

    def change(self) -> None:
        self.changes += 1
        self.change_image(f"Hello number {self.changes} of {self.id()}")

    def push_through(self, fault: Fault, *words: str, image: str = ".#streamImage") -> Result:
        with RegistryProxy(self.registry, fault) as proxy:
            self.name = f"{proxy.address}/{REPOSITORY}:1"
            result = self.push(self.name, *words, image=image)
            self.told = proxy.told()
        return result

    def assert_whole(self, pushed: Result) -> None:
        """A new image is under the tag, with all its blobs."""
        pushed.check()
        digest = self.tag()
        self.assertEqual(pushed.stdout, f"Pushed {self.name}@{digest}\n")
        self.assertNotEqual(digest, self.before)
        manifest = self.registry.manifest(digest)
        wanted = {blob["digest"] for blob in (manifest["config"], *manifest["layers"])}
        self.assertLessEqual(wanted, self.registry.blobs(REPOSITORY))

    def assert_as_before(self, failed: Result, *texts: str) -> None:
        self.assert_fails(failed, *texts)
        self.assertEqual(self.tag(), self.before)
        self.assertEqual(failed.stdout, "")

    def requests_of_a_push(self) -> list[str]:
        """Those of a push of one changed layer."""
        self.assert_whole(self.push_through(Fault()))
        self.change()
        self.before = self.tag()
        return self.told


class Cuts(FaultTest):
    def test_at_each_request(self):
        told = self.requests_of_a_push()
        writes = [text for text in told if text.startswith(("POST", "PATCH", "PUT"))]
        self.assertGreater(len(writes), 3)
        cuts = [CutBefore(first=number) for number in range(1, len(told) + 1)]
        cuts += [kind("^(POST|PATCH|PUT) ", n) for kind in (CutMidway, CutAfter) for n in range(1, len(writes) + 1)]
        for index, cut in enumerate(cuts):
            with self.subTest(index):
                self.assert_whole(self.push_through(cut))
                self.assertEqual(cut.happened, 1, self.told)
            self.before = self.tag()
            self.change()

    def test_for_ever(self):
        for pattern in ("HEAD .*/blobs/", "POST .*/blobs/", BLOB_PUT, MANIFEST_PUT):
            with self.subTest(pattern):
                cut = CutBefore(pattern, times=FOR_EVER)
                failed = self.push_through(cut)
                self.assertGreater(cut.happened, 1)
                self.assert_as_before(failed, "localhost", "while pushing")

    def test_the_next_push_goes_on(self):
        failed = self.push_through(CutBefore(MANIFEST_PUT, times=FOR_EVER))
        self.assert_as_before(failed)
        self.assert_whole(self.push_through(Fault()))
        self.assertEqual([text for text in self.told if text.startswith(("PUT", "PATCH")) and "/blobs/" in text], [])

    def test_large_layer_in_the_middle(self):
        # This registry gives an upload up when an answer is lost: then it begins anew.
        for kind, compression, pieces in ((CutMidway, "gzip", 4), (CutAfter, "none", 5)):
            with self.subTest(kind.__name__):
                cut = kind("PATCH .*/blobs/", first=2)
                pushed = self.push_through(cut, "--compression", compression, image=".#largeLayer")
                self.assertEqual(cut.happened, 1, self.told)
                self.assert_whole(pushed)
                self.assertEqual(sum(text.startswith("PATCH") for text in self.told), pieces, self.told)
            self.before = self.tag()


class Interrupted(FaultTest):
    def test_tag_stays_and_the_next_push_is_whole(self):
        for pattern in ("HEAD .*/blobs/", BLOB_PUT, f"{MANIFEST_PUT}1$"):
            held = Hold(pattern, Answer(500))
            with self.subTest(pattern), RegistryProxy(self.registry, held) as proxy:
                command = ["docker", "nixbuild", "--push", "-t", f"{proxy.address}/{REPOSITORY}:1", ".#streamImage"]
                running = self.machine.spawn(command, cwd=self.work)
                held.wait_for_request()
                running.send_to_group(signal.SIGINT)
                self.assertEqual(running.wait().returncode, CANCELLED)
                held.release()
                self.assertEqual(self.tag(), self.before)
                self.assertEqual(self.new_temporary_files(), set())
        self.assert_whole(self.push_through(Fault()))


class PassingAnswers(FaultTest):
    def test_once(self):
        soon = {"Retry-After": "0"}
        patterns = ("(HEAD|GET) .*/manifests/", "HEAD .*/blobs/", UPLOAD, BLOB_PUT, MANIFEST_PUT)
        cases = [(status, soon, pattern) for status in (429, 503) for pattern in patterns]
        cases += [(status, {}, MANIFEST_PUT) for status in (408, 500, 502)]
        for status, headers, pattern in cases:
            with self.subTest(f"{status} {pattern}"):
                refused = Refuse(Answer(status, headers), pattern)
                self.assert_whole(self.push_through(refused))
                self.assertEqual(refused.happened, 1, self.told)
            self.before = self.tag()
            self.change()

    def test_for_ever(self):
        soon = {"Retry-After": "0"}
        for status, hint in ((429, "wait a while"), (503, "try again later")):
            with self.subTest(status):
                refused = Refuse(Answer(status, soon, b"too much to do"), UPLOAD, times=FOR_EVER)
                failed = self.push_through(refused)
                self.assertGreater(refused.happened, 1)
                self.assert_as_before(failed, str(status), "too much to do", hint)

    def test_slow(self):
        slowly = Slowly()
        self.assert_whole(self.push_through(slowly))
        self.assertGreater(slowly.pieces, 100)


class WrongAnswers(FaultTest):
    def test_digest_of_the_stored_manifest(self):
        self.skip_without_cross_images()
        wrong = OtherDigest(f"{MANIFEST_PUT}sha256:", times=FOR_EVER)
        failed = self.push_through(wrong, *BOTH, image=".#crossImage")
        self.assertGreater(wrong.happened, 0)
        self.assert_as_before(failed, "localhost", "sha256:000000")

    def test_digest_of_a_blob(self):
        refusal = b'{"errors":[{"code":"DIGEST_INVALID","message":"provided digest did not match"}]}'
        refused = Refuse(Answer(400, {}, refusal), BLOB_PUT, times=FOR_EVER)
        failed = self.push_through(refused)
        self.assertGreater(refused.happened, 0)
        self.assert_as_before(failed, "DIGEST_INVALID", "provided digest did not match")

    def test_page_of_another_server(self):
        page = Answer(200, {"Content-Type": "text/html"}, b"<html>Please log in</html>")
        for pattern in (UPLOAD, MANIFEST_PUT):
            with self.subTest(pattern):
                failed = self.push_through(Refuse(page, pattern, times=FOR_EVER))
                self.assertEqual(self.tag(), self.before)
                self.assert_fails(failed, "localhost")

    def test_nothing_is_allowed(self):
        denied = b'{"errors":[{"code":"DENIED","message":"the quota is used up"}]}'
        for pattern in ("POST .*/blobs/", BLOB_PUT, MANIFEST_PUT):
            with self.subTest(pattern):
                failed = self.push_through(Refuse(Answer(403, {}, denied), pattern, times=FOR_EVER))
                self.assert_as_before(failed, "the quota is used up", "docker login")


class Vanished(FaultTest):
    def some_layer(self) -> str:
        """One that the new image has too."""
        return self.registry.manifest(self.before)["layers"][0]["digest"]

    def test_layer_is_brought_again(self):
        layer = self.some_layer()
        lost = Meanwhile(lambda: self.registry.lose_blob(REPOSITORY, layer), MANIFEST_PUT)
        pushed = self.push_through(lost)
        self.assertEqual(lost.happened, 1)
        self.assert_whole(pushed)
        self.assertIn("has lost a part of the image", pushed.stderr)

    def test_layer_vanishes_each_time(self):
        layer = self.some_layer()
        lost = Meanwhile(lambda: self.registry.lose_blob(REPOSITORY, layer), MANIFEST_PUT, times=FOR_EVER)
        failed = self.push_through(lost)
        self.assertGreater(lost.happened, 1)
        self.assert_as_before(failed, "does not keep what is pushed", layer, "the tag is where it was")


class NoIndex(FaultTest):
    def test_platforms(self):
        self.skip_without_cross_images()
        for status in (400, 404, 415):
            with self.subTest(status):
                failed = self.push_through(NoIndexes(status), *BOTH, image=".#crossImage")
                self.assert_as_before(failed, str(status), "Push each platform under a tag of its own")

    def test_one_platform_needs_none(self):
        self.assert_whole(self.push_through(NoIndexes(400)))

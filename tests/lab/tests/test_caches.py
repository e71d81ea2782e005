"""Binary caches: what they have, builds from them, pushes to them, and who may."""

import json
import re

from nixlab.binary_cache import PASSWORD, USER, CacheServer, decompressed, store_paths
from nixlab.caching import CacheTest
from nixlab.cachix_server import NAME, TOKEN, CachixServer
from nixlab.http_server import Answer
from nixlab.process import Result
from nixlab.remote import RemoteTest
from nixlab.s3_server import ACCESS_KEY, BUCKET, SECRET_KEY, S3Server
from nixlab.suites import SUITES

# What nix-darwin with nix-rosetta-builder has, in small.
SYSTEM_OF_A_MAC = """
let
  image = builtins.toFile "image-of-a-test" "a virtual machine";
  yaml = builtins.toFile "rosetta-builder.yaml" "images: [{location: ${image}/nixos.qcow2}]";
in builtins.toFile "darwin-system" "${yaml}"
"""


class Check(CacheTest):
    def test_what_a_cache_has(self):
        cache = self.new_work_folder()
        path = self.put_into_cache(cache)
        with CacheServer(self.machine, cache) as server:
            for place in (f"file://{cache}", server.url):
                told = self.checked("--cache-from", place, path)
                self.assertEqual(told["missing"], [])
                self.assertEqual(told["caches"][0]["paths"], told["paths"])
                self.assertTrue(told["inThisStore"])
                self.assertGreater(told["caches"][0]["unpackedBytes"], 0)
            evaluated = self.checked("--cache-from", server.url, ".#classicImage")
            self.assertEqual(evaluated["path"], path)
        self.assertIn(path, self.checked("--cache-from", f"file://{self.empty_cache()}", path, status=1)["missing"])

    def test_what_changes_a_hash(self):
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
        for words in (["init", "-q"], ["add", "--all"], ["commit", "-qm", "first"]):
            self.machine.exec([*git, *words], cwd=self.work).check()
        cache = self.new_work_folder()
        self.put_into_cache(cache)
        check = ["--cache-from", f"file://{cache}", ".#classicImage"]
        self.assertNotIn("git", self.checked(*check))
        self.outside(f"{self.work}/notes").write_text("not tracked")
        self.assertEqual(self.checked(*check)["git"], {"changed": 0, "untracked": 1})
        self.machine.exec(["git", "add", "notes"], cwd=self.work).check()
        self.assertEqual(self.checked(*check)["git"], {"changed": 1, "untracked": 0, "otherDerivation": False})
        self.edit(f"{self.work}/contents.nix", "Hello from Nix", "Hello from elsewhere")
        changed = self.checked(*check, status=1)
        self.assertEqual(changed["git"], {"changed": 2, "untracked": 0, "otherDerivation": True})
        notice = "2 changed files are not committed"
        build = ["--cache-to", f"file://{cache}", ".#layeredImage"]
        self.assertEqual(self.nixbuild(*build).check().stderr.count(notice), 1)
        self.assertNotIn(notice, self.nixbuild("-q", *build).check().stderr)
        self.assertNotIn(notice, self.nixbuild(".#layeredImage").check().stderr)

    def test_caches_that_are_none(self):
        for broken, words in ((Answer(500), "500"), (Answer(200, body=b"<html>hello</html>"), "nix-cache-info"),
                              (Answer(404), "no binary cache")):
            with CacheServer(self.machine, self.new_work_folder(), broken=broken) as server:
                failed = self.nixbuild("cache", "check", "--cache-from", server.url)
                self.assertEqual(failed.returncode, 1, failed)
                self.assertIn(words, failed.stdout)

    def test_logins(self):
        cache = self.new_work_folder()
        path = self.put_into_cache(cache)
        with CacheServer(self.machine, cache, login=True) as server:
            failed = self.nixbuild("cache", "check", "--cache-from", server.url, path)
            self.assertEqual(failed.returncode, 1)
            self.assertIn("login", failed.stdout)
            home = {"XDG_CONFIG_HOME": self.new_work_folder()}
            self.nixbuild("cache", "login", "--username", USER, server.url,
                          stdin=PASSWORD.encode(), env=home).check()
            told = self.checked("--cache-from", server.url, path, env=home)
            self.assertEqual(told["missing"], [])
            netrc = self.outside(f"{home['XDG_CONFIG_HOME']}/nix/netrc")
            self.assertEqual(netrc.stat().st_mode & 0o777, 0o600)


class Build(CacheTest):
    def setUp(self):
        super().setUp()
        self.cache = self.new_work_folder()

    def build_from(self, url: str, *words: str, **options) -> Result:
        return self.nixbuild("-t", "a:1", "--cache-from", url, *words, ".#layeredImage", **options)

    def test_what_a_cache_has_is_fetched(self):
        self.put_into_cache(self.cache)
        self.forget_all()
        with CacheServer(self.machine, self.cache) as server:
            self.build_from(server.url, *self.settings()).check()
            self.assertTrue(server.nars())
        self.assertIn("a:1", self.engine.api.tags())

    def test_a_login_reaches_nix_unseen(self):
        self.put_into_cache(self.cache)
        self.forget_all()
        with CacheServer(self.machine, self.cache, login=True) as server:
            url = server.url.replace("//", f"//{USER}:{PASSWORD}@")
            built = self.nixbuild("--progress=plain", *self.settings(), ".#layeredImage",
                                  env={"NIXBUILD_CACHE_FROM": url}).check()
            self.assertTrue(server.nars())
            self.assertNotIn(PASSWORD, server.command_lines)
            self.assertNotIn(PASSWORD, built.stdout + built.stderr)
        self.assertEqual(self.new_temporary_files(), set())

    def test_one_that_is_not_signed_is_no_silent_build(self):
        self.put_into_cache(self.cache, signed=False)
        self.forget_all()
        with CacheServer(self.machine, self.cache) as server:
            self.assert_fails(self.build_from(server.url), "Nix ignores", server.url, "extra-trusted-public-keys")
            self.build_from(server.url, "--allow-ignored-caches").check()

    def test_one_that_does_not_answer_is_no_silent_build(self):
        with CacheServer(self.machine, self.cache, broken=Answer(404)) as server:
            self.assert_fails(self.build_from(server.url), "Nix ignores", server.url)


class Users(CacheTest):
    """Somebody who is not root, behind a daemon."""

    def setUp(self):
        super().setUp()
        self.cache = self.new_work_folder()
        self.put_into_cache(self.cache)
        self.forget_all()
        self.daemon = self.machine.spawn(["nix-daemon"])
        self.addCleanup(lambda: (self.daemon.send(15), self.daemon.wait()))
        self.socket = self.outside("/run/docker.sock")
        self.socket.chmod(0o666)
        self.home = self.new_work_folder()
        self.machine.exec(["chown", "-R", "1234:1234", self.home, self.work]).check()

    def build_as_somebody(self, url: str, *words: str) -> Result:
        as_somebody = ["setpriv", "--reuid=1234", "--regid=1234", "--clear-groups"]
        command = ["docker", "nixbuild", "-t", "a:1", "--cache-from", url, *words, ".#layeredImage"]
        return self.machine.exec([*as_somebody, *command], cwd=self.work,
                                 env={"HOME": self.home, "NIX_REMOTE": "daemon"})

    def test_who_is_not_trusted_is_told(self):
        with CacheServer(self.machine, self.cache) as server:
            self.assert_fails(self.build_as_somebody(server.url), "Nix ignores", server.url, "trusted-substituters")
            self.build_as_somebody(server.url, "--allow-ignored-caches").check()
            self.assertEqual(server.nars(), [])


class Push(CacheTest):
    def test_to_a_folder_and_a_server(self):
        folder, other = self.new_work_folder(), self.new_work_folder()
        with CacheServer(self.machine, other) as server:
            targets = ["--cache-to", f"file://{folder}", "--cache-to", server.url]
            self.nixbuild("-t", "a:1", *targets, ".#layeredImage").check()
            self.assertIn("a:1", self.engine.api.tags())
        self.assertTrue(store_paths(self.outside(folder)))
        self.assertEqual(store_paths(self.outside(folder)), store_paths(self.outside(other)))

    def test_no_push(self):
        folder = self.new_work_folder()
        self.nixbuild("--no-push", "--cache-to", f"file://{folder}", ".#layeredImage").check()
        self.assertEqual(store_paths(self.outside(folder)), set())

    def test_a_push_that_fails_is_told_and_the_image_is_there(self):
        with CacheServer(self.machine, self.new_work_folder(), broken=Answer(400)) as server:
            failed = self.nixbuild("-t", "a:1", "--cache-to", server.url, ".#layeredImage")
            self.assert_fails(failed, server.url)
            self.assertIn("a:1", self.engine.api.tags())

    def test_cachix(self):
        with CachixServer(self.machine) as server:
            home = self.home_of_cachix(server)
            pushed = self.nixbuild("cache", "push", "--cache-to", f"cachix:{NAME}", ".#layeredImage", env=home).check()
            path = re.search(r"^Pushed (\S+) to", pushed.stdout).group(1)
            closure = self.machine.exec(["nix-store", "-qR", path]).check().stdout.split()
            self.assertEqual(set(server.paths), {one.split("/")[3].split("-")[0] for one in closure})
            for info, nar in server.paths.values():
                name = f"/nix/store/{info['cStoreHash']}-{info['cStoreSuffix']}"
                plain = decompressed(nar)
                self.assertEqual(len(plain), info["cNarSize"])
                told = self.machine.exec(["nix-store", "-q", "--hash", name]).check().stdout.strip()
                self.assertEqual(info["cNarHash"], told)
            asked = len(server.told())
            self.nixbuild("cache", "push", "--cache-to", f"cachix:{NAME}", ".#layeredImage", env=home).check()
            self.assertEqual([told for told in server.told()[asked:] if "multipart" in told], [])
            self.assertNotIn(TOKEN, server.command_lines)
            self.assertNotIn(TOKEN, pushed.stdout + pushed.stderr)
            wrong = self.nixbuild("cache", "push", "--cache-to", f"cachix:{NAME}", ".#layeredImage",
                                  env={**home, "CACHIX_AUTH_TOKEN": "expired-token"})
            self.assert_fails(wrong, "expired", "CACHIX_AUTH_TOKEN")
            self.assertNotIn("expired-token", wrong.stderr)

    def test_use_and_fetch_from_cachix(self):
        cache = self.new_work_folder()
        self.put_into_cache(cache)
        self.forget_all()
        with CacheServer(self.machine, cache) as files, CachixServer(self.machine, files.url, self.key) as server:
            home = self.home_of_cachix(server)
            lines = self.nixbuild("cache", "use", "--print", f"cachix:{NAME}", env=home).check().stdout
            self.assertEqual(lines, f"extra-substituters = {files.url}\nextra-trusted-public-keys = {self.key}\n")
            self.nixbuild("--no-push", ".#layeredImage", env={**home, "CACHIX_NAME": NAME}).check()
            self.assertTrue(files.nars())
            self.nixbuild("cache", "use", f"cachix:{NAME}", env=home).check()
            conf = self.outside(f"{home['XDG_CONFIG_HOME']}/nix/nix.conf")
            self.assertEqual(conf.read_text(), lines)

    def test_by_the_program_of_a_cache(self):
        for kind, program in (("attic", "attic"), ("cachix-cli", "cachix")):
            with self.subTest(kind):
                self.push_by_program(f"{kind}:mine", program)

    def push_by_program(self, cache: str, program: str) -> None:
        push = ["cache", "push", "--cache-to", cache, ".#layeredImage"]
        self.assert_fails(self.nixbuild(*push), program, "where Nix runs", "nixpkgs#")
        folder = self.new_work_folder()
        env = {"PATH": f"{folder}:/usr/bin:/usr/sbin", "CACHIX_AUTH_TOKEN": TOKEN}
        script = self.outside(f"{folder}/{program}")
        script.write_text(f'#!/bin/sh\necho "$@" > {folder}/words\necho $CACHIX_AUTH_TOKEN > {folder}/token\n')
        script.chmod(0o755)
        pushed = self.nixbuild(*push, env=env).check()
        path = re.search(rf"^Pushed (\S+) to {cache}", pushed.stdout).group(1)
        self.assertEqual(self.outside(f"{folder}/words").read_text(), f"push mine {path}\n")
        self.assertEqual(self.outside(f"{folder}/token").read_text(), f"{TOKEN}\n")
        script.write_text("#!/bin/sh\necho no token >&2\nexit 1\n")
        self.assert_fails(self.nixbuild(*push, env=env), f"{program} cannot push to mine", "no token", "where Nix runs")

    def test_the_image_of_a_linux_builder(self):
        cache = self.new_work_folder()
        self.assert_fails(self.nixbuild("cache", "push", "--vm-image", "--cache-to", cache), "no builder for Linux")
        made = self.machine.exec(["nix-instantiate", "--eval", "--read-write-mode", "-E", SYSTEM_OF_A_MAC]).check()
        link = self.outside("/run/current-system")
        link.symlink_to(json.loads(made.stdout))
        self.addCleanup(link.unlink)
        missing = self.checked("--vm-image", "--cache-from", f"file://{self.empty_cache()}", status=1)["missing"]
        self.assertTrue(missing[0].endswith("-image-of-a-test"))
        pushed = self.nixbuild("cache", "push", "--vm-image", "--cache-to", cache).check()
        self.assertEqual(pushed.stdout, f"Pushed {missing[0]} to file://{cache}\n")
        self.assertEqual(self.checked("--vm-image", "--cache-from", cache)["missing"], [])


class S3(CacheTest):
    """Debian's Nix of trixie and before knows no S3; later ones do, and sign nothing."""

    CREDENTIALS = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}

    def push(self, url: str) -> Result:
        return self.nixbuild("cache", "push", "--cache-to", url, ".#layeredImage", env=self.CREDENTIALS)

    def fetch(self, url: str) -> Result:
        self.forget_all()
        self.engine.api.remove_everything()
        return self.nixbuild("-t", "a:1", "--cache-from", url, "--max-jobs=0", *self.settings(), ".#layeredImage",
                             env=self.CREDENTIALS)

    def knows_s3(self) -> bool:
        return self.lab.lane.suite is SUITES["sid"]

    def test_push_and_fetch(self):
        if not self.knows_s3():
            self.skipTest("this Nix knows no S3")
        with S3Server(self.machine) as server:
            self.nixbuild("-t", "a:1", "--cache-to", f"{server.url}&secret-key={self.folder}/secret", ".#layeredImage",
                          env=self.CREDENTIALS).check()
            self.assertTrue([key for key in server.objects if key.endswith(".narinfo")])
            self.assertNotIn(SECRET_KEY, server.command_lines)
            self.fetch(server.url).check()
            self.assertIn("a:1", self.engine.api.tags())

    def test_one_that_wants_to_know_who_asks(self):
        """Until a Nix here signs: it is told that this one may not."""
        if not self.knows_s3():
            self.skipTest("this Nix knows no S3")
        with S3Server(self.machine, is_private=True) as server:
            for failed in (self.push(server.url), self.fetch(server.url)):
                self.assert_fails(failed, BUCKET, "AWS_ACCESS_KEY_ID", "built without AWS support")
                self.assertNotIn(SECRET_KEY, failed.stderr)

    def test_a_nix_without_s3_is_told(self):
        if self.knows_s3():
            self.skipTest("this Nix knows S3")
        with S3Server(self.machine) as server:
            for failed in (self.push(server.url), self.fetch(server.url)):
                self.assert_fails(failed, BUCKET, "Nix", "built without S3", "nixos.org")
            self.assertEqual(server.told(), [])


class Ssh(RemoteTest, CacheTest):
    """The store of a machine behind ssh; Nix runs here."""

    def setUp(self):
        super().setUp()
        self.store = f"ssh-ng://root@{self.ssh.address}"

    def fetch(self, url: str) -> Result:
        self.forget_all()
        self.engine.api.remove_everything()
        return self.nixbuild("-t", "a:1", "--cache-from", url, "--max-jobs=0", ".#layeredImage")

    def push(self, url: str) -> Result:
        return self.nixbuild("cache", "push", "--cache-to", url, ".#layeredImage")

    def test_push_and_fetch(self):
        self.nixbuild("-t", "a:1", "--cache-to", self.store, ".#layeredImage").check()
        pushed = self.push(self.store).check()
        path = re.search(r"^Pushed (\S+) to (\S+)", pushed.stdout)
        self.assertEqual(path.group(2), self.store)
        self.server.exec(["nix-store", "--check-validity", path.group(1)]).check()
        self.assert_fails(self.fetch(self.store), "Nix ignores", self.ssh.address, "?trusted=true")
        self.fetch(f"{self.store}?trusted=true").check()
        self.assertIn("a:1", self.engine.api.tags())

    def test_nobody_is_there(self):
        for failed in (self.push("ssh-ng://root@localhost"), self.fetch("ssh-ng://root@localhost")):
            self.assert_fails(failed, "localhost", "Connection refused", "is the machine running")

    def test_who_is_not_let_in(self):
        self.replace("/root/.ssh/config", "BatchMode yes\n")
        for failed in (self.push(self.store), self.fetch(self.store)):
            self.assert_fails(failed, self.ssh.address, "Permission denied", "ssh-copy-id")

    def test_a_machine_that_is_not_known(self):
        self.replace("/root/.ssh/known_hosts", "")
        self.assert_fails(self.push(self.store), self.ssh.address, "Host key verification failed", "connect once")

    def test_who_may_not_write_there(self):
        daemon = self.server.spawn(["nix-daemon"])
        self.addCleanup(lambda: (daemon.send(15), daemon.wait()))
        self.server.exec(["useradd", "--create-home", "--password", "*", "--shell", "/bin/bash", "guest"]).check()
        self.addCleanup(lambda: self.server.exec(["userdel", "--force", "guest"]))
        self.server.exec(["cp", "-r", "/root/.ssh", "/home/guest/"]).check()
        self.server.exec(["chown", "-R", "guest", "/home/guest"]).check()
        failed = self.push(f"ssh-ng://guest@{self.ssh.address}")
        self.assert_fails(failed, self.ssh.address, "lacks a signature", "secret-key-files", "trusted-users")


class SshOfLaterNix(Ssh):
    suite = SUITES["sid"]


class Remote(RemoteTest, CacheTest):
    """Nix runs on a machine behind ssh, which learns no token."""

    def test_cachix_by_way_of_the_client(self):
        with CachixServer(self.machine) as server:
            home = self.home_of_cachix(server)
            self.far_nixbuild("-t", "a:1", "--cache-to", f"cachix:{NAME}", ".#layeredImage", env=home).check()
            self.assertTrue(server.paths)
            for info, nar in server.paths.values():
                name = f"/nix/store/{info['cStoreHash']}-{info['cStoreSuffix']}"
                told = self.server.exec(["nix-store", "-q", "--hash", name]).check().stdout.strip()
                self.assertEqual(info["cNarHash"], told)
                self.assertEqual(len(decompressed(nar)), info["cNarSize"])
        self.assertIn("a:1", self.far_engine.api.tags())
        found = self.server.exec(["grep", "-rls", TOKEN, "/root", "/tmp", "/run", "/etc"]).stdout
        self.assertEqual(found, "")

    def test_a_folder_there(self):
        folder = self.server.new_folder("cache-of-a-test-", within="/opt")
        self.far_nixbuild("--cache-to", f"file://{folder}", ".#layeredImage").check()
        self.assertTrue(store_paths(self.server.path(folder)))

    def test_what_the_client_uses_goes_with_it(self):
        home = self.new_work_folder()
        self.outside(f"{home}/nix").mkdir()
        self.outside(f"{home}/nix/nix.conf").write_text("extra-substituters = http://cache.invalid:9\n")
        built = self.far_nixbuild("-D", "--progress=plain", ".#layeredImage", env={"XDG_CONFIG_HOME": home})
        self.assertIn("cache.invalid", built.stderr)

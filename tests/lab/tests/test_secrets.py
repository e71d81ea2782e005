"""Tokens, passwords and logins: who needs them gets them, and nothing else has them, nor keeps them."""

import base64
import json
import re
import shutil
import signal
import threading
from pathlib import Path

from nixlab import builder_image
from nixlab.binary_cache import USER, CacheServer
from nixlab.caching import CacheTest
from nixlab.cachix_server import NAME, CachixServer
from nixlab.container import CONTEXT, ContainerTest
from nixlab.far import BUILDER
from nixlab.http_server import Answer, HttpServer, Request
from nixlab.process import Process, Result
from nixlab.pushing import login
from nixlab.remote import NO_AGENT, RemoteTest
from nixlab.secrets import Secrets
from nixlab.testcase import PluginTest, skip_unless_lane_of_lab_tests
from nixlab.waiting import wait_until

# Of this module alone: what other tests leave behind is not looked for.
SECRET = "secret-setting-of-a-test"
CACHIX_TOKEN = "secret-token-of-a-test"
NIX = re.compile(r"^(\S*/)?nix([- ]|$)")

IN_ADDRESS, IN_NETRC, TO_PUSH, OF_REGISTRY = (f"password-{use}-of-a-test" for use in ("1", "2", "3", "4"))
SECRETS = Secrets(
    token=CACHIX_TOKEN,
    address=IN_ADDRESS,
    netrc=IN_NETRC,
    push=TO_PUSH,
    registry=OF_REGISTRY,
    registry_login=login(USER, OF_REGISTRY)["auth"],
)
# Sandboxes see it, as they see all of /usr.
GO_ON = "/usr/share/a-test-says-go-on"
OWN_BUILDER = "secrets"
OWN_CONTAINER = f"docker-nixbuild-{OWN_BUILDER}"
# Of a run, while it lasts.
NETRC = re.compile(r"/tmp/docker-nixbuild[^/]*/netrc")


class Settings(PluginTest):
    """Settings that hold a secret: Nix gets them, and no command line has them."""

    same_for_all_image_stores = True

    def processes_of_nix(self) -> list[str]:
        listed = self.machine.exec(["ps", "-e", "-o", "args="]).check().stdout.splitlines()
        return [line for line in listed if NIX.match(line)]

    def test_nix_gets_them_unseen(self):
        self.work = self.flake("faults")
        token = ["--option", "access-tokens", f"example.org={SECRET}"]
        running = self.machine.spawn(["docker", "nixbuild", "--progress=plain", *token, ".#endless"], cwd=self.work)
        running.wait_for_output(BUILDER)
        nix = self.processes_of_nix()
        self.assertTrue(nix)
        self.assertFalse([line for line in nix if SECRET in line])
        find = 'for file in /proc/[0-9]*/environ; do grep -qsz -e "$0" $file && cat ${file%environ}comm; done'
        holders = self.machine.exec(["sh", "-c", find, SECRET]).stdout.split()
        self.assertTrue(any(name.startswith("nix") for name in holders), holders)
        running.send_to_group(signal.SIGINT)
        result = running.wait()
        self.assertNotIn("unknown setting", result.stderr)
        wait_until(lambda: not self.processes_of_nix(), "no nix runs")


class SettingsThere(RemoteTest):
    """The same behind ssh, where the user has no command line."""

    same_for_all_image_stores = True

    def assert_nix_alone_has_them(self, variables: dict[str, str]) -> None:
        self.work = self.flake("faults")
        token = ["--option", "access-tokens", f"example.org={SECRET}"]
        command = ["docker", "-H", self.ssh.url, "nixbuild", "--builder=ssh", *token, ".#endless"]
        running = self.machine.spawn(command, cwd=self.work, env=variables)
        self.addCleanup(running.kill)
        wait_until(lambda: BUILDER in self.processes(), "the build has begun")
        secrets = Secrets(setting=SECRET)
        found = set(secrets.in_processes(self.server))
        self.assertTrue(found)
        self.assertLessEqual(found, {"setting in environ of nix", "setting in environ of nix-store"})
        self.assertEqual(secrets.in_files(self.server.exec), set())
        running.send_to_group(signal.SIGINT)
        running.wait()
        self.assert_nothing_runs()

    def test_by_the_agent(self):
        self.assert_nix_alone_has_them({})

    def test_by_a_script(self):
        self.assert_nix_alone_has_them(NO_AGENT)


class WillingRegistry(HttpServer):
    """Has every blob already, and takes manifests from who has the login."""

    def answer(self, request: Request) -> Answer:
        if request.headers.get("Authorization") != f"Basic {login(USER, OF_REGISTRY)['auth']}":
            return Answer(401, {"WWW-Authenticate": 'Basic realm="registry"'})
        if request.method == "PUT":
            return Answer(201)
        return Answer(404 if "/manifests/" in request.path else 200)


class BuildWithCaches(CacheTest):
    """A build that is held still, from two caches and to another, to Cachix and to a registry, each with a secret."""

    same_for_all_image_stores = True

    # The user's docker has them in its environment, and calls us: nothing that we could change.
    callers = ("docker", "docker-nixbuild")

    def setUp(self):
        super().setUp()
        self.builds_on = self.machine
        self.home = self.machine.new_folder("config-of-a-user-", within="/root")
        self.addCleanup(shutil.rmtree, self.outside(self.home))

    # How Nix is reached, and what there is to be seen of it.

    def command(self) -> list[str]:
        raise NotImplementedError

    def variables(self) -> dict[str, str]:
        return {}

    def run_there(self, argv: list[str], stdin: bytes = b"") -> Result:
        return self.builds_on.exec(argv, stdin=stdin)

    def logs(self) -> list[Path]:
        return [self.engine.log]

    # What the user says, and in which files.

    def own_files(self) -> set[str]:
        return {"/root/.docker/config.json", f"{self.home}/nix/netrc"}

    def write_own_files(self) -> None:
        self.outside("/root/.docker").mkdir(exist_ok=True)
        files = {
            # The token is in a variable.
            "cachix/cachix.dhall": self.cachix.dhall().replace(CACHIX_TOKEN, ""),
            "nix/nix.conf": f"netrc-file = {self.home}/nix/netrc\n",
            "nix/netrc": f"machine 127.0.0.1 login {USER} password {IN_NETRC}\n",
        }
        for name, text in files.items():
            self.outside(f"{self.home}/{name}").parent.mkdir(exist_ok=True)
            self.outside(f"{self.home}/{name}").write_text(text)
        logins = {"auths": {self.registry.address: login(USER, OF_REGISTRY)}}
        self.replace("/root/.docker/config.json", json.dumps(logins))

    def environment(self) -> dict[str, str]:
        in_address, in_netrc = self.asked
        return {
            **self.variables(),
            "XDG_CONFIG_HOME": self.home,
            "CACHIX_AUTH_TOKEN": CACHIX_TOKEN,
            "NIXBUILD_CACHE_FROM": f"http://{USER}:{IN_ADDRESS}@localhost:{in_address.port} "
            f"http://127.0.0.1:{in_netrc.port}",
            "NIXBUILD_CACHE_TO": f"http://{USER}:{TO_PUSH}@localhost:{self.filled.port} cachix:{NAME}",
        }

    def open_servers(self) -> None:
        def cache(password: str, **options) -> CacheServer:
            folder = self.builds_on.new_folder("cache-of-a-test-", within="/srv")
            self.builds_on.path(f"{folder}/nix-cache-info").write_text("StoreDir: /nix/store\n")
            return self.enterContext(CacheServer(self.builds_on, folder, login=True, password=password, **options))

        self.asked = [cache(IN_ADDRESS), cache(IN_NETRC)]
        self.filled = cache(TO_PUSH, on_put=self.look_at_push)
        self.cachix = self.enterContext(CachixServer(self.machine, token=CACHIX_TOKEN))
        self.registry = self.enterContext(WillingRegistry(self.machine))

    def begin(self, *words: str) -> Process:
        """Until the builder waits."""
        self.run_there(["rm", "-f", GO_ON]).check()
        first = "    mkdir -p $out/share\n"
        self.edit(f"{self.work}/contents.nix", first, f"{first}    until [ -e {GO_ON} ]; do sleep 0.05; done\n")
        self.first_put = threading.Lock()
        self.open_servers()
        self.write_own_files()
        target = ["--load", "--push", "-t", f"{self.registry.address}/a:1", ".#streamImage"]
        running = self.machine.spawn([*self.command(), *words, *target], cwd=self.work, env=self.environment())
        wait_until(
            lambda: not running.running or GO_ON in self.builds_on.exec(["ps", "-e", "-o", "args="]).stdout,
            "the builder waits",
        )
        return running

    # What is asserted.

    def files_there(self) -> set[str]:
        """Those that hold a secret where Nix runs."""
        return SECRETS.in_files(self.run_there) - self.own_files()

    def look_at_push(self) -> None:
        if self.first_put.acquire(blocking=False):
            self.processes_at_push = SECRETS.in_processes(self.builds_on)
            self.files_at_push = self.files_there()

    def assert_only_callers_have_them(self, found: list[str]) -> None:
        for name in ("docker", "docker-nixbuild"):
            self.assertIn(f"token in environ of {name}", found)
        self.assertEqual([text for text in found if "cmdline" in text], [])
        self.assertLessEqual({text.rpartition(" ")[2] for text in found}, set(self.callers))
        # One each: neither what leads to the engine nor what leads to Nix.
        self.assertEqual(found.count("token in environ of docker"), 1)

    def assert_none_in_processes_there(self, found: list[str]) -> None:
        self.assertEqual(found, [])

    def assert_build_hides_them(self, running: Process) -> None:
        for server in self.asked:
            self.assertTrue([told for told in server.told() if ".narinfo" in told], running.so_far())
        self.assert_only_callers_have_them(SECRETS.in_processes(self.machine))
        self.assert_none_in_processes_there(SECRETS.in_processes(self.builds_on))
        (file,) = self.files_there()
        self.assertRegex(file, NETRC)
        self.assertEqual(self.run_there(["stat", "-c", "%a", file]).check().stdout, "600\n")
        self.run_there(["touch", GO_ON]).check()
        result = running.wait().check()
        self.assertIn("Pushed", result.stdout)
        self.assertTrue(self.filled.nars() and self.cachix.paths)
        self.assert_none_in_processes_there(self.processes_at_push)
        self.assertEqual([file for file in self.files_at_push if not NETRC.fullmatch(file)], [])
        self.assert_none_is_kept(result)

    def assert_none_is_kept(self, result: Result) -> None:
        self.assertEqual(self.files_there(), set())
        self.assertEqual(SECRETS.in_files(self.machine.exec) - self.own_files(), set())
        said = result.stdout + result.stderr
        in_json = b"".join(base64.b64decode(data) for data in re.findall(r'"data":"([^"]+)"', said))
        self.assertEqual(bool(in_json), "--progress=rawjson" in result.argv)
        logs = "".join(log.read_text(errors="replace") for log in self.logs())
        self.assertEqual(SECRETS.in_text(said + in_json.decode(errors="replace") + logs), set())

    def assert_nobody_else_has_them(self) -> None:
        for progress in ("plain", "rawjson"):
            with self.subTest(progress):
                running = self.begin(f"--progress={progress}")
                try:
                    self.assert_build_hides_them(running)
                finally:
                    running.kill()


class Here(BuildWithCaches):
    """By a daemon. Its client is started as the user would start it: what it is called by may be what its hooks want."""

    callers = ("docker", "docker-nixbuild", "nix", "nix-store")

    @classmethod
    def setUpClass(cls):
        skip_unless_lane_of_lab_tests()
        super().setUpClass()

    def setUp(self):
        super().setUp()
        daemon = self.machine.spawn(["nix-daemon"])
        self.addCleanup(lambda: (daemon.send(signal.SIGTERM), daemon.wait()))

    def command(self) -> list[str]:
        return ["docker", "-D", "nixbuild"]

    def variables(self) -> dict[str, str]:
        return {"NIX_REMOTE": "daemon"}

    def assert_none_in_processes_there(self, found: list[str]) -> None:
        self.assert_only_callers_have_them(found)

    def test_nobody_else_has_them(self):
        self.assert_nobody_else_has_them()


class BySsh(RemoteTest, BuildWithCaches):
    def setUp(self):
        super().setUp()
        self.builds_on = self.server

    def command(self) -> list[str]:
        return ["docker", "-D", "-H", self.ssh.url, "nixbuild"]

    def logs(self) -> list[Path]:
        return [self.engine.log, self.far_engine.log, self.ssh.log]

    def test_nobody_else_has_them(self):
        self.assert_nobody_else_has_them()


class InContainer(ContainerTest, BuildWithCaches):
    """With the network of its machine, where the caches are."""

    def setUp(self):
        super().setUp()
        self.builds_on = self.server
        options = ["--driver-opt", f"image={builder_image.NAME}", "--driver-opt", "network=host"]
        self.far_docker("nixbuild", "builder", "create", f"--name={OWN_BUILDER}", "--bootstrap", *options).check()
        self.addCleanup(lambda: self.far_docker("nixbuild", "builder", "rm", "--force", OWN_BUILDER).check())

    def command(self) -> list[str]:
        return ["docker", "-D", "--context", CONTEXT, "nixbuild", f"--builder={OWN_BUILDER}"]

    def run_there(self, argv: list[str], stdin: bytes = b"") -> Result:
        return self.far_docker("exec", "--interactive", OWN_CONTAINER, *argv, stdin=stdin)

    def logs(self) -> list[Path]:
        return [self.engine.log, self.far_engine.log]

    def assert_none_is_kept(self, result: Result) -> None:
        super().assert_none_is_kept(result)
        self.assertEqual(SECRETS.in_files(self.server.exec), set())
        told = json.dumps([self.container(OWN_CONTAINER), self.volume(OWN_CONTAINER), self.far_engine.api.images()])
        self.assertIn("NIX_CONFIG=", told)
        self.assertEqual(SECRETS.in_text(told), set())

    def test_nobody_else_has_them(self):
        self.assert_nobody_else_has_them()


class Search(PluginTest):
    def test_it_finds_them(self):
        """Else all of the above says nothing."""
        skip_unless_lane_of_lab_tests()
        held = self.machine.spawn(["sleep", "1000"], env={"PASSWORD": TO_PUSH})
        self.addCleanup(held.kill)
        told = self.machine.spawn(["sh", "-c", "sleep 1000 & wait", "sh", IN_NETRC])
        self.addCleanup(told.kill)
        wait_until(lambda: SECRETS.in_processes(self.machine) == ["netrc in cmdline of sh", "push in environ of sleep"],
                   "both are found")
        self.replace("/var/known-to-a-test", f"so {IN_ADDRESS} is")
        self.assertEqual(SECRETS.in_files(self.machine.exec, "/var"), {"/var/known-to-a-test"})


class Doctor(PluginTest):
    """It looks at command lines, settings and logs where there are some, and says so without them."""

    def test_it_tells_none(self):
        skip_unless_lane_of_lab_tests()
        with_login = f"http://{USER}:{IN_ADDRESS}@127.0.0.1:9"
        netrc = "/root/netrc-of-a-test"
        self.replace(netrc, f"machine 127.0.0.1 login {USER} password {IN_NETRC}\n")
        self.replace("/root/.netrc", f"machine mine.cachix.org password {TO_PUSH}\n")
        log = (
            f"+ CACHIX_AUTH_TOKEN={CACHIX_TOKEN} nix build --rebuild\n"
            f"warning: ignoring untrusted substituter '{with_login}', you are not a trusted user.\n"
            f"error: unable to download '{with_login}/nix-cache-info': HTTP error 401\n"
        )
        careless = self.machine.spawn(["sh", "-c", "sleep 1000 & wait", f"CACHIX_AUTH_TOKEN={CACHIX_TOKEN}"])
        self.addCleanup(careless.kill)
        variables = {
            "NIX_CONFIG": f"netrc-file = {netrc}\nsubstituters = {with_login}/a http://127.0.0.1:9/b\n"
            f"access-tokens = example.org={OF_REGISTRY}\n",
            "CACHIX_AUTH_TOKEN": CACHIX_TOKEN,
            "CACHIX_NAME": NAME,
            "NIXBUILD_CACHE_FROM": with_login,
            "NIXBUILD_CACHE_TO": with_login,
        }
        for words in ([], ["--format=json"]):
            with self.subTest(words):
                told = self.docker("-D", "nixbuild", "doctor", "--log=-", *words, stdin=log.encode(), env=variables)
                self.assertIn("has a token of Cachix in its arguments", told.stdout)
                for seen in ("untrusted substituter", "unable to download", "--rebuild"):
                    self.assertIn(seen, told.stdout)
                self.assertEqual(SECRETS.in_text(told.stdout + told.stderr), set())

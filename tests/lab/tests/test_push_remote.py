"""Pushes of what another machine builds: it neither reaches the registry nor learns who we are to it."""

from nixlab.lanes import LANES
from nixlab.pushing import PushTest, login
from nixlab.registry import PASSWORD, USER
from nixlab.registry_faults import Hold
from nixlab.registry_proxy import RegistryProxy
from nixlab.remote import RemoteTest

SECRETS = (PASSWORD, login(USER, PASSWORD)["auth"])


class PushRemote(RemoteTest, PushTest):
    suite = LANES["sid-containerd"].suite

    def setUp(self):
        super().setUp()
        self.change_image(f"Hello from {self.id()}")
        self.registry = self.open_registry(passwords=True)

    def begin_push(self, address: str, *words: str):
        self.name = f"{address}/team/app:1"
        environment = self.docker_config({"auths": {address: login(USER, PASSWORD)}})
        command = ["docker", "-H", self.ssh.url, "nixbuild", "--push", "-t", self.name, *words]
        return self.machine.spawn(command, cwd=self.work, env=environment)

    def push_from_there(self, *words: str):
        return self.begin_push(self.registry.name, *words).wait()

    def digest(self) -> str:
        return self.registry.tags("team/app")["1"]

    def greetings(self, machine) -> set[str]:
        """Store paths of the file that this test has changed."""
        found = machine.exec(["grep", "-rls", self.id(), "/nix/store"])
        return {path for path in found.stdout.split() if path.endswith("share/greeting")}

    def secrets_there(self) -> list[str]:
        """Processes and files of the far machine that have one."""
        patterns = self.server.path("/root/patterns-of-a-test")
        patterns.write_text("\n".join(SECRETS))
        # Not /proc/self, and no pattern on a command line.
        find = (
            "grep -lzsF -f patterns-of-a-test /proc/[0-9]*/cmdline /proc/[0-9]*/environ; "
            "grep -rlsF -f patterns-of-a-test --exclude=patterns-of-a-test /root /tmp /run /var/tmp /etc"
        )
        found = self.server.exec(["sh", "-c", find]).stdout.split()
        patterns.unlink()
        return found

    def test_it_is_built_there_and_pushed_from_here(self):
        pushed = self.push_from_there(".#streamImage").check()
        self.assertEqual(pushed.stdout, f"Pushed {self.name}@{self.digest()}\n")
        self.assertNotEqual(self.greetings(self.server), set())
        self.assertEqual(self.greetings(self.machine), set())
        self.assertEqual(self.far_engine.api.images(), [])
        self.assertEqual(self.engine.api.images(), [])
        reached = self.server.exec(["curl", "--silent", f"http://{self.registry.name}/v2/"])
        self.assertNotEqual(reached.returncode, 0, "the far machine reaches the registry by itself")

    def test_it_is_the_image_that_is_pushed_from_here(self):
        self.push_from_there(".#streamImage").check()
        there = self.digest()
        environment = self.docker_config({"auths": {self.registry.name: login(USER, PASSWORD)}})
        self.push(self.name, env=environment).check()
        self.assertEqual(self.digest(), there)

    def test_it_is_loaded_there_too(self):
        self.push_from_there("--load", ".#streamImage").check()
        self.assertEqual(self.far_engine.api.tags(), {self.name})
        self.assertEqual(self.engine.api.images(), [])
        ran = self.docker("-H", self.ssh.url, "run", "--rm", "--network=none", self.name).check()
        self.assertIn(self.id(), ran.stdout)
        self.assertEqual(set(self.registry.tags("team/app")), {"1"})

    def test_several_platforms(self):
        self.skip_without_cross_images()
        self.push_from_there("--platform=linux/amd64,linux/arm64", ".#crossImage").check()
        manifests = self.registry.manifest(self.digest())["manifests"]
        self.assertEqual([manifest["platform"]["architecture"] for manifest in manifests], ["amd64", "arm64"])

    def test_the_second_push_sends_nothing(self):
        self.push_from_there(".#streamImage").check()
        with RegistryProxy(self.registry) as proxy:
            self.begin_push(proxy.address, ".#streamImage").wait().check()
            self.assertEqual([text for text in proxy.told() if text.startswith(("PUT", "PATCH", "POST"))], [])
            self.assertLessEqual(len(proxy.told()), 5)

    def test_secrets_stay_here(self):
        known = self.server.path("/tmp/known-to-a-test")
        known.write_text(PASSWORD)
        self.assertEqual(self.secrets_there(), ["/tmp/known-to-a-test"])
        known.unlink()
        for pattern in ("PUT .*/blobs/", "PUT .*/manifests/1$"):
            held = Hold(pattern)
            with self.subTest(pattern), RegistryProxy(self.registry, held) as proxy:
                self.change_image(f"Hello from {self.id()} {pattern[-5:-1]}")
                running = self.begin_push(proxy.address, ".#streamImage")
                held.wait_for_request()
                self.assertIn("docker-nixbuild/agent-", self.processes())
                self.assertEqual(self.secrets_there(), [])
                held.release()
                result = running.wait().check()
                for secret in SECRETS:
                    self.assertNotIn(secret, result.stderr)
        self.assertEqual(self.secrets_there(), [])

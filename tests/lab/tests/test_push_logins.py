"""Who may push: certificates, passwords and tokens, and where secrets are not."""

import json
import math

from nixlab.certificates import Authority
from nixlab.http_server import Answer
from nixlab.process import Result
from nixlab.pushing import PushTest, login
from nixlab.registry import PASSWORD, USER, Registry
from nixlab.registry_faults import CutBefore, Hold, Refuse
from nixlab.registry_proxy import RegistryProxy
from nixlab.token_server import TokenServer

WRONG = "not-the-password-of-a-test"
IDENTITY_TOKEN = "identity-token-of-a-test"


class LoginTest(PushTest):
    same_for_all_image_stores = True

    def assert_pushed(self, registry: Registry, pushed: Result, repository: str = "team/app", tag: str = "1") -> None:
        pushed.check()
        self.assertEqual(pushed.stdout, f"Pushed {self.name}@{registry.tags(repository)[tag]}\n")

    def assert_unseen(self, secret: str, result: Result) -> None:
        self.assertNotIn(secret, result.stdout)
        self.assertNotIn(secret, result.stderr)
        written = self.machine.exec(["grep", "-rl", secret, "/root/.cache", "/root/.local"])
        self.assertEqual(written.stdout, "")
        self.assertEqual(self.new_temporary_files(), set())


class Certificates(LoginTest):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.machine, self.new_work_folder())
        self.registry = self.open_registry(authority=self.authority)
        self.name = f"{self.registry.name}/team/app:1"

    def test_own_authority(self):
        self.assert_pushed(self.registry, self.push(self.name, "--registry-ca", self.authority.file))
        shown = self.nixbuild("imagetools", "inspect", "--registry-ca", self.authority.file, self.name).check()
        self.assertIn(self.registry.tags("team/app")["1"], shown.stdout)

    def test_unknown_authority(self):
        failed = self.push(self.name)
        self.assert_fails(failed, self.registry.name, "certificate", "--registry-ca", "--insecure")
        self.assertEqual(self.registry.tags("team/app"), {})

    def test_another_authority(self):
        other = Authority(self.machine, self.new_work_folder(), "other")
        self.assert_fails(self.push(self.name, "--registry-ca", other.file), self.registry.name, "certificate")
        self.assertEqual(self.registry.tags("team/app"), {})

    def test_certificate_of_another_name(self):
        name = f"localhost:{self.registry.port}/team/app:1"
        self.assert_fails(self.push(name, "--registry-ca", self.authority.file), "localhost", "certificate")
        self.assertEqual(self.registry.tags("team/app"), {})

    def test_insecure(self):
        self.assert_pushed(self.registry, self.push(self.name, "--insecure"))


class Passwords(LoginTest):
    def setUp(self):
        super().setUp()
        self.registry = self.open_registry(passwords=True)
        self.name = f"{self.registry.name}/team/app:1"

    def auths(self, password: str = PASSWORD) -> dict:
        return {"auths": {self.registry.name: login(USER, password)}}

    def helper(self, script: str) -> dict[str, str]:
        """The environment of a docker with that credential helper, and a PATH where it is."""
        folder = self.new_work_folder()
        program = self.outside(f"{folder}/docker-credential-lab")
        program.write_text(f"#!/bin/sh\necho \"$@\" >> {folder}/argv\ncat >> {folder}/stdin\n{script}\n")
        program.chmod(0o755)
        self.helpers_folder = folder
        config = self.docker_config({"credHelpers": {self.registry.name: "lab"}})
        return {**config, "PATH": f"{folder}:/usr/bin:/usr/sbin"}

    def test_of_the_environment(self):
        pushed = self.push(self.name, env={"DOCKER_AUTH_CONFIG": json.dumps(self.auths())})
        self.assert_pushed(self.registry, pushed)
        self.assert_unseen(PASSWORD, pushed)

    def test_of_the_configuration(self):
        pushed = self.push(self.name, env=self.docker_config(self.auths()))
        self.assert_pushed(self.registry, pushed)
        self.assert_unseen(PASSWORD, pushed)

    def test_of_docker_login(self):
        environment = self.docker_config({})
        words = ["login", "--username", USER, "--password-stdin", self.registry.name]
        self.docker(*words, env=environment, stdin=PASSWORD.encode()).check()
        self.assert_pushed(self.registry, self.push(self.name, env=environment))

    def test_of_a_helper(self):
        answer = json.dumps({"ServerURL": self.registry.name, "Username": USER, "Secret": PASSWORD})
        pushed = self.push(self.name, env=self.helper(f"echo '{answer}'"))
        self.assert_pushed(self.registry, pushed)
        self.assert_unseen(PASSWORD, pushed)
        self.assertEqual(self.outside(f"{self.helpers_folder}/argv").read_text(), "get\n")
        self.assertEqual(self.outside(f"{self.helpers_folder}/stdin").read_text(), self.registry.name)

    def test_engine_that_pushes_is_told(self):
        pushed = self.push(self.name, "--load", "--push-from", "engine", env=self.docker_config(self.auths()))
        pushed.check()
        self.assertEqual(set(self.registry.tags("team/app")), {"1"})
        self.assertEqual(self.engine.api.tags(), {self.name})
        self.assert_unseen(PASSWORD, pushed)
        self.change_image("Hello from nobody")
        before = self.registry.tags("team/app")
        wrong = self.docker_config(self.auths(WRONG))
        failed = self.push(self.name, "--load", "--push-from", "engine", env=wrong)
        self.assert_fails(failed, self.registry.name)
        self.assertNotIn(WRONG, failed.stderr)
        self.assertEqual(self.registry.tags("team/app"), before)

    def test_helper_that_fails(self):
        failed = self.push(self.name, env=self.helper("echo the keychain is locked >&2; exit 1"))
        self.assert_fails(failed, self.registry.name, "docker-credential-lab", "the keychain is locked")
        self.assertEqual(self.registry.tags("team/app"), {})

    def test_helper_that_is_not_installed(self):
        config = self.docker_config({"credsStore": "nowhere"})
        self.assert_fails(self.push(self.name, env=config), self.registry.name, "docker-credential-nowhere")

    def test_wrong(self):
        failed = self.push(self.name, env=self.docker_config(self.auths(WRONG)))
        self.assert_fails(failed, self.registry.name, "does not accept the login", f"docker login {self.registry.name}")
        self.assert_unseen(WRONG, failed)
        self.assertEqual(self.registry.tags("team/app"), {})

    def test_none(self):
        failed = self.push(self.name, env=self.docker_config({}))
        self.assert_fails(failed, f"{self.registry.name} wants a login", f"docker login {self.registry.name}")

    def test_no_command_line_has_it(self):
        held = Hold("PUT .*/manifests/1$")
        with RegistryProxy(self.registry, held) as proxy:
            auths = {"auths": {proxy.address: login(USER, PASSWORD)}}
            running = self.machine.spawn(
                ["docker", "nixbuild", "--push", "-t", f"{proxy.address}/team/app:1", ".#streamImage"],
                cwd=self.work,
                env=self.docker_config(auths),
            )
            held.wait_for_request()
            command_lines = self.machine.exec(["ps", "-e", "-o", "args="]).check().stdout
            secrets = (PASSWORD, auths["auths"][proxy.address]["auth"])
            patterns = [f"-e{text}" for text in secrets]
            holders = self.machine.exec(["grep", "-rlzs", *patterns, "/tmp", "/root/.cache"])
            held.release()
            running.wait().check()
        self.assertIn("docker-nixbuild", command_lines)
        for secret in secrets:
            self.assertNotIn(secret, command_lines)
        # Docker's own configuration (other tests' too), and nothing of ours.
        self.assertEqual({file.rsplit("/", 1)[1] for file in holders.stdout.split()}, {"config.json"})


class Tokens(LoginTest):
    def start(self, **options) -> None:
        self.tokens = self.enterContext(TokenServer(self.machine, user=USER, password=PASSWORD, **options))
        self.registry = self.open_registry(tokens=self.tokens)
        self.name = f"{self.registry.name}/team/app:1"

    def config(self, entry: dict | None = None) -> dict[str, str]:
        return self.docker_config({"auths": {self.registry.name: entry or login(USER, PASSWORD)}})

    def test_one_token_for_reading_and_writing(self):
        self.start()
        pushed = self.push(self.name, env=self.config())
        self.assert_pushed(self.registry, pushed)
        self.assert_unseen(PASSWORD, pushed)
        self.assertEqual(self.tokens.scopes(), ["repository:team/app:pull,push"])
        self.assertEqual(len(self.tokens.told()), 1)

    def test_token_that_expires_meanwhile_is_asked_for_anew(self):
        self.start()
        expired = Refuse(self.tokens.challenge(), "PUT .*/manifests/")
        with RegistryProxy(self.registry, expired) as proxy:
            self.name = f"{proxy.address}/team/app:1"
            config = self.docker_config({"auths": {proxy.address: login(USER, PASSWORD)}})
            self.assert_pushed(self.registry, self.push(self.name, env=config))
        self.assertEqual(expired.happened, 1)
        self.assertEqual(len(self.tokens.told()), 2)

    def test_tokens_that_are_never_valid(self):
        self.start(expired=1000)
        failed = self.push(self.name, env=self.config())
        self.assert_fails(failed, self.registry.name, "docker login")
        self.assertEqual(self.registry.tags("team/app"), {})
        self.assertLess(len(self.tokens.told()), 10)

    def test_identity_token(self):
        self.start(identity_token=IDENTITY_TOKEN)
        pushed = self.push(self.name, env=self.config({"identitytoken": IDENTITY_TOKEN}))
        self.assert_pushed(self.registry, pushed)
        self.assert_unseen(IDENTITY_TOKEN, pushed)
        self.assertEqual([request.method for request in self.tokens.requests], ["POST"])

    def test_token_server_that_fails_once(self):
        for number, fault in enumerate((Refuse(Answer(503)), Refuse(Answer(429, {"Retry-After": "0"})), CutBefore())):
            with self.subTest(number), TokenServer(self.machine, user=USER, password=PASSWORD, fault=fault) as tokens:
                with Registry(self.machine, tokens=tokens) as self.registry:
                    self.name = f"{self.registry.name}/team/app:1"
                    self.assert_pushed(self.registry, self.push(self.name, env=self.config()))
                self.assertEqual(fault.happened, 1)

    def test_token_server_that_is_not_one(self):
        for body in (b"", b"<html>Please log in</html>", b"[]", b'{"token": 7}'):
            fault = Refuse(Answer(200, {}, body), times=math.inf)
            with self.subTest(body), TokenServer(self.machine, user=USER, password=PASSWORD, fault=fault) as tokens:
                with Registry(self.machine, tokens=tokens) as self.registry:
                    self.name = f"{self.registry.name}/team/app:1"
                    failed = self.push(self.name, env=self.config())
                    self.assert_fails(failed, self.registry.name, "answered without a token")
                    self.assertEqual(self.registry.tags("team/app"), {})

    def test_wrong_password(self):
        self.start()
        failed = self.push(self.name, env=self.config(login(USER, WRONG)))
        self.assert_fails(failed, self.registry.name, "does not accept the login", "docker login")
        self.assert_unseen(WRONG, failed)
        self.assertEqual(self.registry.tags("team/app"), {})

    def test_who_may_only_read(self):
        self.start(actions=("pull",))
        failed = self.push(self.name, env=self.config())
        self.assert_fails(failed, self.registry.name, "docker login")
        self.assertEqual(self.registry.tags("team/app"), {})
        shown = self.nixbuild("imagetools", "inspect", self.name, env=self.config())
        self.assert_fails(shown, self.name)
        self.assertNotIn("login", shown.stderr)

    def test_who_may_only_read_and_gets_nothing_for_wanting_more(self):
        self.start(actions=("pull",), strict=True)
        shown = self.nixbuild("imagetools", "inspect", self.name, env=self.config())
        self.assert_fails(shown, self.name)
        self.assertNotIn("login", shown.stderr)

    def test_layers_are_mounted_from_another_repository(self):
        self.start()
        config = self.config()
        self.push(self.name, env=config).check()
        second = f"{self.registry.name}/team/other:1"
        pushed = self.push(second, env=config).check()
        digest = self.registry.tags("team/other")["1"]
        self.assertEqual(pushed.stdout, f"Pushed {second}@{digest}\n")
        self.assertIn("repository:team/app:pull", self.tokens.scopes())
        layers = {layer["digest"] for layer in self.registry.manifest(digest)["layers"]}
        self.assertLessEqual(layers, self.registry.blobs("team/other"))

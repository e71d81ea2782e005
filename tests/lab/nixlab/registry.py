"""Debian's docker-registry in a machine: with TLS, a file of passwords, or tokens."""

import json
import shutil
import signal
import unittest
from pathlib import Path

from .certificates import Authority
from .machine import Machine
from .process import Process, Result
from .token_server import TokenServer

PROGRAM = "/usr/bin/docker-registry"
# Only names of this machine itself are spoken to without TLS unasked; this one is not one of them.
OTHER_NAME = "registry.lab"
USER, PASSWORD = "somebody", "password-of-a-test"
# What `htpasswd -nbB` makes of them, with few rounds.
HTPASSWD = f"{USER}:$2b$04$PE0WjziwHyqAJ3jIIgzBm.QfzMEY26Ots5R83Sb4qQma4oi78aLAO\n"


def skip_without_registry(machine: Machine) -> None:
    if not machine.path(PROGRAM).exists():
        raise unittest.SkipTest("this suite's machine has no docker-registry")


class Registry:
    """A context manager. Begins empty; `name` is what references begin with."""

    def __init__(
        self,
        machine: Machine,
        *,
        port: int = 5000,
        authority: Authority | None = None,
        passwords: bool = False,
        tokens: TokenServer | None = None,
    ):
        self.machine = machine
        self.port = port
        self.name = f"{OTHER_NAME if authority else 'localhost'}:{port}"
        self._authority = authority
        self._passwords = passwords
        self._tokens = tokens
        self._process: Process | None = None

    def __enter__(self) -> "Registry":
        self._folder = self.machine.new_folder("registry-of-a-test-", within="/opt")
        self._write("config.yml", json.dumps(self._configuration()))
        self._process = self.machine.spawn(["docker-registry", "serve", f"{self._folder}/config.yml"])
        self._process.wait_for_output("listening on")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send(signal.SIGTERM)
        self._process.wait()
        shutil.rmtree(self.machine.path(self._folder))

    def log(self) -> Result:
        return self._process.so_far()

    def requests(self) -> int:
        """How many have been answered."""
        return self.log().stderr.count("response completed")

    # What it keeps, seen without asking it: no login, no request.

    def tags(self, repository: str) -> dict[str, str]:
        """The digest that each tag points at."""
        folder = self._of_repository(repository) / "_manifests/tags"
        return {tag.name: (tag / "current/link").read_text() for tag in folder.glob("*")}

    def manifest(self, digest: str) -> dict:
        blob = self._storage() / "blobs" / self._hashed(digest) / "data"
        return json.loads(blob.read_text())

    def blobs(self, repository: str) -> set[str]:
        """Digests of the layers and configs that the repository has."""
        folder = self._of_repository(repository) / "_layers/sha256"
        return {f"sha256:{blob.name}" for blob in folder.glob("*") if (blob / "link").exists()}

    def lose_blob(self, repository: str, digest: str) -> None:
        """What cleaning up by others may do."""
        shutil.rmtree(self._of_repository(repository) / "_layers" / digest.replace(":", "/"))

    def forget(self) -> None:
        """All that it was given; for each request it looks at its files anew."""
        shutil.rmtree(self.machine.path(f"{self._folder}/storage"), ignore_errors=True)

    def _storage(self) -> Path:
        return self.machine.path(f"{self._folder}/storage/docker/registry/v2")

    def _of_repository(self, repository: str) -> Path:
        return self._storage() / "repositories" / repository

    def _hashed(self, digest: str) -> str:
        algorithm, _, text = digest.partition(":")
        return f"{algorithm}/{text[:2]}/{text}"

    def _write(self, file: str, text: str) -> str:
        self.machine.path(f"{self._folder}/{file}").write_text(text)
        return f"{self._folder}/{file}"

    def _configuration(self) -> dict:
        configuration = {
            "version": "0.1",
            "storage": {"filesystem": {"rootdirectory": f"{self._folder}/storage"}},
            "http": {"addr": f"127.0.0.1:{self.port}"},
        }
        if self._authority:
            self._know_other_name()
            certificate, key = self._authority.certify(self._folder, OTHER_NAME)
            configuration["http"]["tls"] = {"certificate": certificate, "key": key}
        if self._passwords:
            configuration["auth"] = {"htpasswd": {"realm": "lab", "path": self._write("htpasswd", HTPASSWD)}}
        if self._tokens:
            configuration["auth"] = {"token": self._tokens.registry_settings()}
        return configuration

    def _know_other_name(self) -> None:
        hosts = self.machine.path("/etc/hosts")
        if OTHER_NAME not in hosts.read_text():
            hosts.write_text(f"{hosts.read_text()}127.0.0.1 {OTHER_NAME}\n")

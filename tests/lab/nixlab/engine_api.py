"""The Engine API over its unix socket, as far as tests ask the engine itself."""

import http.client
import json
import socket
from pathlib import Path
from urllib.parse import quote


class EngineApi:
    def __init__(self, socket_path: Path):
        self._socket_path = socket_path

    def answers(self) -> bool:
        try:
            return self.request("GET", "/_ping")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def info(self) -> dict:
        return self._json("GET", "/info")

    def version(self) -> dict:
        return self._json("GET", "/version")

    def image(self, reference: str) -> dict | None:
        """What `docker image inspect` shows, or nothing if there is no such image."""
        return self._json_or_none(f"/images/{quote(reference, safe='/:@')}/json")

    def container(self, name: str) -> dict | None:
        return self._json_or_none(f"/containers/{name}/json")

    def volume(self, name: str) -> dict | None:
        return self._json_or_none(f"/volumes/{name}")

    def images(self) -> list[dict]:
        """All images but intermediate ones, dangling ones included."""
        return self._json("GET", "/images/json")

    def tags(self) -> set[str]:
        """As users write them; Podman tells them in full."""
        tags = (tag for image in self.images() for tag in image["RepoTags"] or [] if tag != "<none>:<none>")
        return {tag.removeprefix("docker.io/").removeprefix("library/") for tag in tags}

    def remove_everything(self) -> None:
        """All containers and images, so that the next test starts from nothing."""
        for container in self._json("GET", "/containers/json?all=1"):
            self.request("DELETE", f"/containers/{container['Id']}?force=1&v=1")
        for image in self.images():
            self.request("DELETE", f"/images/{image['Id']}?force=1")

    def request(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        connection = _UnixConnection(self._socket_path)
        try:
            connection.request(method, path, body=body, headers={"Host": "docker"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _json_or_none(self, path: str) -> dict | None:
        status, body = self.request("GET", path)
        return json.loads(body) if status == 200 else None

    def _json(self, method: str, path: str):
        status, body = self.request(method, path)
        if status != 200:
            raise AssertionError(f"{method} {path}: {status} {body.decode(errors='replace')}")
        return json.loads(body)


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path):
        super().__init__("docker", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))

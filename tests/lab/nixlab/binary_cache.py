"""Binary caches of Nix in a machine: a folder, and servers before it."""

import base64
import subprocess
from collections.abc import Callable
from pathlib import Path

from .http_server import Answer, HttpServer, Request
from .machine import Machine

USER, PASSWORD = "somebody", "password-of-a-cache"


class CacheServer(HttpServer):
    """Serves a folder of the machine as a binary cache, and takes what is PUT there."""

    def __init__(
        self,
        machine: Machine,
        folder: str,
        *,
        login: bool = False,
        password: str = PASSWORD,
        broken: Answer | None = None,
        on_put: Callable[[], None] = lambda: None,
    ):
        super().__init__(machine)
        self.folder = machine.path(folder)
        self._login = base64.b64encode(f"{USER}:{password}".encode()).decode() if login else None
        self._on_put = on_put
        self._broken = broken
        self.command_lines = ""  # of all processes, while something was fetched

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def nars(self) -> list[str]:
        """Those that were fetched or stored."""
        return [told for told in self.told() if ".nar" in told and not told.endswith(".narinfo")]

    def answer(self, request: Request) -> Answer:
        if self._login and request.headers.get("Authorization") != f"Basic {self._login}":
            return Answer(401, {"WWW-Authenticate": 'Basic realm="cache"'})
        if self._broken:
            return self._broken
        if not self.command_lines:
            self.command_lines = self._machine.exec(["ps", "-e", "-o", "args="]).stdout
        file = self.folder / request.path.lstrip("/")
        if request.method == "PUT":
            self._on_put()
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(request.body)
            return Answer(201)
        return Answer(200, body=file.read_bytes()) if file.is_file() else Answer(404)


def decompressed(data: bytes) -> bytes:
    return subprocess.run(["zstd", "-dc"], input=data, stdout=subprocess.PIPE, check=True).stdout


def store_paths(folder: Path) -> set[str]:
    """What a cache in a folder has."""
    lines = (file.read_text().splitlines()[0] for file in folder.glob("*.narinfo"))
    return {line.removeprefix("StorePath: ") for line in lines}

"""A server that stores what is pushed to it, by Cachix's protocol or as a plain binary cache, and does no more than that."""

import json
import multiprocessing
import os
import re
import shutil
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from nixlab import kernel
from nixlab.machine import Machine

NAME = "bench"
API = f"/api/v1/cache/{NAME}"
PIECE = 1 << 20
INFO = b"StoreDir: /nix/store\n"


class CacheStore:
    """A context manager: a process of its own in the machine's network, with a folder on its disk."""

    def __init__(self, machine: Machine, folder: str):
        self.machine = machine
        self.folder = machine.path(folder)

    def __enter__(self) -> "CacheStore":
        ports = multiprocessing.SimpleQueue()
        self._process = multiprocessing.Process(target=self._serve, args=(ports,), daemon=True)
        self._process.start()
        self.port = ports.get()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def dhall(self) -> str:
        """What the program cachix keeps."""
        return f'{{ authToken = "token", hostname = "{self.url}", binaryCaches = [] : List {{ name : Text, secretKey : Text }} }}\n'

    def forget(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def bytes_stored(self) -> int:
        return sum(file.stat().st_size for file in self.folder.iterdir())

    def _serve(self, ports: multiprocessing.SimpleQueue) -> None:
        kernel.enter_network(self.machine.init_pid)
        handler = type("_OwnHandler", (_Handler,), {"folder": self.folder})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        ports.put(server.server_address[1])
        server.serve_forever()


class _Handler(BaseHTTPRequestHandler):
    folder: Path
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # heads and bodies in one segment

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_GET(self) -> None:
        if self.path == "/nix-cache-info":
            return self.reply(INFO)
        self.reply(b"", 404)

    do_HEAD = do_GET

    def do_PUT(self) -> None:
        name = self.path.strip("/").replace("/", "-")
        left = int(self.headers["Content-Length"])
        piece = memoryview(bytearray(min(left, PIECE)))
        if self.headers.get("Expect") == "100-continue":
            self.wfile.flush()
        with open(self.folder / name, "wb", buffering=0) as file:
            while left:
                count = self.rfile.readinto(piece[: min(left, PIECE)])
                if not count:
                    os.unlink(file.name)
                    return
                file.write(piece[:count])
                left -= count
        self.reply(b"", headers={"ETag": '"etag"'})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.removeprefix(API)
        if path == "/narinfo":
            return self.reply(body)
        if path.startswith("/multipart-nar?"):
            return self.reply(json.dumps({"narId": os.urandom(8).hex(), "uploadId": "upload"}).encode())
        part = re.fullmatch(r"/multipart-nar/(\w+)\?uploadId=\w+&partNumber=(\d+)", path)
        if part:
            return self.reply(json.dumps({"uploadUrl": f"http://{self.headers['Host']}/{part[1]}.{part[2]}"}).encode())
        self.reply(b"")

    def reply(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass

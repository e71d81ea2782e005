"""An engine that only takes bytes: what a client does before and while it sends, without an engine's own work."""

import json
import os
import re
import socket
import threading
import time
from pathlib import Path


class DrainingEngine:
    """Answers what a client asks on the way to a load, and notes when the first byte of a load's body comes."""

    def __init__(self, path: Path):
        self.path = path
        self.first_byte: float | None = None
        self.body_bytes = 0
        self.image_id: str | None = None
        self.has_image = False
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "DrainingEngine":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self.path.unlink()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as reader:
            while line := reader.readline():
                method, target, _ = line.decode().split(" ", 2)
                length = 0
                while (header := reader.readline().strip()) != b"":
                    name, _, value = header.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                if "/images/load" in target:
                    self._take_image(reader, length)
                else:
                    reader.read(length)
                status, body = self._answer(method, target)
                head = f"HTTP/1.1 {status} x\r\nContent-Length: {len(body)}\r\nApi-Version: 1.41\r\n"
                connection.sendall(head.encode() + b"\r\n" + (b"" if method == "HEAD" else body))

    def _take_image(self, reader, length: int) -> None:
        left, tail = length, b""
        while left:
            chunk = reader.read1(min(left, 1 << 20))
            if self.first_byte is None and length >= 1 << 20:
                self.first_byte = time.perf_counter()
            left -= len(chunk)
            tail = (tail + chunk)[-65536:]
        self.body_bytes += length
        self.is_probe = length < 1 << 20
        self.has_image = not self.is_probe
        # The config is named by its digest in manifest.json, the last member.
        self.image_id = "sha256:" + re.findall(rb'"Config":"blobs/sha256/([0-9a-f]{64})"', tail)[-1].decode()
        self.diff_ids = ["sha256:" + d.decode() for d in re.findall(rb'sha256/([0-9a-f]{64})', tail.split(b'"Layers":')[-1])]

    def _answer(self, method: str, target: str) -> tuple[int, bytes]:
        def ok(value) -> tuple[int, bytes]:
            return 200, json.dumps(value).encode()

        if "/_ping" in target:
            return 200, b"OK"
        if target.endswith("/info"):
            return ok({"OSType": "linux", "Architecture": os.uname().machine, "Driver": "overlay2", "DriverStatus": [],
                       "ID": "bench", "Name": "bench", "ServerVersion": "20.10.24"})
        if target.endswith("/version"):
            return ok({"Version": "20.10.24", "ApiVersion": "1.41", "MinAPIVersion": "1.12", "Os": "linux", "Arch": "amd64",
                       "Components": [{"Name": "Engine", "Version": "20.10.24"}]})
        if "/images/load" in target and self.is_probe:
            first = self.diff_ids[0].removeprefix("sha256:")
            return ok({"error": f"open /tmp/docker-import/blobs/sha256/{first}: no such file or directory"})
        if "/images/load" in target:
            return ok({"stream": f"Loaded image ID: {self.image_id}\n"})
        if method == "POST" and target.split("?")[0].endswith("/tag"):
            return 201, b""
        if self.has_image and target.endswith("/json"):
            return ok({"Id": self.image_id, "RepoTags": [], "RootFS": {"Type": "layers", "Layers": self.diff_ids}})
        return 404, json.dumps({"message": f"No such image: {target}"}).encode()

"""A server that speaks Cachix's protocol of multipart pushes (cachix-api, version 1), with one cache."""

import base64
import hashlib
import json
import re
import threading

from .http_server import Answer, HttpServer, Request
from .machine import Machine

NAME, TOKEN = "mine", "token-of-a-test"
API = f"/api/v1/cache/{NAME}"


def as_json(value: object) -> Answer:
    return Answer(200, {"Content-Type": "application/json"}, json.dumps(value).encode())


class CachixServer(HttpServer):
    """What was pushed is in `paths`: the narinfo and the compressed NAR, by hash. Its caches are read elsewhere."""

    def __init__(
        self, machine: Machine, uri: str = "http://localhost:9", key: str = "mine-1:a2V5", token: str = TOKEN
    ):
        super().__init__(machine)
        self._token = token
        self._uri = uri
        self._key = key
        self._uploads: dict[str, dict[int, bytes]] = {}
        self._guard = threading.Lock()
        self.paths: dict[str, tuple[dict, bytes]] = {}
        self.command_lines = ""

    def dhall(self) -> str:
        """What the program cachix keeps."""
        caches = "[] : List { name : Text, secretKey : Text }"
        return f'{{ authToken = "{self._token}", hostname = "http://{self.address}", binaryCaches = {caches} }}\n'

    def answer(self, request: Request) -> Answer:
        if request.path.startswith("/store/"):
            return self._take_part(request)
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            return Answer(401)
        if not request.path.startswith(API):
            return Answer(404)
        return self._of_cache(request, request.path.removeprefix(API))

    def _of_cache(self, request: Request, path: str) -> Answer:
        if not path:
            return as_json({"name": NAME, "uri": self._uri, "isPublic": True, "publicSigningKeys": [self._key]})
        if path == "/narinfo":
            return as_json([one for one in json.loads(request.body) if one not in self.paths])
        if path == "/multipart-nar?compression=zst":
            return self._begin()
        found = re.fullmatch(r"/multipart-nar/(\w+)(/\w+)?\?uploadId=\w+(?:&partNumber=(\d+))?", path)
        if not found:
            return Answer(400)
        nar, action, number = found.groups()
        if number:
            md5 = json.loads(request.body)["contentMD5"].replace("/", "_").replace("+", "-")
            return as_json({"uploadUrl": f"http://{self.address}/store/{nar}/{number}/{md5}"})
        if action == "/complete":
            return self._complete(nar, json.loads(request.body))
        self._uploads.pop(nar, None)
        return Answer(200)

    def _begin(self) -> Answer:
        with self._guard:
            if not self.command_lines:
                self.command_lines = self._machine.exec(["ps", "-e", "-o", "args="]).stdout
            nar = f"nar{len(self._uploads)}"
            self._uploads[nar] = {}
        return as_json({"narId": nar, "uploadId": "upload"})

    def _take_part(self, request: Request) -> Answer:
        _, _, nar, number, md5 = request.path.split("/")
        given = base64.b64encode(hashlib.md5(request.body).digest()).decode()
        if given != request.headers["Content-MD5"] or given.replace("/", "_").replace("+", "-") != md5:
            return Answer(400)
        if "Authorization" in request.headers:
            return Answer(400)
        self._uploads[nar][int(number)] = request.body
        return Answer(200, {"ETag": f'"{hashlib.md5(request.body).hexdigest()}"'})

    def _complete(self, nar: str, message: dict) -> Answer:
        parts = self._uploads[nar]
        told = {part["partNumber"]: part["eTag"] for part in message["parts"]}
        right = {number: f'"{hashlib.md5(data).hexdigest()}"' for number, data in parts.items()}
        data = b"".join(parts[number] for number in sorted(parts))
        info = message["narInfoCreate"]
        if told != right or info["cFileSize"] != len(data) or info["cFileHash"] != hashlib.sha256(data).hexdigest():
            return Answer(400)
        self.paths[info["cStoreHash"]] = (info, data)
        return Answer(200)

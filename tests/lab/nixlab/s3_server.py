"""Objects of one bucket behind the part of S3's protocol that binary caches use, addressed by path."""

import re
import threading

from .http_server import Answer, HttpServer, Request
from .machine import Machine

BUCKET, REGION = "bucket-of-a-test", "eu-test-1"
ACCESS_KEY, SECRET_KEY = "KEYOFATEST", "secret-of-a-test"
ERROR = '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{}</Code></Error>'
SIGNED = re.compile(rf"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/\d{{8}}/{REGION}/s3/aws4_request, *SignedHeaders=\S+, *Signature=[0-9a-f]{{64}}")


def refusal(status: int, code: str) -> Answer:
    return Answer(status, {"Content-Type": "application/xml"}, ERROR.format(code).encode())


class S3Server(HttpServer):
    """What was stored is in `objects`. With `is_private` requests are to be signed by ACCESS_KEY."""

    def __init__(self, machine: Machine, *, is_private: bool = False):
        super().__init__(machine)
        self._is_private = is_private
        self._guard = threading.Lock()
        self.objects: dict[str, bytes] = {}
        self.command_lines = ""  # of all processes, while something was stored

    @property
    def url(self) -> str:
        """As Nix names it; what begins with a letter is a scheme to Nix 2.34."""
        return f"s3://{BUCKET}?endpoint=127.0.0.1:{self.port}&scheme=http&region={REGION}"

    def answer(self, request: Request) -> Answer:
        if self._is_private and not SIGNED.fullmatch(request.headers.get("Authorization", "")):
            return refusal(403, "AccessDenied")
        bucket, _, key = request.path.partition("?")[0].lstrip("/").partition("/")
        if bucket != BUCKET:
            return refusal(404, "NoSuchBucket")
        if request.method == "PUT":
            return self._store(key, request.body)
        found = self.objects.get(key)
        return refusal(404, "NoSuchKey") if found is None else Answer(200, body=found)

    def _store(self, key: str, body: bytes) -> Answer:
        with self._guard:
            if not self.command_lines:
                self.command_lines = self._machine.exec(["ps", "-e", "-o", "args="]).stdout
            self.objects[key] = body
        return Answer(200, {"ETag": '"etag"'})

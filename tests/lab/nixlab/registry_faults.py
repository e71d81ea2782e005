"""What goes wrong between a client and a registry."""

import dataclasses
import json
import re
import threading
from collections.abc import Callable

from .http_server import Answer, Cut, Request
from .waiting import PATIENCE_SECONDS

INDEX_TYPES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")


class Fault:
    """Nothing goes wrong. Servers call it from several threads."""

    def stops_reading(self, request: Request) -> bool:
        """Whether the connection ends in the middle of the body, of which the registry hears nothing."""
        return False

    def before(self, request: Request) -> Answer | None:
        """An answer in the registry's place."""
        return None

    def after(self, request: Request, answer: Answer) -> Answer:
        """What becomes of the registry's answer."""
        return answer


class _Counted(Fault):
    """Happens to requests whose text ("PUT /v2/…") matches: to number `first` of them, and `times` in a row."""

    def __init__(self, pattern: str = "", first: int = 1, times: float = 1):
        self._pattern = re.compile(pattern)
        self._happens = range(first, first + int(times)) if times < float("inf") else None
        self._first = first
        self._seen = 0
        self._lock = threading.Lock()
        self.happened = 0

    def _is_meant(self, request: Request) -> bool:
        if not self._pattern.search(str(request)):
            return False
        with self._lock:
            self._seen += 1
            meant = self._seen >= self._first if self._happens is None else self._seen in self._happens
            self.happened += meant
            return meant


class CutBefore(_Counted):
    """The connection ends before the registry hears of the request."""

    def before(self, request: Request) -> Answer | None:
        if self._is_meant(request):
            raise Cut
        return None


class CutMidway(_Counted):
    """The connection ends while the client is still sending."""

    def stops_reading(self, request: Request) -> bool:
        return self._is_meant(request)


class CutAfter(_Counted):
    """The registry has done what was asked, and its answer is lost."""

    def after(self, request: Request, answer: Answer) -> Answer:
        if self._is_meant(request):
            raise Cut
        return answer


class Refuse(_Counted):
    """Another answer than the registry's, which hears of nothing."""

    def __init__(self, answer: Answer, pattern: str = "", first: int = 1, times: float = 1):
        super().__init__(pattern, first, times)
        self._answer = answer

    def before(self, request: Request) -> Answer | None:
        return self._answer if self._is_meant(request) else None


class OtherDigest(_Counted):
    """The answer names another digest than that of what was sent or asked for."""

    def after(self, request: Request, answer: Answer) -> Answer:
        if not self._is_meant(request):
            return answer
        headers = {name: value for name, value in answer.headers.items() if name.lower() != "docker-content-digest"}
        return dataclasses.replace(answer, headers={**headers, "Docker-Content-Digest": f"sha256:{'0' * 64}"})


class Meanwhile(_Counted):
    """Something happens just before the request reaches the registry."""

    def __init__(self, action: Callable[[], None], pattern: str, times: float = 1):
        super().__init__(pattern, 1, times)
        self._action = action

    def before(self, request: Request) -> Answer | None:
        if self._is_meant(request):
            self._action()
        return None


class Hold(_Counted):
    """The request waits in the proxy until release(), then gets the registry's answer or `answer`."""

    def __init__(self, pattern: str, answer: Answer | None = None):
        super().__init__(pattern)
        self._answer = answer
        self._arrived = threading.Event()
        self._released = threading.Event()

    def before(self, request: Request) -> Answer | None:
        if self._is_meant(request):
            self._arrived.set()
            self._released.wait()
            return self._answer
        return None

    def wait_for_request(self) -> None:
        assert self._arrived.wait(PATIENCE_SECONDS), "the request never came"

    def release(self) -> None:
        self._released.set()


class Slowly(Fault):
    """Every answer comes in many small pieces."""

    def __init__(self):
        self.pieces = 0
        self._lock = threading.Lock()
        self._never = threading.Event()

    def after(self, request: Request, answer: Answer) -> Answer:
        return dataclasses.replace(answer, pause=self._pause)

    def _pause(self) -> None:
        with self._lock:
            self.pieces += 1
        self._never.wait(0.0005)


class NoIndexes(Fault):
    """A registry from before there were images for several platforms."""

    def __init__(self, status: int):
        self._status = status

    def before(self, request: Request) -> Answer | None:
        if request.method != "PUT" or request.headers.get("Content-Type") not in INDEX_TYPES:
            return None
        errors = [{"code": "MANIFEST_INVALID", "message": "manifest invalid"}]
        return Answer(self._status, {"Content-Type": "application/json"}, json.dumps({"errors": errors}).encode())

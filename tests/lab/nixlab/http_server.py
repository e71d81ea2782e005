"""HTTP servers of a test's own, in the network of a machine."""

import dataclasses
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import BinaryIO

from . import kernel
from .machine import Machine
from .sockets import pass_on

TLS_HANDSHAKE = b"\x16"


@dataclass(frozen=True)
class Request:
    method: str
    path: str  # with its query
    headers: HTTPMessage
    body: bytes

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    pause: Callable[[], None] | None = None  # called before each byte
    tunnel_to: int | None = None  # a port of the machine, which gets all that follows


class Cut(Exception):
    """Raised in place of an answer: the connection ends without one."""


class HttpServer:
    """A context manager: a server on the machine's loopback that answers as a subclass says. Speaks no TLS."""

    def __init__(self, machine: Machine):
        self._machine = machine
        self._server: ThreadingHTTPServer | None = None
        self._started = threading.Event()
        self._lock = threading.Lock()
        self.requests: list[Request] = []

    @property
    def port(self) -> int:
        assert self._server is not None, "the server is not running"
        return self._server.server_address[1]

    @property
    def address(self) -> str:
        """As names of images have it; only this machine is spoken to without TLS unasked."""
        return f"localhost:{self.port}"

    def answer(self, request: Request) -> Answer:
        raise NotImplementedError

    def stops_reading(self, request: Request) -> bool:
        """Whether the connection ends in the middle of the request's body, which is still to come."""
        return False

    def told(self) -> list[str]:
        """The requests up to now, as texts."""
        with self._lock:
            return [str(request) for request in self.requests]

    def __enter__(self):
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self._started.wait()
        assert self._server is not None, "the server did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _serve(self) -> None:
        try:
            kernel.enter_network(self._machine.init_pid)
            self._server = _Server(("127.0.0.1", 0), self._handler())
        finally:
            self._started.set()
        self._server.serve_forever(poll_interval=0.02)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        def handle(handler: "_Handler") -> None:
            head = Request(handler.command, handler.path, handler.headers, b"")
            if self.stops_reading(head):
                self._note(head)
                handler.read_half()
                raise Cut
            request = dataclasses.replace(head, body=handler.read_body())
            self._note(request)
            handler.write_answer(request, self.answer(request))

        methods = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT")
        return type("_OwnHandler", (_Handler,), {f"do_{method}": handle for method in methods})

    def _note(self, request: Request) -> None:
        with self._lock:
            self.requests.append(request)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a client may keep its connection for as long as it lives

    def handle_error(self, *_: object) -> None:
        """Clients that go away are nothing to talk about."""


class _ByteByByte:
    def __init__(self, file: BinaryIO, pause: Callable[[], None]):
        self._file = file
        self._pause = pause

    def write(self, data: bytes) -> None:
        for offset in range(len(data)):
            self._pause()
            self._file.write(data[offset : offset + 1])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        # Who begins with TLS waits for an answer before anything that looks like a line.
        if self.rfile.peek(1)[:1] in (TLS_HANDSHAKE, b""):
            self.close_connection = True
            return
        try:
            super().handle_one_request()
        except Cut:
            self.close_connection = True
            # Not before it has arrived what was sent is thrown away at a close with unread bytes.
            self.connection.shutdown(socket.SHUT_RDWR)

    def read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            return b"".join(iter(self._read_chunk, b""))
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def read_half(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0) // 2)

    def write_answer(self, request: Request, answer: Answer) -> None:
        self.send_response(answer.status)
        if answer.tunnel_to is not None:
            self.end_headers()
            self._tunnel(answer.tunnel_to)
            return
        headers = {name.title(): value for name, value in answer.headers.items()}
        if request.method != "HEAD":
            headers["Content-Length"] = str(len(answer.body))
        for name, value in headers.items():
            self.send_header(name, value)
        whole = self.wfile
        self.wfile = _ByteByByte(whole, answer.pause) if answer.pause else whole
        self.end_headers()
        if request.method != "HEAD":
            self.wfile.write(answer.body)
        self.wfile = whole

    def _tunnel(self, port: int) -> None:
        self.close_connection = True
        with socket.create_connection(("127.0.0.1", port)) as target:
            back = threading.Thread(target=pass_on, args=(target, self.connection), daemon=True)
            back.start()
            pass_on(self.connection, target)
            back.join()

    def _read_chunk(self) -> bytes:
        size = int(self.rfile.readline().split(b";")[0], 16)
        chunk = self.rfile.read(size)
        self.rfile.readline()
        return chunk

    def log_message(self, *_: object) -> None:
        pass

"""A proxy in front of a real engine that counts what it is sent."""

import re
import socket
import threading

from .engine import Engine
from .engine_relay import EngineRelay
from .machine import Machine

REQUEST = re.compile(rb"((?:GET|HEAD|POST|PUT|DELETE) /\S+) HTTP/1\.1\r\n")


class CountingEngine(EngineRelay):
    def __init__(self, machine: Machine, engine: Engine):
        super().__init__(machine, engine)
        self.sent_bytes = 0
        self.requests: list[str] = []
        self._lock = threading.Lock()

    def passes(self, piece: bytes, client: socket.socket, engine: socket.socket) -> bool:
        with self._lock:
            self.sent_bytes += len(piece)
            self.requests += [found.decode() for found in REQUEST.findall(piece)]
        return True

    @property
    def loads(self) -> int:
        return sum("/images/load" in request for request in self.requests)

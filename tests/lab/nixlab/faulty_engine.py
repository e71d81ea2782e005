"""A proxy in front of a real engine that fails in the middle of a load."""

import socket
import threading
from collections import Counter

from .engine import Engine
from .engine_relay import EngineRelay
from .machine import Machine
from .sockets import close

CUT = "cut"  # close the connection
STALL = "stall"  # read no further, but keep the connection


class FaultyEngine(EngineRelay):
    """Everything but loads is passed on as it is; each connection's load fails after so many bytes."""

    def __init__(self, machine: Machine, engine: Engine, fault: str, after_bytes: int):
        super().__init__(machine, engine)
        self.fault_happened = threading.Event()
        self._fault = fault
        self._after_bytes = after_bytes
        self._passed_of_load: Counter[socket.socket] = Counter()

    def passes(self, piece: bytes, client: socket.socket, engine: socket.socket) -> bool:
        if client in self._passed_of_load or b"/images/load" in piece:
            self._passed_of_load[client] += len(piece)
        if self._passed_of_load[client] <= self._after_bytes:
            return True
        self.fault_happened.set()
        if self._fault == CUT:
            close(client)
            close(engine)
        return False

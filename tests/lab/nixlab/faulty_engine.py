"""A proxy in front of a real engine that fails in the middle of a load."""

import os
import socket
import threading

from .engine import Engine
from .machine import Machine

CUT = "cut"  # close the connection
STALL = "stall"  # read no further, but keep the connection


class FaultyEngine:
    """A context manager listening on a socket inside the machine. Everything but loads is passed on as it is."""

    def __init__(self, machine: Machine, engine: Engine, fault: str, after_bytes: int):
        self.host = f"unix:///run/faulty-{engine.name}.sock"
        self.fault_happened = threading.Event()
        self._path = machine.path(f"/run/faulty-{engine.name}.sock")
        self._engine_path = machine.path(engine.socket)
        self._fault = fault
        self._after_bytes = after_bytes
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> "FaultyEngine":
        self._listener.bind(str(self._path))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for each in [self._listener, *self._sockets]:
            _close(each)
        os.unlink(self._path)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            engine = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            engine.connect(str(self._engine_path))
            self._sockets += [client, engine]
            threading.Thread(target=self._pass_requests, args=(client, engine), daemon=True).start()
            threading.Thread(target=_pass_on, args=(engine, client), daemon=True).start()

    def _pass_requests(self, client: socket.socket, engine: socket.socket) -> None:
        passed_of_load = 0
        loading = False
        while True:
            piece = _receive(client)
            if not piece:
                _half_close(engine)
                return
            loading = loading or b"/images/load" in piece
            if loading:
                passed_of_load += len(piece)
            if passed_of_load > self._after_bytes:
                self.fault_happened.set()
                if self._fault == CUT:
                    _close(client)
                    _close(engine)
                return
            try:
                engine.sendall(piece)
            except OSError:
                return


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    while piece := _receive(source):
        try:
            target.sendall(piece)
        except OSError:
            return
    _half_close(target)


def _receive(source: socket.socket) -> bytes:
    try:
        return source.recv(65536)
    except OSError:
        return b""


def _half_close(target: socket.socket) -> None:
    try:
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def _close(target: socket.socket) -> None:
    try:
        target.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    target.close()

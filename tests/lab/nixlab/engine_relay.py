"""A socket inside a machine that stands in front of a real engine and passes everything on."""

import os
import socket
import threading

from .engine import Engine
from .machine import Machine
from .sockets import close, half_close, pass_on, receive


class EngineRelay:
    """A context manager. A subclass looks at what clients send and may stop it."""

    def __init__(self, machine: Machine, engine: Engine):
        self.host = f"unix:///run/relay-{engine.name}.sock"
        self._path = machine.path(f"/run/relay-{engine.name}.sock")
        self._engine_path = machine.path(engine.socket)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._sockets: list[socket.socket] = []

    def passes(self, piece: bytes, client: socket.socket, engine: socket.socket) -> bool:
        """Called in order for what one client sends; the answer no ends the passing on."""
        raise NotImplementedError

    def __enter__(self):
        self._listener.bind(str(self._path))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for each in [self._listener, *self._sockets]:
            close(each)
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
            threading.Thread(target=pass_on, args=(engine, client), daemon=True).start()

    def _pass_requests(self, client: socket.socket, engine: socket.socket) -> None:
        while piece := receive(client):
            if not self.passes(piece, client, engine):
                return
            try:
                engine.sendall(piece)
            except OSError:
                return
        half_close(engine)

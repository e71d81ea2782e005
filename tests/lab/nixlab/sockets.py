"""Connections whose other end may go away at any time."""

import socket


def pass_on(source: socket.socket, target: socket.socket) -> None:
    """What one says the other hears, until it has said all."""
    while piece := receive(source):
        try:
            target.sendall(piece)
        except OSError:
            return
    half_close(target)


def receive(source: socket.socket) -> bytes:
    try:
        return source.recv(65536)
    except OSError:
        return b""


def half_close(target: socket.socket) -> None:
    try:
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def close(target: socket.socket) -> None:
    try:
        target.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    target.close()

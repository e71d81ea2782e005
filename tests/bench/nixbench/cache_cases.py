"""Questions to a binary cache on this machine, which has its answers ready."""

import multiprocessing
import os
import selectors
import socket
import tempfile

from .measure import peak_rss_kib, repeat, run_once
from .result import Result
from .settings import Settings

DIGITS = "0123456789abcdfghijklmnpqrsvwxyz"
PATHS = 1000


def check_1000_paths(settings: Settings) -> Result:
    """`cache check` of a path with 999 others in its closure, which only the cache tells."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener, tempfile.TemporaryDirectory() as home:
        cache = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = multiprocessing.Process(target=_serve, args=(listener,), daemon=True)
        server.start()
        argv = [str(settings.plugin), "cache", "check", "--cache-from", cache, f"/nix/store/{_name(0)}"]
        env = dict(os.environ, HOME=home, PATH=home)  # without Nix
        ours = repeat(1 if settings.quick else 5, lambda: run_once(argv, env))
        rss = peak_rss_kib(argv, env)
        server.terminate()
        server.join()
    return Result(ours=ours, rss_kib=rss, goal_seconds=1.0)


CASES = {"cache_check_1000_paths": check_1000_paths}


def _name(number: int) -> str:
    digits = (DIGITS[number >> shift & 31] for shift in (10, 5, 0))
    return f"{''.join(digits):0>32}-path{number}"


def _answers() -> dict[str, bytes]:
    files = {"/nix-cache-info": "StoreDir: /nix/store\n"}
    closure = " ".join(_name(number) for number in range(1, PATHS))
    for number in range(PATHS):
        name = _name(number)
        files[f"/{name[:32]}.narinfo"] = (
            f"StorePath: /nix/store/{name}\nURL: nar/{number}.nar\nCompression: none\nFileSize: 100\nNarSize: 100\n"
            f"References: {'' if number else closure}\n"
        )
    head = "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n"
    return {path: (head.format(len(text)) + text).encode() for path, text in files.items()}


def _serve(listener: socket.socket) -> None:
    answers = _answers()
    ready = selectors.DefaultSelector()
    ready.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in ready.select():
            if key.fileobj is listener:
                connection = listener.accept()[0]
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                ready.register(connection, selectors.EVENT_READ)
                continue
            request = key.fileobj.recv(65536)  # one at a time, and small
            if not request:
                ready.unregister(key.fileobj)
                key.fileobj.close()
                continue
            missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
            key.fileobj.sendall(answers.get(request.split(b" ", 2)[1].decode(), missing))

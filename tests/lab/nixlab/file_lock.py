"""Exclusive locks on files, released by the kernel when their holder dies."""

import fcntl
import os
from pathlib import Path


class FileLock:
    """Held from entering to leaving. The descriptor may be handed to a child, which then holds it too."""

    def __init__(self, path: Path):
        self._path = path
        self._descriptor: int | None = None

    @property
    def descriptor(self) -> int:
        assert self._descriptor is not None, "the lock is not held"
        return self._descriptor

    def acquire(self) -> None:
        self._open()
        fcntl.flock(self.descriptor, fcntl.LOCK_EX)

    def try_acquire(self) -> bool:
        self._open()
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            return False
        return True

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> "FileLock":
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _open(self) -> None:
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

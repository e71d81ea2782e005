"""The system calls that Python 3.11 has no functions for."""

import ctypes
import os
import platform

MS_RDONLY = 0x1
MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_REMOUNT = 0x20
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
MNT_DETACH = 0x2
CLONE_NEWNS = 0x20000
CLONE_NEWNET = 0x40000000

PIVOT_ROOT_NUMBERS = {"x86_64": 155, "aarch64": 41}

_libc = ctypes.CDLL(None, use_errno=True)


def mount(source: str, target: str, kind: str | None = None, flags: int = 0, data: str | None = None) -> None:
    arguments = [_text(source), _text(target), _text(kind), ctypes.c_ulong(flags), _text(data)]
    _check(_libc.mount(*arguments), f"mount {source} on {target}")


def unmount_lazily(target: str) -> None:
    _check(_libc.umount2(_text(target), MNT_DETACH), f"unmount {target}")


def pivot_root(new_root: str, put_old: str) -> None:
    number = PIVOT_ROOT_NUMBERS[platform.machine()]
    _check(_libc.syscall(number, _text(new_root), _text(put_old)), f"pivot_root to {new_root}")


def leave_chroot() -> None:
    """Makes the root of the mount namespace this process's root and current folder."""
    with open("/proc/self/ns/mnt", "rb") as namespace:
        _check(_libc.setns(namespace.fileno(), CLONE_NEWNS), "enter the root of the mount namespace")


def enter_network(pid: int) -> None:
    """Moves the calling thread, and threads that it starts later, into the network of a process."""
    with open(f"/proc/{pid}/ns/net", "rb") as namespace:
        _check(_libc.setns(namespace.fileno(), CLONE_NEWNET), "enter a network")


def _text(value: str | None) -> bytes | None:
    return None if value is None else os.fsencode(value)


def _check(result: int, action: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{action}: {os.strerror(number)}")

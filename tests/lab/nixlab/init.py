"""Process 1 of a machine: enters the machine's root, then waits until its creator is gone.

Started by `unshare` in new namespaces. Its standard input is the lifeline: the
creator holds the other end and writes nothing, so end-of-file means that the
creator has stopped the machine or died. When process 1 ends, the kernel ends
every other process of the machine, and with the last one all mounts go.
"""

import fcntl
import json
import os
import signal
import socket
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from nixlab import kernel  # noqa: E402

READY = "ready"


def main() -> None:
    plan = json.loads(sys.argv[1])
    try:
        enter_root(plan)
        socket.sethostname(plan["hostname"])
        bring_loopback_up()
    except OSError as error:
        print(error, flush=True)
        sys.exit(1)
    # Orphans of the machine become children of this process; ignoring them lets the kernel reap them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print(READY, flush=True)
    sys.stdin.buffer.read()


def enter_root(plan: dict) -> None:
    root = plan["root"]
    make_mounts_private()
    if plan["in_memory"]:
        kernel.mount("tmpfs", plan["disk"], "tmpfs", data="mode=755")
    mount_overlay(plan["lower"], plan["disk"], root)
    mount_system_folders(root)
    for inside in plan["plain_folders"]:
        source = f"{plan['disk']}/plain{inside}"
        os.makedirs(source)
        bind(source, root + inside, read_only=False)
    for source, inside, read_only in plan["binds"]:
        bind(source, root + inside, read_only)
    # pivot_root, not chroot: the container runtime re-enters this mount
    # namespace and lands in its real root, which must be ours.
    new_root = os.open(root, os.O_DIRECTORY | os.O_CLOEXEC)
    kernel.leave_chroot()
    os.fchdir(new_root)
    kernel.pivot_root(".", ".")
    kernel.unmount_lazily(".")
    os.chdir("/")


def make_mounts_private() -> None:
    """Nothing mounted here may appear outside. Works inside a chroot, too, whose root is no mount."""
    own_root = os.open("/", os.O_DIRECTORY | os.O_CLOEXEC)
    kernel.leave_chroot()
    kernel.mount("none", "/", flags=kernel.MS_REC | kernel.MS_PRIVATE)
    os.fchdir(own_root)
    os.chroot(".")
    os.close(own_root)


def mount_overlay(lower: str, disk: str, root: str) -> None:
    upper, work = f"{disk}/upper", f"{disk}/work"
    os.mkdir(upper)
    os.mkdir(work)
    # volatile: the upper layer is thrown away, so nothing needs to be synced.
    kernel.mount("overlay", root, "overlay", data=f"lowerdir={lower},upperdir={upper},workdir={work},volatile")


def mount_system_folders(root: str) -> None:
    quiet = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    kernel.mount("proc", f"{root}/proc", "proc", quiet)
    kernel.mount("sysfs", f"{root}/sys", "sysfs", quiet)
    kernel.mount("/sys/fs/cgroup", f"{root}/sys/fs/cgroup", flags=kernel.MS_BIND | kernel.MS_REC)
    kernel.mount("/dev", f"{root}/dev", flags=kernel.MS_BIND | kernel.MS_REC)
    kernel.mount("tmpfs", f"{root}/run", "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=755")


def bind(source: str, target: str, read_only: bool) -> None:
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        open(target, "a").close()
    kernel.mount(source, target, flags=kernel.MS_BIND)
    if read_only:
        kernel.mount("none", target, flags=kernel.MS_BIND | kernel.MS_REMOUNT | kernel.MS_RDONLY)


def bring_loopback_up() -> None:
    set_flags, up_and_running = 0x8914, 0x1 | 0x40
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh14x", b"lo", up_and_running))


if __name__ == "__main__":
    main()

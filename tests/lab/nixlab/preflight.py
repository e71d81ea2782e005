"""Can this machine have machines inside it?"""

import os
import shutil
import subprocess
from pathlib import Path

from . import cgroups
from .machine import NAMESPACES
from .outcome import LaneUnavailable


def check_namespaces() -> None:
    if os.geteuid() != 0:
        raise LaneUnavailable("not root")
    for tool in ("unshare", "nsenter", "setsid", "mount"):
        if not shutil.which(tool):
            raise LaneUnavailable(f"{tool} is not installed")
    tried = subprocess.run(
        ["unshare", *NAMESPACES, "--fork", "--kill-child", "--", "mount", "-t", "tmpfs", "none", "/mnt"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if tried.returncode != 0:
        raise LaneUnavailable(f"no namespaces: {tried.stderr.strip()}")
    if not cgroups.writable():
        raise LaneUnavailable("control groups cannot be written, so containers cannot run")


def check_disk(folder: Path) -> None:
    kind = subprocess.run(["stat", "-f", "-c", "%T", str(folder)], capture_output=True, text=True).stdout.strip()
    if kind in ("overlayfs", "tmpfs"):
        raise LaneUnavailable(
            f"{folder} is on {kind}, which cannot hold an engine's data; "
            "point NIXBUILD_LAB_CACHE to a folder on a disk"
        )

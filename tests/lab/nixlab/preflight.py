"""Can this machine have machines inside it?"""

import os
import shutil
import subprocess

from . import cgroups
from .machine import UNSHARE
from .outcome import LaneUnavailable


def check_namespaces() -> None:
    if os.geteuid() != 0:
        raise LaneUnavailable("not root")
    for tool in ("unshare", "nsenter", "setsid"):
        if not shutil.which(tool):
            raise LaneUnavailable(f"{tool} is not installed")
    tried = subprocess.run(
        [*UNSHARE, "--", "true"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if tried.returncode != 0:
        raise LaneUnavailable(f"no namespaces: {tried.stderr.strip()}")
    if not cgroups.writable():
        raise LaneUnavailable("control groups cannot be written, so containers cannot run")


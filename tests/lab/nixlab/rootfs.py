"""Root file systems by suite: built once, then taken from the cache."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import nix_setup
from .file_lock import FileLock
from .locations import roots_folder
from .outcome import LaneUnavailable
from .suites import Suite

RECIPE_VERSION = 1

UNNEEDED_FILES = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*")


def ensure_root(suite: Suite) -> Path:
    """The folder of the suite's root file system. Never write to it: all machines share it."""
    roots = roots_folder()
    roots.mkdir(parents=True, exist_ok=True)
    root = roots / f"{suite.name}-{_digest(suite)}"
    if root.is_dir():
        return root
    with FileLock(roots / f"{root.name}.lock"):
        if not root.is_dir():
            _build_atomically(suite, root)
    return root


def _digest(suite: Suite) -> str:
    recipe = [
        RECIPE_VERSION,
        suite.name,
        sorted(suite.packages),
        suite.apt_options,
        UNNEEDED_FILES,
        nix_setup.NIX_CONF,
        nix_setup.REGISTRY,
        nix_setup.BUILD_USERS,
    ]
    return hashlib.sha256(json.dumps(recipe).encode()).hexdigest()[:16]


def _build_atomically(suite: Suite, root: Path) -> None:
    prefix = f".building-{root.name}-"
    for leftover in root.parent.glob(f"{prefix}*"):
        shutil.rmtree(leftover)
    unfinished = Path(tempfile.mkdtemp(prefix=prefix, dir=root.parent))
    try:
        _bootstrap(suite, unfinished)
        nix_setup.set_up_nix(unfinished)
        unfinished.chmod(0o755)
        unfinished.rename(root)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def _bootstrap(suite: Suite, target: Path) -> None:
    if not shutil.which("mmdebstrap"):
        raise LaneUnavailable("mmdebstrap is not installed")
    print(f"building the root file system of {suite.name} (once, about half a minute)", flush=True)
    command = ["mmdebstrap", "--variant=minbase", "--format=directory"]
    command += [f"--include={','.join(suite.packages)}"]
    command += [f"--aptopt={option}" for option in suite.apt_options]
    command += [f"--dpkgopt=path-exclude={pattern}" for pattern in UNNEEDED_FILES]
    command += [suite.name, str(target)]
    command += _own_mirror()
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-15:])
        raise LaneUnavailable(f"mmdebstrap {suite.name} failed with status {done.returncode}:\n{tail}")


def _own_mirror() -> list[str]:
    """The Debian archive this machine itself uses, or none to let mmdebstrap choose."""
    if not shutil.which("apt-get"):
        return []
    targets = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE)|$(LABEL)|$(COMPONENT)", "Created-By: Packages"],
        capture_output=True,
        text=True,
    )
    for line in targets.stdout.splitlines():
        site, label, component = line.split("|")
        if label == "Debian" and component == "main":
            return [site]
    return []

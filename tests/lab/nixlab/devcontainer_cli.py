"""The dev containers' own command line program, from npm, as a folder that a machine can run it from.

Installed once into the lab's cache. Node.js is this machine's, taken with its libraries and its loader, so
that it also runs where there are other ones.
"""

import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

from .file_lock import FileLock
from .locations import cache_folder
from .machine import Bind
from .outcome import LaneUnavailable

PACKAGE = "@devcontainers/cli"
VERSION = "0.89.0"
INSIDE = "/opt/devcontainer-cli"
PROGRAM = f"{INSIDE}/devcontainer"
SCRIPT = f"{INSIDE}/node_modules/@devcontainers/cli/devcontainer.js"
LOADERS = {"x86_64": "ld-linux-x86-64.so.2", "aarch64": "ld-linux-aarch64.so.1"}


def ensure_devcontainer_cli() -> Path:
    """The folder, to be bound to INSIDE. Throws LaneUnavailable where it cannot be had."""
    node = _program("node")
    npm = _program("npm")
    folder = cache_folder() / "clients" / f"devcontainers-cli-{VERSION}-node-{_output([node, '--version'])}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(f"{folder.name}.lock")):
        if not folder.is_dir():
            _install(npm, node, folder)
    return folder


def node_binds() -> list[Bind]:
    """What Debian's Node.js has outside of itself."""
    modules = Path("/usr/share/nodejs")
    return [(modules, str(modules), True)] if modules.is_dir() else []


def _install(npm: str, node: str, folder: Path) -> None:
    print(f"installing {PACKAGE} {VERSION} (once)", flush=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        unfinished = Path(name) / "made"
        unfinished.mkdir()
        # No lock file: it would hold the address of this machine's registry.
        options = ["--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run(
            [npm, "install", *options, f"--prefix={unfinished}", f"{PACKAGE}@{VERSION}"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )
        if done.returncode != 0:
            raise LaneUnavailable(f"npm could not install {PACKAGE}: {done.stderr.strip()[-500:]}")
        _copy_node(Path(node).resolve(), unfinished)
        unfinished.rename(folder)


def _copy_node(node: Path, folder: Path) -> None:
    libraries = folder / "lib"
    libraries.mkdir()
    shutil.copy(node, folder / "node")
    for line in _output(["ldd", str(node)]).splitlines():
        path = next((word for word in line.split() if word.startswith("/")), None)
        if path is not None:
            shutil.copy(Path(path).resolve(), libraries / Path(path).name)
    loader = f"{INSIDE}/lib/{LOADERS[platform.machine()]}"
    start = f'#!/bin/sh\nexec {loader} --library-path {INSIDE}/lib {INSIDE}/node {SCRIPT} "$@"\n'
    program = folder / Path(PROGRAM).name
    program.write_text(start)
    program.chmod(0o755)


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise LaneUnavailable(f"{name} is not installed, which {PACKAGE} needs")
    return found


def _output(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

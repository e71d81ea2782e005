#!/usr/bin/env python3
"""check_tidy.py BUILD_FOLDER CLANG_TIDY [FILE…]: clang-tidy finds nothing in what the project is built of, or in those files.

What passed once is not read again: a stamp in the user's cache is named after all that clang-tidy
would see. The commands are those of BUILD_FOLDER/compile_commands.json.
"""

import hashlib
import json
import os
import shlex
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
FOLDERS = ("src", "plugin")
KEPT_SECONDS = 30 * 24 * 3600
# g++ has warnings that clang does not know.
FLAGS = ["-quiet", "-warnings-as-errors=*", "-extra-arg=-Wno-unknown-warning-option"]


def main(build_folder: str, clang_tidy: str, *files: str) -> int:
    version = subprocess.run([clang_tidy, "--version"], check=True, capture_output=True).stdout
    stamps = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "docker-nixbuild-tests/tidy"
    stamps.mkdir(parents=True, exist_ok=True)
    forget_old(stamps)

    def check(unit: dict) -> str:
        stamp = stamps / key_of(unit, version)
        if stamp.exists():
            stamp.touch()
            return ""
        done = subprocess.run(
            [clang_tidy, *FLAGS, "-p", build_folder, unit["file"]], cwd=PROJECT, text=True, capture_output=True
        )
        if done.returncode != 0:
            return done.stdout + done.stderr
        stamp.touch()
        return ""

    units = units_of(build_folder, {str(Path(file).resolve()) for file in files})
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        findings = [text for text in pool.map(check, units) if text]
    print("\n".join(findings) or f"clang-tidy finds nothing in {len(units)} files")
    return 1 if findings else 0


def units_of(build_folder: str, files: set[str]) -> list[dict]:
    units = json.loads((Path(build_folder) / "compile_commands.json").read_text())
    inside = tuple(f"{PROJECT / folder}/" for folder in FOLDERS)
    return [unit for unit in units if unit["file"].startswith(inside) and (not files or unit["file"] in files)]


def key_of(unit: dict, version: bytes) -> str:
    """Of the project's files their content, of others what changes when they are installed anew."""
    command = shlex.split(unit["command"])
    key = hashlib.sha256(version)
    key.update((PROJECT / ".clang-tidy").read_bytes())
    key.update(unit["command"].replace(str(PROJECT), "").encode())
    for path in included_files(command, unit["directory"]):
        if path.is_relative_to(PROJECT):
            key.update(f"\n{path.relative_to(PROJECT)}\n".encode() + path.read_bytes())
        else:
            status = path.stat()
            key.update(f"\n{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return key.hexdigest()


def included_files(command: list[str], folder: str) -> list[Path]:
    output = command.index("-o")
    words = [word for word in command[:output] + command[output + 2 :] if word != "-c"]
    rule = subprocess.run([*words, "-M", "-MT", "x"], cwd=folder, check=True, text=True, capture_output=True).stdout
    files = rule.removeprefix("x:").replace("\\\n", " ").split()
    return sorted({Path(folder, file).resolve() for file in files})


def forget_old(stamps: Path) -> None:
    for stamp in stamps.iterdir():
        if time.time() - stamp.stat().st_mtime > KEPT_SECONDS:
            stamp.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

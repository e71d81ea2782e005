"""Removal of the control groups that killed engines leave behind."""

import os
from pathlib import Path

PREFIX = "docker-nixbuild-lab-"


def remove(name: str) -> None:
    if not name.startswith(PREFIX) or "/" in name:
        raise ValueError(f"not a control group of the lab: {name}")
    for hierarchy in _hierarchies():
        _remove_tree(hierarchy / name)


def writable() -> bool:
    return any(
        os.access(hierarchy, os.W_OK) and not os.statvfs(hierarchy).f_flag & os.ST_RDONLY
        for hierarchy in _hierarchies()
    )


def _hierarchies() -> list[Path]:
    mounts = [line.split(" ") for line in Path("/proc/self/mounts").read_text().splitlines()]
    return [Path(mount[1]) for mount in mounts if mount[2] in ("cgroup", "cgroup2")]


def _remove_tree(group: Path) -> None:
    # The files of a control group vanish with it and cannot be removed themselves.
    for folder, _, _ in os.walk(group, topdown=False):
        os.rmdir(folder)

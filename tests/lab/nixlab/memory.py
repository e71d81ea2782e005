"""Whether a machine keeps what it writes in memory or on the disk."""

import subprocess
from pathlib import Path

# A machine of the tests writes a few hundred MiB; on a disk it would wait for each of dockerd's syncs.
PLENTY = 8 << 30


def belongs_in_memory(folder: Path) -> bool:
    # On overlayfs there is no choice: it can hold neither an engine's data nor another overlay.
    return _file_system_of(folder) == "overlayfs" or _available_memory() >= PLENTY


def _file_system_of(folder: Path) -> str:
    asked = ["stat", "--file-system", "--format=%T", str(folder)]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def _available_memory() -> int:
    for line in Path("/proc/meminfo").read_text().splitlines():
        name, value = line.split(":")
        if name == "MemAvailable":
            return int(value.split()[0]) * 1024
    return 0

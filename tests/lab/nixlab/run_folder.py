"""The folder on disk that one machine writes to, and the removal of those whose owners died."""

import json
import secrets
import shutil
from pathlib import Path

from . import cgroups
from .file_lock import FileLock
from .locations import runs_folder

MARKER = "made-by-docker-nixbuild-lab.json"
LOCK = "lock"


class RunFolder:
    """Exists from creation to remove(). Its lock tells a sweeping run that it is in use."""

    def __init__(self, machine_name: str):
        self.run_id = f"{machine_name}-{secrets.token_hex(4)}"
        self.path = runs_folder() / self.run_id
        self.path.mkdir(parents=True)
        self.lock = FileLock(self.path / LOCK)
        self.lock.acquire()
        # Only a folder with the marker may be swept, so it is written under the lock.
        (self.path / MARKER).write_text(json.dumps({"cgroup": self.cgroup}))

    @property
    def cgroup(self) -> str:
        """Name of the control group that everything in this run's containers is put into."""
        return f"{cgroups.PREFIX}{self.run_id}"

    def folder(self, name: str, mode: int = 0o755) -> Path:
        path = self.path / name
        path.mkdir()
        path.chmod(mode)
        return path

    def remove(self) -> None:
        cgroups.remove(self.cgroup)
        shutil.rmtree(self.path)
        self.lock.release()


def sweep_stale_runs() -> list[str]:
    """Removes what killed runs left behind; answers with their names."""
    removed = []
    for marker in sorted(runs_folder().glob(f"*/{MARKER}")):
        folder = marker.parent
        lock = FileLock(folder / LOCK)
        try:
            if not lock.try_acquire():
                continue
        except FileNotFoundError:
            continue  # its owner has just removed it
        try:
            if not marker.exists():
                continue
            cgroups.remove(json.loads(marker.read_text())["cgroup"])
            shutil.rmtree(folder)
            removed.append(folder.name)
        finally:
            lock.release()
    return removed

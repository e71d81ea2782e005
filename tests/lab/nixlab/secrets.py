"""Secrets that a test gives away, looked for where they do not belong."""

from collections.abc import Callable
from pathlib import Path

from .machine import Machine
from .process import Result

Run = Callable[..., Result]  # as Machine.exec

# Where programs that work for us write on a machine.
FOLDERS = ("/root", "/tmp", "/var", "/run", "/etc", "/nix/var", "/opt")


class Secrets:
    """By the names that a test calls them."""

    def __init__(self, **values: str):
        self._values = values

    def in_text(self, text: str) -> set[str]:
        return {name for name, value in self._values.items() if value in text}

    def in_processes(self, machine: Machine) -> list[str]:
        """"NAME in cmdline of COMMAND", "NAME in environ of COMMAND", one of each process; containers are looked into."""
        processes = (one for one in machine.path("/proc").iterdir() if one.name.isdigit())
        return sorted(text for process in processes for text in self._in_process(process))

    def in_files(self, run: Run, *folders: str) -> set[str]:
        """Where `run` runs commands: a machine's exec, or a container's. The patterns come by no command line."""
        command = ["grep", "--recursive", "--devices=skip", "-lsaF", "-f", "-", "--", *(folders or FOLDERS)]
        found = run(command, stdin="\n".join(self._values.values()).encode())
        assert found.returncode in (0, 1, 2), found  # 2: some file was gone before it was read
        return set(found.stdout.splitlines())

    def _in_process(self, process: Path) -> set[str]:
        try:
            command = (process / "comm").read_text().strip()
            places = {place: (process / place).read_bytes().decode(errors="replace") for place in ("cmdline", "environ")}
        except OSError:
            return set()  # it has ended
        return {f"{name} in {place} of {command}" for place, text in places.items() for name in self.in_text(text)}

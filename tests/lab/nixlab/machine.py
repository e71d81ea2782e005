"""One running machine: a root file system in mount, process, network, host name and IPC namespaces of its own."""

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from . import terminal
from .memory import belongs_in_memory
from .outcome import LabError
from .process import Process, Result
from .run_folder import RunFolder
from .waiting import PATIENCE_SECONDS, wait_until

INIT = Path(__file__).with_name("init.py")
NAMESPACES = ["--mount", "--pid", "--net", "--uts", "--ipc"]
# Changing the propagation is left to init: unshare cannot in a chroot.
UNSHARE = ["unshare", *NAMESPACES, "--propagation=unchanged", "--fork", "--kill-child"]
ENVIRONMENT = {
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
}

# Not on the machine's overlay: neither an engine's data nor the Nix store likes to lie there.
ENGINES = "/engines"
PLAIN_FOLDERS = ["/nix", ENGINES]

Bind = tuple[Path, str, bool]  # outside, inside, read-only


class Machine:
    """A context manager. Several may run side by side; nothing about them is global."""

    def __init__(
        self, root: Path, name: str = "machine", binds: list[Bind] | None = None, in_memory: bool | None = None
    ):
        """`in_memory` says where it keeps what it writes; unless told, where it is quicker and possible."""
        self.name = name
        self._in_memory = in_memory
        self._root = root
        self._binds = binds or []
        self._folder: RunFolder | None = None
        self._unshare: subprocess.Popen | None = None
        self._init_pid = 0

    def __enter__(self) -> "Machine":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def folder(self) -> RunFolder:
        assert self._folder is not None, "the machine is not running"
        return self._folder

    @property
    def init_pid(self) -> int:
        """Process 1 of the machine as seen outside; its namespaces are the machine's."""
        return self._init_pid

    def start(self) -> None:
        self._folder = RunFolder(self.name)
        try:
            self._start_init()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends all processes of the machine, and with them its mounts, then removes its files."""
        if self._unshare is not None:
            self._end_processes()
            self._unshare = None
            self._init_pid = 0
        if self._folder is not None:
            self._folder.remove()
            self._folder = None

    def path(self, inside: str) -> Path:
        """Outside view of a path. Absolute links on the way would lead astray: /run, not /var/run."""
        return Path(f"/proc/{self._init_pid}/root{inside}")

    def new_folder(self, prefix: str = "work-", within: str = "/tmp") -> str:
        """An empty folder inside the machine."""
        outside = tempfile.mkdtemp(prefix=prefix, dir=self.path(within))
        os.chmod(outside, 0o755)
        return f"{within}/{Path(outside).name}"

    def copy_in(self, source: Path, inside: str) -> str:
        if source.is_dir():
            shutil.copytree(source, self.path(inside), symlinks=True)
        else:
            shutil.copy(source, self.path(inside))
        return inside

    def exec(
        self,
        argv: list[str],
        *,
        env: dict[str, str] | None = None,
        cwd: str = "/root",
        stdin: bytes | Path = b"",
        patience: float = PATIENCE_SECONDS,
    ) -> Result:
        """Runs a command to its end. Whatever its status: `.check()` the result to insist on 0."""
        return self.spawn(argv, env=env, cwd=cwd, stdin=stdin).wait(patience)

    def spawn(
        self,
        argv: list[str],
        *,
        env: dict[str, str] | None = None,
        cwd: str = "/root",
        stdin: bytes | Path = b"",
        log: Path | None = None,
    ) -> Process:
        """Starts a command. With `log`, its output goes to that file (outside) instead of the result."""
        with _readable(stdin) as source:
            if log is None:
                streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
                return Process(subprocess.Popen(self._enter(argv, env, cwd), stdin=source, **streams), argv)
            with open(log, "ab") as sink:
                streams = {"stdout": sink, "stderr": sink}
                return Process(subprocess.Popen(self._enter(argv, env, cwd), stdin=source, **streams), argv)

    def spawn_on_terminal(
        self, argv: list[str], *, env: dict[str, str] | None = None, cwd: str = "/root"
    ) -> Process:
        """Starts a command as the foreground of a new terminal."""
        controller, inside = pty.openpty()
        try:
            command = self._enter(argv, {"TERM": "xterm-256color", **(env or {})}, cwd, on_terminal=True)
            started = subprocess.Popen(command, stdin=inside, stdout=inside, stderr=inside)
        finally:
            os.close(inside)
        return Process(started, argv, terminal=controller)

    def shell(self) -> None:
        """Drops the caller into the machine, on a terminal if the caller has one."""
        argv = ["bash", "--norc", "-i"] if sys.stdin.isatty() else ["bash"]
        env = {"PS1": f"{self.name}:\\w# ", "TERM": os.environ.get("TERM", "dumb")}
        if not sys.stdin.isatty():
            subprocess.run(self._enter(argv, env, "/root"))
            return
        controller, inside = pty.openpty()
        terminal.copy_window_size(controller)
        command = self._enter(argv, env, "/root", on_terminal=True)
        with subprocess.Popen(command, stdin=inside, stdout=inside, stderr=inside):
            os.close(inside)
            terminal.relay(controller)
        os.close(controller)

    def _start_init(self) -> None:
        folder = self.folder
        if any(sign in f"{self._root}{folder.path}" for sign in ",:\\"):
            raise LabError(f"the cache folder's name has a sign that overlayfs reserves: {folder.path}")
        plan = {
            "root": str(folder.folder("root")),
            "lower": str(self._root),
            "disk": str(folder.folder("disk")),
            "in_memory": belongs_in_memory(folder.path) if self._in_memory is None else self._in_memory,
            "hostname": self.name,
            "plain_folders": PLAIN_FOLDERS,
            "binds": [(str(outside), inside, read_only) for outside, inside, read_only in self._binds],
        }
        command = [*UNSHARE, "--", sys.executable, "-B", str(INIT)]
        self._unshare = subprocess.Popen(
            [*command, json.dumps(plan)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[folder.lock.descriptor],  # a dying machine still counts as using its folder
            start_new_session=True,  # ^C at the test runner must not reach it
        )
        first_line = self._unshare.stdout.readline().decode(errors="replace").strip()
        if first_line != "ready":
            rest = self._unshare.stdout.read().decode(errors="replace")
            raise LabError(f"machine {self.name} did not start: {first_line}\n{rest}")
        self._init_pid = int(_children(self._unshare.pid)[0])

    def _end_processes(self) -> None:
        unshare = self._unshare
        init_pid = self._init_pid
        unshare.stdin.close()
        try:
            unshare.wait(timeout=20)
        except subprocess.TimeoutExpired:
            unshare.send_signal(signal.SIGKILL)
            unshare.wait()
            wait_until(lambda: not Path(f"/proc/{init_pid}").exists(), f"process 1 of {self.name} has ended")
        unshare.stdout.close()

    def _enter(self, argv: list[str], env: dict[str, str] | None, cwd: str, on_terminal: bool = False) -> list[str]:
        command = ["nsenter", f"--target={self._init_pid}", *NAMESPACES, "--"]
        # In a session of its own, the command's process group holds exactly its children.
        command += ["setsid", *(["--ctty"] if on_terminal else [])]
        variables = {**ENVIRONMENT, **(env or {})}
        return [*command, "env", "-i", "-C", cwd, *(f"{key}={value}" for key, value in variables.items()), *argv]


def _readable(stdin: bytes | Path):
    if isinstance(stdin, Path):
        return open(stdin, "rb")
    if not stdin:
        return open(os.devnull, "rb")
    file = tempfile.TemporaryFile()
    file.write(stdin)
    file.seek(0)
    return file


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


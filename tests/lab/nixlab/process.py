"""A command running inside a machine, and what came of it."""

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from .waiting import PATIENCE_SECONDS, POLL_SECONDS


@dataclass(frozen=True)
class Result:
    argv: list[str]
    returncode: int  # negative: ended by that signal
    stdout_bytes: bytes
    stderr_bytes: bytes

    @property
    def stdout(self) -> str:
        return self.stdout_bytes.decode(errors="replace")

    @property
    def stderr(self) -> str:
        return self.stderr_bytes.decode(errors="replace")

    def __str__(self) -> str:
        return (
            f"$ {' '.join(self.argv)}\nstatus {self.returncode}\n"
            f"--- stdout\n{_shortened(self.stdout)}\n--- stderr\n{_shortened(self.stderr)}\n---"
        )

    def check(self) -> "Result":
        if self.returncode != 0:
            raise AssertionError(f"command failed\n{self}")
        return self


class Process:
    """Collects output while it runs. `process` is the nsenter whose only child is the command."""

    def __init__(self, process: subprocess.Popen, argv: list[str], terminal: int | None = None):
        self._process = process
        self._argv = argv
        self._terminal = terminal
        self._changed = threading.Condition()
        self._output = {"stdout": bytearray(), "stderr": bytearray()}
        self._readers = []
        if terminal is not None:
            self._read_from(terminal, "stdout")
        for name, pipe in (("stdout", process.stdout), ("stderr", process.stderr)):
            if pipe is not None:
                self._read_from(pipe.fileno(), name)

    @property
    def host_pid(self) -> int:
        """Process ID of the command as seen outside the machine."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return int(self._poll(lambda: children.read_text().split())[0])

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """To the command alone, as `kill PID` does."""
        os.kill(self.host_pid, number)

    def send_to_group(self, number: signal.Signals) -> None:
        """To the command and its children, as a terminal does."""
        command = self.host_pid
        self._poll(lambda: os.getpgid(command) == command)  # it becomes a group only after its start
        os.killpg(command, number)

    def type(self, keys: str) -> None:
        """Presses keys on the command's terminal; "\\x03" is ^C."""
        assert self._terminal is not None, "the command has no terminal"
        os.write(self._terminal, keys.encode())

    def wait_for_output(self, text: str, stream: str = "stderr") -> None:
        """Until the text has been printed. On a terminal all output counts as stdout."""
        wanted = text.encode()
        deadline = time.monotonic() + PATIENCE_SECONDS
        with self._changed:
            while wanted not in self._output[stream]:
                left = deadline - time.monotonic()
                if left <= 0 or not any(reader.is_alive() for reader in self._readers):
                    raise AssertionError(f"{text!r} never came on {stream}\n{self.so_far()}")
                self._changed.wait(min(left, 0.2))

    def wait(self, patience: float = PATIENCE_SECONDS) -> Result:
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"still running after {patience} s, killed\n{self.so_far()}") from None
        for reader in self._readers:
            # A daemon that the command has left behind may hold the pipe open.
            reader.join(timeout=5)
        self._close()
        return self.so_far()

    def kill(self) -> None:
        """The command and its children, whatever they are doing."""
        try:
            self.send_to_group(signal.SIGKILL)
        except (AssertionError, OSError):
            pass  # it has ended by itself
        self._process.wait()

    def so_far(self) -> Result:
        status = self._process.returncode
        output = self._output
        return Result(self._argv, 0 if status is None else status, bytes(output["stdout"]), bytes(output["stderr"]))

    def _poll(self, condition):
        """The first true answer of the condition; an error once the command has ended."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and self.running:
            answer = condition()
            if answer:
                return answer
            time.sleep(POLL_SECONDS)
        raise AssertionError(f"no longer running\n{self.so_far()}")

    def _read_from(self, descriptor: int, name: str) -> None:
        reader = threading.Thread(target=self._collect, args=(descriptor, name), daemon=True)
        self._readers.append(reader)
        reader.start()

    def _collect(self, descriptor: int, name: str) -> None:
        while True:
            try:
                piece = os.read(descriptor, 65536)
            except OSError:  # a terminal whose last user is gone
                piece = b""
            with self._changed:
                self._output[name] += piece
                self._changed.notify_all()
            if not piece:
                return

    def _close(self) -> None:
        if self._terminal is not None:
            os.close(self._terminal)
            self._terminal = None
        if any(reader.is_alive() for reader in self._readers):
            return
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()


def _shortened(text: str, limit: int = 6000) -> str:
    return text if len(text) <= limit else f"[{len(text) - limit} characters left out]\n{text[-limit:]}"

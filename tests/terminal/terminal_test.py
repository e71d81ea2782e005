#!/usr/bin/env python3
"""The program on a terminal: the live display, ^C, and what is left on the screen.

Usage: terminal_test.py PROGRAM [unittest's arguments]
"""

import fcntl
import os
import pty
import re
import signal
import socketserver
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler
from pathlib import Path

PROGRAM = os.path.abspath(sys.argv.pop(1))
CONTROL_C = b"\x03"
HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
PATIENCE = 60  # seconds until a hang counts as one


class EngineAnswers(BaseHTTPRequestHandler):
    """Says what engine it is, and knows nothing else."""

    protocol_version = "HTTP/1.1"
    ANSWERS = {
        "/_ping": "OK",
        "/version": '{"Version":"28.5.2","ApiVersion":"1.51","MinAPIVersion":"1.24","Os":"linux","Arch":"amd64"}',
        "/info": '{"ID":"x","Name":"x","Driver":"overlay2","OSType":"linux","Architecture":"x86_64"}',
    }

    def do_GET(self):
        path = re.sub(r"^/v1\.\d+", "", self.path.partition("?")[0])
        body = self.ANSWERS.get(path, '{"message":"no such thing"}').encode()
        self.send_response(200 if path in self.ANSWERS else 404)
        self.send_header("Api-Version", "1.51")
        self.send_header("Ostype", "linux")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass

    def address_string(self):
        return "engine"


class Engine(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


class OnTerminal(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        engine = Engine(str(self.folder / "engine.sock"), EngineAnswers)
        self.addCleanup(engine.server_close)
        self.addCleanup(engine.shutdown)
        threading.Thread(target=engine.serve_forever, kwargs={"poll_interval": 0.01}).start()

    def write_nix(self, evaluation: str) -> None:
        """A Nix that tells its version and evaluates by running a shell script."""
        script = f"""#!/bin/sh
            case "$*" in *--version*) echo 'nix (Nix) 2.34.8'; exit;; esac
            echo $$ > {self.folder}/nix.pid.new
            mv {self.folder}/nix.pid.new {self.folder}/nix.pid
            {evaluation}
        """
        programs = self.folder / "bin"
        programs.mkdir()
        (programs / "nix").write_text(script)
        (programs / "nix").chmod(0o755)

    def start(self, *words: str) -> None:
        self.master, slave = pty.openpty()
        self.addCleanup(os.close, self.master)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environment = {
            "DOCKER_HOST": f"unix://{self.folder}/engine.sock",
            "DOCKER_CONFIG": str(self.folder),
            "HOME": str(self.folder),
            "PATH": f"{self.folder}/bin:/usr/bin:/bin",
            "TERM": "xterm",
            "TTY_DISPLAY_RATE": "20",
        }
        self.shown = ""
        self.program = subprocess.Popen(
            [PROGRAM, *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=self.folder,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        self.addCleanup(self.program.wait)
        self.addCleanup(self.program.kill)
        alarm = threading.Timer(PATIENCE, self.program.kill)
        alarm.start()
        self.addCleanup(alarm.cancel)

    def read_until(self, text: str) -> None:
        while text not in self.shown:
            if not self.read_more():
                self.fail(f"{text!r} never came:\n{self.shown}")

    def read_more(self) -> bool:
        try:
            more = os.read(self.master, 65536)
        except OSError:  # Linux: the other end is closed
            return False
        self.shown += more.decode()
        return bool(more)

    def end(self) -> int:
        while self.read_more():
            pass
        return self.program.wait()

    def assert_nix_has_ended(self):
        process = int((self.folder / "nix.pid").read_text())
        with self.assertRaises(ProcessLookupError):
            os.kill(process, 0)

    def test_display_and_control_c(self):
        self.write_nix("exec sleep 1000")
        self.start(".#image")
        self.read_until(" => ")
        self.assertIn("[+] Building", self.shown)
        self.assertIn("docker:default", self.shown)
        # Redrawn in place, though nothing happens.
        self.read_until("\x1b[2A")
        self.wait_for(self.folder / "nix.pid")
        os.write(self.master, CONTROL_C)
        self.assertEqual(self.end(), 130, self.shown)
        self.assertIn("CANCELED", self.shown)
        self.assertIn("ERROR: ", self.shown)
        self.assertGreater(self.shown.rindex(SHOW_CURSOR), self.shown.rindex(HIDE_CURSOR))
        self.assert_nix_has_ended()

    def test_second_control_c_kills_what_does_not_listen(self):
        self.write_nix("trap 'touch deaf' TERM; while true; do sleep 0.02; done")
        self.start("--progress=plain", ".#image")
        self.read_until("evaluat")
        self.wait_for(self.folder / "nix.pid")
        os.write(self.master, CONTROL_C)
        self.wait_for(self.folder / "deaf")
        os.write(self.master, CONTROL_C)
        self.assertEqual(self.end(), 130, self.shown)
        self.assert_nix_has_ended()

    def test_hangup_of_the_terminal_stops_it(self):
        self.write_nix("exec sleep 1000")
        self.start(".#image")
        self.wait_for(self.folder / "nix.pid")
        os.killpg(self.program.pid, signal.SIGHUP)
        self.assertEqual(self.end(), 130, self.shown)
        self.assert_nix_has_ended()

    def wait_for(self, file: Path) -> None:
        while not file.exists():
            if self.program.poll() is not None:
                self.fail(f"it ended before there was {file.name}")
            time.sleep(0.01)


if __name__ == "__main__":
    unittest.main(verbosity=2)

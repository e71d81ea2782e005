"""Joins the caller's own terminal to one inside a machine."""

import fcntl
import os
import select
import sys
import termios
import tty


def copy_window_size(target: int) -> None:
    size = fcntl.ioctl(sys.stdin.fileno(), termios.TIOCGWINSZ, bytes(8))
    fcntl.ioctl(target, termios.TIOCSWINSZ, size)


def relay(controller: int) -> None:
    """Passes keys in and output out until the terminal inside has no user any more."""
    keyboard, screen = sys.stdin.fileno(), sys.stdout.fileno()
    settings = termios.tcgetattr(keyboard)
    tty.setraw(keyboard)
    try:
        while True:
            readable, _, _ = select.select([keyboard, controller], [], [])
            if keyboard in readable:
                os.write(controller, os.read(keyboard, 4096))
            if controller in readable:
                output = _read(controller)
                if not output:
                    return
                os.write(screen, output)
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, settings)


def _read(controller: int) -> bytes:
    try:
        return os.read(controller, 4096)
    except OSError:  # how Linux reports that the last user is gone
        return b""

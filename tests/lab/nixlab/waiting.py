"""Waiting for what happens outside the test's control."""

import time
from collections.abc import Callable

# Guards against hanging for ever; nothing is expected to take nearly as long.
PATIENCE_SECONDS = 90.0
POLL_SECONDS = 0.01


def wait_until(condition: Callable[[], bool], what: str, patience: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"never came true: {what}")
        time.sleep(POLL_SECONDS)

"""Timing of whole programs."""

import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

PEAK_RSS = [sys.executable, "-SE", str(Path(__file__).with_name("peak_rss.py"))]


@dataclass
class Run:
    seconds: float
    rss_kib: int | None = None


def run_once(argv: list[str], env: dict[str, str] | None = None) -> Run:
    """Runs a program with its output thrown away; a failure is shown and raised."""
    start = time.perf_counter()
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=env)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        raise RuntimeError(f"{argv} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")
    return Run(seconds)


def peak_rss_kib(argv: list[str], env: dict[str, str] | None = None) -> int:
    return int(subprocess.run([*PEAK_RSS, *argv], stdout=subprocess.PIPE, env=env, check=True).stdout)


def median_of(runs: list[Run]) -> float:
    return statistics.median(run.seconds for run in runs)


def repeat(count: int, action) -> float:
    """The median of `count` runs after one that warms up."""
    action()
    return median_of([action() for _ in range(count)])

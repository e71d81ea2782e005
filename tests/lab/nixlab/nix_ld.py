"""A stand-in for nix-ld, compiled here: the lab's machines have no compiler."""

import shutil
import subprocess
from pathlib import Path

from .outcome import LaneUnavailable

SOURCE = Path(__file__).with_suffix(".c")


def compile_nix_ld(program: Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        raise LaneUnavailable("no C compiler for the stand-in of nix-ld")
    # Static and freestanding; the kernel puts it beside the program that it is to load.
    options = ["-O1", "-static-pie", "-fPIE", "-nostdlib", "-nostartfiles", "-ffreestanding", "-fno-stack-protector"]
    subprocess.run([compiler, *options, "-o", str(program), str(SOURCE)], check=True)

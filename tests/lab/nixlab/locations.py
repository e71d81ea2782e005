"""Where the lab keeps what it makes, and where the checkout keeps what it uses."""

import os
from pathlib import Path

LAB = Path(__file__).resolve().parent.parent
FLAKES = LAB.parent / "flakes"


def cache_folder() -> Path:
    return Path(os.environ.get("NIXBUILD_LAB_CACHE") or "/var/cache/docker-nixbuild-lab")


def roots_folder() -> Path:
    return cache_folder() / "roots"


def runs_folder() -> Path:
    return cache_folder() / "runs"

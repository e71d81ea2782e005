"""The plugin against real engines of the lab, beside `docker load`."""

import os
import subprocess

from nixlab.lanes import LANES
from nixlab.session import Session

from . import archive
from .measure import Run, median_of, run_once
from .result import Result
from .settings import Settings


def first_load_graph(settings: Settings) -> Result:
    """A ready, uncompressed archive that the engine has nothing of; peer: docker load."""
    return _first_load(settings, "sid-overlay2")


def first_load_containerd(settings: Settings) -> Result:
    return _first_load(settings, "sid-containerd")


def _first_load(settings: Settings, lane: str) -> Result:
    layers, mib = (4, 4) if settings.quick else (100, 10)
    with Session(LANES[lane]) as session:
        host = f"unix://{session.machine.path(session.engine.socket)}"
        file = session.machine.path(session.machine.new_folder()) / "image.tar"
        size = archive.write_archive(file, layers, mib)
        commands = {
            "ours": [str(settings.plugin), "build", "-q", str(file)],
            "peer": ["docker", "load", "-q", "-i", str(file)],
        }
        runs: dict[str, list[Run]] = {"ours": [], "peer": []}
        for _ in range(1 if settings.quick else 3):
            for who, argv in commands.items():
                _remove_images(host)
                runs[who].append(run_once(argv, env=dict(os.environ, DOCKER_HOST=host)))
    return Result(ours=median_of(runs["ours"]), peer=median_of(runs["peer"]), bytes=size)


def _remove_images(host: str) -> None:
    subprocess.run(["docker", "-H", host, "image", "prune", "-af"], check=True, stdout=subprocess.DEVNULL)

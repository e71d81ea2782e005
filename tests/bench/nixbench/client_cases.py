"""What the plugin itself costs, without an engine's work in between."""

import os
import tempfile
import time
from pathlib import Path

from . import archive
from .draining_engine import DrainingEngine
from .measure import Run, median_of, peak_rss_kib, repeat, run_once
from .result import Result
from .settings import Settings


def metadata(settings: Settings) -> Result:
    """How long `docker` waits for the plugin to introduce itself, before each command."""
    runs = 5 if settings.quick else 50
    argv = [str(settings.plugin), "docker-cli-plugin-metadata"]
    ours = repeat(runs, lambda: run_once(argv))
    peer = settings.buildx and repeat(runs, lambda: run_once([settings.buildx, "docker-cli-plugin-metadata"]))
    return Result(ours=ours, peers={"buildx": peer} if peer else {}, rss_kib=peak_rss_kib(argv))


def drained_load(settings: Settings) -> Result:
    """A ready, uncompressed archive into an engine that only takes the bytes: start to end."""
    return _drain(settings, of_first_byte=False)


def first_byte(settings: Settings) -> Result:
    """The same, until the first byte of the image reaches the engine."""
    return _drain(settings, of_first_byte=True)


def _drain(settings: Settings, of_first_byte: bool) -> Result:
    layers, mib = (4, 4) if settings.quick else (20, 50)
    with tempfile.TemporaryDirectory(dir=settings.scratch) as folder:
        file = Path(folder) / "image.tar"
        archive.write_archive(file, layers, mib)
        argv = [str(settings.plugin), "build", "-q", str(file)]

        def drain(measure):
            with DrainingEngine(Path(folder) / "engine.sock") as engine:
                start = time.perf_counter()
                result = measure(argv, dict(os.environ, DOCKER_HOST=f"unix://{engine.path}"))
                return result, engine.first_byte - start, engine.body_bytes

        runs = [drain(run_once) for _ in range(3 if settings.quick else 6)][1:]
        return Result(
            ours=median_of([Run(first) if of_first_byte else run for run, first, _ in runs]),
            bytes=runs[-1][2],
            rss_kib=drain(peak_rss_kib)[0],
        )

"""The command line of tests/bench/run."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from . import (
    cache_cases,
    cache_push_cases,
    client_cases,
    doctor_cases,
    large_image_cases,
    project_cases,
    push_cases,
    remote_cases,
    source_cases,
)
from .remote_scene import RemoteScene
from .result import Result
from .scene import Scene
from .settings import Settings

CLIENT_CASES = {
    "metadata": client_cases.metadata,
    "first_byte": client_cases.first_byte,
    "drained_load": client_cases.drained_load,
    **cache_cases.CASES,
}
CASES = [
    *CLIENT_CASES,
    *source_cases.CASES,
    *remote_cases.CASES,
    *large_image_cases.CASES,
    *push_cases.CASES,
    *cache_push_cases.CASES,
    *project_cases.CASES,
    *doctor_cases.CASES,
]


def main(arguments: list[str], usage: str) -> int:
    quick, json_file, wanted = False, None, []
    while arguments:
        argument = arguments.pop(0)
        if argument == "--quick":
            quick = True
        elif argument == "--json" and arguments:
            json_file = Path(arguments.pop(0))
        elif argument in CASES:
            wanted.append(argument)
        else:
            print(usage.strip(), "\n\ncases:", " ".join(CASES), file=sys.stderr)
            return 2
    results: dict[str, Result] = {}
    for name, result in _measured(Settings.of(quick), wanted or CASES):
        results[name] = result
        print(f"{name}: {result.as_text()}", flush=True)
        if json_file:
            json_file.write_text(json.dumps({name: r.as_json() for name, r in results.items()}, indent=2) + "\n")
    return 0


def _measured(settings: Settings, wanted: list[str]) -> Iterator[tuple[str, Result]]:
    for name in wanted:
        if name in CLIENT_CASES:
            yield name, CLIENT_CASES[name](settings)
    yield from _measured_in(RemoteScene, source_cases.SourceTree, source_cases.CASES, settings, wanted)
    yield from _measured_in(RemoteScene, remote_cases.RemoteBuild, remote_cases.CASES, settings, wanted)
    yield from _measured_in(Scene, large_image_cases.LargeImage, large_image_cases.CASES, settings, wanted)
    yield from _measured_in(Scene, push_cases.Push, push_cases.CASES, settings, wanted)
    yield from _measured_in(Scene, cache_push_cases.CachePush, cache_push_cases.CASES, settings, wanted)
    yield from _measured_in(Scene, project_cases.Project, project_cases.CASES, settings, wanted)
    yield from _measured_in(Scene, doctor_cases.Doctor, doctor_cases.CASES, settings, wanted)


def _measured_in(scene_type, subject_type, cases: dict, settings: Settings, wanted: list[str]):
    names = [name for name in wanted if name in cases]
    if names:
        with scene_type(settings) as scene:
            subject = subject_type(scene)
            for name in names:
                yield name, cases[name](subject)

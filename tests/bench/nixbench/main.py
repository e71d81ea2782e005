"""The command line of tests/bench/run."""

import json
import sys
from pathlib import Path

from . import client_cases, engine_cases
from .settings import Settings

CASES = {
    "metadata": client_cases.metadata,
    "first_byte": client_cases.first_byte,
    "drained_load": client_cases.drained_load,
    "first_load_graph": engine_cases.first_load_graph,
    "first_load_containerd": engine_cases.first_load_containerd,
}


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
    settings = Settings.of(quick)
    results = {}
    for name in wanted or CASES:
        results[name] = CASES[name](settings)
        print(f"{name}: {results[name].as_text()}", flush=True)
    if json_file:
        json_file.write_text(json.dumps({name: r.as_json() for name, r in results.items()}, indent=2) + "\n")
    return 0

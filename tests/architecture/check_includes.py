#!/usr/bin/env python3
"""Checks every #include of src/ and plugin/ against the layers of the architecture.

usage: check_includes.py ROOT

A module may include itself and the modules of lower layers; the linker cannot see a header-only
leak, this does. Heavy Boost headers stay out of headers, because every includer pays for them.
"""

import pathlib
import re
import sys

LAYERS = [
    {"support"},
    {"process", "archive", "progress", "config", "compose", "hints", "watch"},
    {"http", "oci"},
    {"nix", "context", "engine", "source", "registry"},
    {"image", "cache"},
    {"sink"},
    {"agent"},
    {"builder"},
    {"pipeline", "bake", "devcontainer", "doctor", "vm"},
    {"plugin"},
]
LAYER_OF = {module: depth for depth, modules in enumerate(LAYERS) for module in modules}
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<(boost/[^>]+)>)', re.MULTILINE)


def module_of(path: pathlib.PurePath) -> str:
    return path.parts[1] if path.parts[0] == "src" else path.parts[0]


def complaints(root: pathlib.Path):
    files = [p for top in ("src", "plugin") for p in sorted((root / top).rglob("*.[ch]pp"))]
    if not files:
        yield f"{root}: no sources found"
    for file in files:
        path = file.relative_to(root)
        module = module_of(path)
        if module not in LAYER_OF:
            yield f"{path}: module '{module}' is in no layer; add it to {pathlib.Path(__file__).name}"
            continue
        for own, boost in INCLUDE.findall(file.read_text()):
            if boost and path.suffix == ".hpp" and not boost.endswith("/fwd.hpp"):
                yield f"{path}: includes <{boost}>; Boost belongs in .cpp files"
            if not own:
                continue
            used = own.split("/")[0]
            if used not in LAYER_OF:
                yield f'{path}: includes "{own}", which names no module'
            elif used != module and LAYER_OF[used] >= LAYER_OF[module]:
                yield f'{path}: {module} may not use {used} ("{own}")'


def main() -> int:
    found = list(complaints(pathlib.Path(sys.argv[1])))
    print("\n".join(found) or "every include respects the layers")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

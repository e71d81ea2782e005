"""Writes a folder of many files, small and large ones, of the wanted size in total; they hardly compress."""

import os
import random
from pathlib import Path

LARGE_FILES = 5

out = Path(os.environ["out"])
files = int(os.environ["files"])
size = int(os.environ["kibibytes"]) * 1024
chance = random.Random(os.environ["seed"])
noise = chance.randbytes(4 << 20)


def write(name, length):
    path = out / f"lib/part-{chance.randrange(20)}" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    start = chance.randrange(len(noise) - length)
    path.write_bytes((name.encode() + noise[start : start + length])[:length])


small = [chance.randrange(1 << 10, 36 << 10) for _ in range(files - LARGE_FILES)]
large = (size - sum(small)) // LARGE_FILES
for number, length in enumerate(small + [large] * LARGE_FILES):
    write(f"file-{number}", length)

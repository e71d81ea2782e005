"""Writes a file of the wanted size that does not compress."""

import hashlib
import os

BLOCK = 64 * 1024

out = os.environ["out"]
seed = os.environ["seed"]
left = int(os.environ["kibibytes"]) * 1024

os.mkdir(out)
with open(f"{out}/bulk", "wb") as file:
    number = 0
    while left > 0:
        block = hashlib.shake_128(f"{seed} {number}".encode()).digest(min(BLOCK, left))
        file.write(block)
        left -= len(block)
        number += 1

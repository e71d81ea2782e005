"""How fast this machine's OpenSSL is at SHA-256, on one core."""

import re
import subprocess


def sha256_bytes_per_second() -> float:
    argv = ["openssl", "speed", "-evp", "sha256", "-bytes", "1048576", "-seconds", "2", "-mr"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    # "+F:22:sha256:1474560000.00"
    return float(re.search(r"^\+F:\d+:sha256:([\d.]+)", done.stdout, re.MULTILINE).group(1))

"""Docker-archives of any size, made without Nix."""

import hashlib
import io
import json
import os
import tarfile
from pathlib import Path

MIB = 1 << 20


def write_archive(file: Path, layers: int, layer_mib: int) -> int:
    """Writes an uncompressed docker-archive of incompressible layers; returns its size."""
    diff_ids, names = [], []
    with tarfile.open(file, "w", format=tarfile.USTAR_FORMAT) as outer:
        for number in range(layers):
            layer = _layer(f"data/{number}", layer_mib)
            digest = hashlib.sha256(layer).hexdigest()
            diff_ids.append(f"sha256:{digest}")
            names.append(f"{digest}/layer.tar")
            _add(outer, names[-1], layer)
        config = json.dumps(
            {
                "architecture": _architecture(),
                "os": "linux",
                "config": {"Cmd": ["/none"]},
                "rootfs": {"type": "layers", "diff_ids": diff_ids},
            }
        ).encode()
        config_name = hashlib.sha256(config).hexdigest() + ".json"
        _add(outer, config_name, config)
        manifest = [{"Config": config_name, "RepoTags": ["bench:latest"], "Layers": names}]
        _add(outer, "manifest.json", json.dumps(manifest).encode())
    return file.stat().st_size


def _architecture() -> str:
    return {"x86_64": "amd64", "aarch64": "arm64"}[os.uname().machine]


def _layer(name: str, mib: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        _add(tar, name, os.urandom(MIB) * mib)
    return buffer.getvalue()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))

"""Small docker-archives made here, so that tests can spoil any part of them."""

import gzip
import hashlib
import io
import json
import lzma
import tarfile
from collections.abc import Iterable

NAME = "made-by-a-test:1"


class DockerArchive:
    """An image of plain files. Set `config`, `manifest` or `members` to something else to spoil it."""

    def __init__(self, layers: Iterable[bytes], architecture: str, names: list[str] | None = None):
        self.layers = list(layers)
        self.config = json.dumps(
            {
                "architecture": architecture,
                "os": "linux",
                "config": {"Cmd": ["/hello"]},
                "rootfs": {"type": "layers", "diff_ids": [f"sha256:{sha256(layer)}" for layer in self.layers]},
            }
        ).encode()
        self.config_name = f"{sha256(self.config)}.json"
        self.layer_names = [f"{sha256(layer)}/layer.tar" for layer in self.layers]
        self.manifest = json.dumps(
            [{"Config": self.config_name, "RepoTags": names or [NAME], "Layers": self.layer_names}]
        ).encode()
        self.members = [file(name, content) for name, content in zip(self.layer_names, self.layers)]

    def all_members(self) -> list["Member"]:
        return [*self.members, file(self.config_name, self.config), file("manifest.json", self.manifest)]

    def tar(self) -> bytes:
        return pack(self.all_members())


Member = tuple[tarfile.TarInfo, bytes]


def file(name: str, content: bytes) -> Member:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    return info, content


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> Member:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info, b""


def pack(members: Iterable[Member]) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for info, content in members:
            tar.addfile(info, io.BytesIO(content))
    return sink.getvalue()


def layer_of(name: str, content: bytes) -> bytes:
    return pack([file(name, content)])


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def xzipped(content: bytes) -> bytes:
    return lzma.compress(content, preset=0)



#!/usr/bin/python3
"""Writes the image that a conf.json of dockerTools.streamLayeredImage describes, as a docker-archive."""

import argparse
import hashlib
import io
import json
import os
import sys
import tarfile
import threading
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

NOW = datetime.now(tz=timezone.utc)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("conf", type=Path)
    parser.add_argument("--repo_tag", "-t")
    arguments = parser.parse_args()
    conf = json.loads(arguments.conf.read_text())
    write_image(conf, arguments.repo_tag or conf["repo_tag"], sys.stdout.buffer)


@dataclass
class Layer:
    digest: str
    name: str
    made_of: list[str]


def write_image(conf, repo_tag, sink):
    mtime = timestamp(conf.get("mtime", conf["created"]))
    base = BaseImage(conf["from_image"]) if conf["from_image"] else None
    with tarfile.open(fileobj=sink, mode="w|") as archive:
        layers = base.copy_layers(archive) if base else []
        layers += [add_store_layer(archive, conf, paths, mtime) for paths in conf["store_layers"]]
        layers.append(add_customisation_layer(archive, Path(conf["customisation_layer"]), mtime))
        if base:
            conf["config"] = base.with_environment(conf["config"])
        config = image_config(conf, layers)
        config_name = hashlib.sha256(config).hexdigest() + ".json"
        add_file(archive, config_name, config, mtime)
        manifest = [{"Config": config_name, "RepoTags": [repo_tag], "Layers": [layer.name for layer in layers]}]
        add_file(archive, "manifest.json", json.dumps(manifest, indent=4).encode(), mtime)


def image_config(conf, layers):
    created = timestamp_text(conf["created"])
    config = {
        "created": created,
        "architecture": conf["architecture"],
        "os": "linux",
        "config": conf["config"],
        "rootfs": {"diff_ids": [f"sha256:{layer.digest}" for layer in layers], "type": "layers"},
        "history": [{"created": created, "comment": f"store paths: {layer.made_of}"} for layer in layers],
    }
    return json.dumps(config, indent=4).encode()


class BaseImage:
    """The first image of a docker-archive; of its config only the environment is taken over."""

    def __init__(self, file):
        self._archive = tarfile.open(file)
        self._manifest = self._json("manifest.json")[0]
        self._config = self._json(self._manifest["Config"])

    def copy_layers(self, target):
        layers = []
        for name, diff_id in zip(self._manifest["Layers"], self._config["rootfs"]["diff_ids"]):
            member = self._archive.getmember(name)
            target.addfile(member, self._archive.extractfile(member))
            layers.append(Layer(diff_id.removeprefix("sha256:"), name, [name]))
        return layers

    def with_environment(self, config):
        entries = self._config["config"].get("Env", []) + config.get("Env", [])
        by_name = {entry.partition("=")[0]: entry for entry in entries}
        return {**config, "Env": list(by_name.values())} if by_name else config

    def _json(self, name):
        return json.load(self._archive.extractfile(name))


def add_store_layer(archive, conf, paths, mtime):
    """The layer is written twice, first only to learn its digest and size."""
    print(f"Creating layer from paths: {paths}", file=sys.stderr)
    measured = Measure()
    write_store_layer(conf, paths, mtime, measured)
    digest = measured.digest.hexdigest()
    name = f"{digest}/layer.tar"
    member = tar_info(name, measured.size, mtime)
    read_end, write_end = os.pipe()

    def write():
        with open(write_end, "wb") as sink:
            write_store_layer(conf, paths, mtime, sink)

    writer = threading.Thread(target=write)
    writer.start()
    with open(read_end, "rb") as source:
        archive.addfile(member, source)
    writer.join()
    return Layer(digest, name, paths)


def write_store_layer(conf, paths, mtime, sink):
    def owned(member):
        member.mtime = mtime
        member.uid, member.gid = int(conf.get("uid", 0)), int(conf.get("gid", 0))
        member.uname, member.gname = conf.get("uname", "root"), conf.get("gname", "root")
        return member

    def add(path):
        member = layer.gettarinfo(path)
        member.name = str(path)  # the leading slash stays
        member.linkname = os.readlink(path) if member.issym() else ""
        if member.islnk():  # hard links become files
            member.type, member.size = tarfile.REGTYPE, os.stat(path).st_size
        if member.isfile():
            with open(path, "rb") as content:
                layer.addfile(owned(member), content)
        else:
            layer.addfile(owned(member))

    with tarfile.open(fileobj=sink, mode="w|") as layer:
        for folder in ("/nix", "/nix/store"):
            member = tarfile.TarInfo(folder)
            member.type, member.mode = tarfile.DIRTYPE, 0o755
            layer.addfile(owned(member))
        for path in map(Path, paths):
            add(path)
            if path.is_dir() and not path.is_symlink():
                for below in sorted(path.rglob("*"), key=lambda entry: entry.parts):
                    add(below)


def add_customisation_layer(archive, folder, mtime):
    print("Creating layer with customisation...", file=sys.stderr)
    digest = (folder / "checksum").read_text().strip()
    name = f"{digest}/layer.tar"
    with open(folder / "layer.tar", "rb") as source:
        archive.addfile(tar_info(name, os.fstat(source.fileno()).st_size, mtime), source)
    return Layer(digest, name, [str(folder)])


def add_file(archive, name, content, mtime):
    archive.addfile(tar_info(name, len(content), mtime), io.BytesIO(content))


def tar_info(name, size, mtime):
    member = tarfile.TarInfo(name)
    member.size, member.mtime = size, mtime
    return member


def timestamp(text):
    return int(time_of(text).timestamp())


def timestamp_text(text):
    return time_of(text).isoformat()


def time_of(text):
    return NOW if text == "now" else datetime.fromisoformat(text)


class Measure:
    """A sink that keeps nothing but the digest and the size."""

    def __init__(self):
        self.digest = hashlib.sha256()
        self.size = 0

    def write(self, piece):
        self.digest.update(piece)
        self.size += len(piece)
        return len(piece)


if __name__ == "__main__":
    main()

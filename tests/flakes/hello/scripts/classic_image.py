"""Packs an image as dockerTools.buildImage does: one layer, folders per layer, names in sorted order."""

import gzip
import hashlib
import importlib.util
import io
import json
import os
import tarfile
from importlib.machinery import SourceFileLoader
from pathlib import Path

loader = SourceFileLoader("generator", os.environ["generator"])
generator = importlib.util.module_from_spec(importlib.util.spec_from_loader("generator", loader))
loader.exec_module(generator)


def main():
    conf = json.loads(Path(os.environ["conf"]).read_text())
    layer = one_layer(conf)
    files = image_files(conf, layer)
    with gzip.GzipFile(os.environ["out"], "wb", mtime=0) as sink, tarfile.open(fileobj=sink, mode="w|") as archive:
        for name in sorted(files):
            member = tarfile.TarInfo(name)
            content = files[name]
            if content is None:
                member.type, member.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(member)
            else:
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))


def one_layer(conf):
    """The customisation and all store paths in one tar."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as merged:
        with tarfile.open(Path(conf["customisation_layer"]) / "layer.tar") as customisation:
            for member in customisation:
                merged.addfile(member, customisation.extractfile(member) if member.isreg() else None)
        paths = [path for layer in conf["store_layers"] for path in layer]
        store = io.BytesIO()
        generator.write_store_layer(conf, paths, 1, store)
        store.seek(0)
        with tarfile.open(fileobj=store) as store_paths:
            for member in store_paths:
                merged.addfile(member, store_paths.extractfile(member) if member.isreg() else None)
    return sink.getvalue()


def image_files(conf, layer):
    digest = hashlib.sha256(layer).hexdigest()
    config = generator.image_config(conf, [generator.Layer(digest, "layer.tar", [])])
    config_name = hashlib.sha256(config).hexdigest() + ".json"
    layer_json = json.dumps({"created": conf["created"], "os": "linux", "config": conf["config"]}).encode()
    layer_id = hashlib.sha256(layer_json).hexdigest()
    name, tag = conf["repo_tag"].split(":")
    return {
        layer_id: None,
        f"{layer_id}/VERSION": b"1.0",
        f"{layer_id}/json": layer_json,
        f"{layer_id}/layer.tar": layer,
        config_name: config,
        "manifest.json": json.dumps(
            [{"Config": config_name, "RepoTags": [conf["repo_tag"]], "Layers": [f"{layer_id}/layer.tar"]}]
        ).encode(),
        "repositories": json.dumps({name: {tag: layer_id}}).encode(),
    }


main()

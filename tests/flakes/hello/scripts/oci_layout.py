"""Writes a docker-archive's image as an OCI image layout for two platforms, one layer compressed.

Of the other platform the config is missing, as after a copy of one platform.
"""

import gzip
import hashlib
import json
import os
import tarfile
from pathlib import Path

OCI = "application/vnd.oci.image"
OTHER = {"amd64": "arm64", "arm64": "amd64"}

out = Path(os.environ["out"])
blobs = out / "blobs/sha256"
blobs.mkdir(parents=True)


def main():
    with tarfile.open(os.environ["archive"]) as archive:
        (entry,) = json.load(archive.extractfile("manifest.json"))
        config = archive.extractfile(entry["Config"]).read()
        contents = [archive.extractfile(name).read() for name in entry["Layers"]]
    layers = [blob(f"{OCI}.layer.v1.tar", content) for content in contents[:-1]]
    layers.append(blob(f"{OCI}.layer.v1.tar+gzip", gzip.compress(contents[-1], mtime=0)))
    architecture = json.loads(config)["architecture"]
    foreign = json.loads(config) | {"architecture": OTHER[architecture]}
    manifests = [
        manifest(OTHER[architecture], descriptor(f"{OCI}.config.v1+json", encoded(foreign)), layers),
        manifest(architecture, blob(f"{OCI}.config.v1+json", config), layers),
    ]
    index = {"schemaVersion": 2, "mediaType": f"{OCI}.index.v1+json", "manifests": manifests}
    (out / "index.json").write_bytes(encoded(index))
    (out / "oci-layout").write_bytes(encoded({"imageLayoutVersion": "1.0.0"}))


def manifest(architecture, config, layers):
    content = {"schemaVersion": 2, "mediaType": f"{OCI}.manifest.v1+json", "config": config, "layers": layers}
    return blob(f"{OCI}.manifest.v1+json", encoded(content)) | {
        "platform": {"architecture": architecture, "os": "linux"},
        "annotations": {"io.containerd.image.name": f"docker.io/library/{os.environ['imageName']}"},
    }


def blob(media_type, content):
    described = descriptor(media_type, content)
    (blobs / described["digest"].removeprefix("sha256:")).write_bytes(content)
    return described


def descriptor(media_type, content):
    digest = hashlib.sha256(content).hexdigest()
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}


def encoded(value):
    return json.dumps(value).encode()


main()

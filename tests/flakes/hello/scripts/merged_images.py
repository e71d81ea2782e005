"""Packs the images of several docker-archives into one, as dockerTools.mergeImages does."""

import io
import json
import os
import tarfile

manifest = []
written = set()
with tarfile.open(os.environ["out"], "w") as merged:
    for file in os.environ["archives"].split():
        with tarfile.open(file) as archive:
            manifest += json.load(archive.extractfile("manifest.json"))
            for member in archive:
                if member.name in {"manifest.json", "repositories", *written}:
                    continue
                written.add(member.name)
                merged.addfile(member, archive.extractfile(member) if member.isreg() else None)
    content = json.dumps(manifest).encode()
    member = tarfile.TarInfo("manifest.json")
    member.size = len(content)
    merged.addfile(member, io.BytesIO(content))

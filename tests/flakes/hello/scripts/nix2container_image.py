"""Writes the image JSON of nix2container: the digests of layers whose bytes are made when copying.

The environment variable `layers` is JSON: for each layer either {"layer-path": FILE} or
{"paths": [{"path": …, "options": {"rewrite": …, "perms": …}}]}. With `falseDigests`, what is
recorded for layers of paths is not their digest, as happens when a builder saw other files.
"""

import hashlib
import io
import json
import os
import re
from pathlib import Path

BLOCK = 512


def main():
    layers = [describe(layer) for layer in json.loads(os.environ["layers"])]
    image = {
        "version": 1,
        "image-config": json.loads(os.environ["config"]),
        "layers": layers,
        "arch": os.environ["architecture"],
        "created": "0001-01-01T00:00:00Z",
    }
    Path(os.environ["out"]).write_text(json.dumps(image, indent="\t"))


def describe(layer):
    content = Path(layer["layer-path"]).read_bytes() if "layer-path" in layer else layer_tar(layer["paths"])
    if "falseDigests" in os.environ and "paths" in layer:
        digest = hashlib.sha256(content + b"something else").hexdigest()
    else:
        digest = hashlib.sha256(content).hexdigest()
    return {
        "digest": f"sha256:{digest}",
        "size": len(content),
        "diff_ids": f"sha256:{digest}",
        **layer,
        "mediatype": "application/vnd.oci.image.layer.v1.tar",
        "History": {"created_by": "nix2container", "comment": layer.get("layer-path", "of paths")},
    }


def layer_tar(paths):
    """The layer as Go's archive/tar writes it, for names that fit into a plain header."""
    tree = {}
    for described in paths:
        add_tree(tree, Path(described["path"]), described.get("options", {}))
    for name in list(tree):
        for folder in Path(name).parents:
            tree.setdefault(str(folder), (None, {}))
    sink = io.BytesIO()
    for name in sorted(tree, key=lambda name: [part.encode() for part in Path(name).parts]):
        write_entry(sink, name, *tree[name])
    sink.write(bytes(2 * BLOCK))
    return sink.getvalue()


def add_tree(tree, top, options):
    below = sorted(top.rglob("*")) if top.is_dir() and not top.is_symlink() else []
    for source in [top, *below]:
        rewrite = options.get("rewrite")
        name = re.sub(rewrite["regex"], rewrite["repl"], str(source)) if rewrite else str(source)
        if name:
            tree[name] = (source, owner_and_mode(source, options.get("perms", [])))


def owner_and_mode(source, rules):
    chosen = {}
    for rule in rules:
        if re.search(rule["regex"], str(source)):
            chosen |= {"uid": rule.get("uid", 0), "gid": rule.get("gid", 0)}
            chosen |= {key: rule[key] for key in ("mode", "uname", "gname") if rule.get(key)}
    return chosen


def write_entry(sink, name, source, chosen):
    mode, kind, target, content = 0o755, b"5", "", b""
    if source is not None and source.is_symlink():
        mode, kind, target = 0o777, b"2", os.readlink(source)
    elif source is not None:
        mode = source.stat().st_mode & 0o7777
        if source.is_file():
            kind, content = b"0", source.read_bytes()
    if "mode" in chosen:
        mode = int(chosen["mode"], 8)
    prefix, name = split(name)
    header = bytearray(BLOCK)

    def put(offset, value):
        header[offset : offset + len(value)] = value

    put(0, name)
    put(100, b"%07o" % mode)
    put(108, b"%07o" % chosen.get("uid", 0))
    put(116, b"%07o" % chosen.get("gid", 0))
    put(124, b"%011o" % len(content))
    put(136, b"%011o" % 1)
    put(148, b" " * 8)
    put(156, kind)
    put(157, fitting(target.encode(), 100))
    put(257, b"ustar\00000")
    put(265, chosen.get("uname", "root").encode())
    put(297, chosen.get("gname", "root").encode())
    put(329, b"0000000\0")
    put(337, b"0000000\0")
    put(345, prefix)
    put(148, b"%06o\0 " % sum(header))
    sink.write(header + content + bytes(-len(content) % BLOCK))


def split(name):
    encoded = name.encode()
    if len(encoded) <= 100:
        return b"", encoded
    cut = encoded.rindex(b"/", 0, 156)
    return encoded[:cut], fitting(encoded[cut + 1 :], 100)


def fitting(value, size):
    assert len(value) <= size, value
    return value


main()

"""An image to make builder containers from, as nixos/nix is where there is a network."""

from .engine import Engine

NAME = "lab/nix:1"

# What a container has of its own, and what no build needs.
LEFT_OUT = (
    "dev/*", "engines", "flakes", "nix/*", "proc/*", "root/*", "run/*", "sys/*", "tmp/*", "var/cache/*", "var/lib/*",
    "usr/bin/containerd*", "usr/bin/docker*", "usr/bin/podman*", "usr/sbin/dockerd",
    "usr/lib/debian-guest/*", "usr/libexec/docker/*", "usr/share/*",
)  # fmt: skip


def make_builder_image(engine: Engine, name: str = NAME, change: str = "LABEL lab=1") -> None:
    """The root file system that the engine's machine runs on, with its Nix. A `change` makes another image."""
    pack = ["tar", "-C", "/", "-c", "--one-file-system", "--anchored", *(f"--exclude=./{path}" for path in LEFT_OUT)]
    script = '"$@" . | docker import --change "$CHANGE" - "$NAME"'
    variables = {"CHANGE": change, "NAME": name, "DOCKER_HOST": engine.host}
    engine.machine.exec(["bash", "-o", "pipefail", "-c", script, "sh", *pack], env=variables).check()

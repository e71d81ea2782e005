"""The Nix configuration that every root file system gets."""

from pathlib import Path

BUILD_USERS = 16

# Debian's /bin, /lib and /lib64 are links, and Nix refuses links as plain
# sandbox paths; the question mark is for machines without /lib64.
# No substituters: with one, every command would wait for an unreachable network.
NIX_CONF = """\
experimental-features = nix-command flakes
substituters =
flake-registry = /etc/nix/registry.json
build-users-group = nixbld
max-jobs = auto
sandbox = true
sandbox-paths = /bin/sh=/usr/bin/bash-static /usr /lib=/usr/lib /lib64=/usr/lib64?
fsync-metadata = false
"""

REGISTRY = '{"version": 2, "flakes": []}\n'


def set_up_nix(root: Path) -> None:
    folder = root / "etc/nix"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nix.conf").write_text(NIX_CONF)
    (folder / "registry.json").write_text(REGISTRY)
    _add_build_users(root)


def _add_build_users(root: Path) -> None:
    group_id = 30000
    users = [f"nixbld{number}" for number in range(1, BUILD_USERS + 1)]
    with open(root / "etc/group", "a") as group:
        group.write(f"nixbld:x:{group_id}:{','.join(users)}\n")
    with open(root / "etc/passwd", "a") as passwd:
        for number, user in enumerate(users, start=1):
            passwd.write(f"{user}:x:{group_id + number}:{group_id}::/var/empty:/usr/sbin/nologin\n")

"""What is installed into the root file system of each Debian suite."""

from dataclasses import dataclass

COMMON_PACKAGES = (
    "bash-static",
    "busybox-static",
    "ca-certificates",
    "curl",  # also brings the libcurl that the plugin loads
    "docker.io",
    "git",
    "iproute2",
    "iptables",
    "libyaml-0-2",
    "nix-bin",
    "pigz",
    "procps",
    "python3",  # python3-minimal has no tarfile, which the test flakes' builders need
    "xz-utils",
    "zstd",
)

# Podman's service and what it needs to run containers; the rest are only recommended by Debian.
PODMAN_PACKAGES = ("aardvark-dns", "crun", "netavark", "podman")

TRIXIE_PACKAGES = ("docker-cli", "docker-compose", "openssh-client", "openssh-server", *PODMAN_PACKAGES)
SID_PACKAGES = ("crane", "docker-buildx", "docker-cli", "docker-compose", "docker-registry", "openssh-client", "openssh-server", "skopeo")


@dataclass(frozen=True)
class Suite:
    name: str
    packages: tuple[str, ...]
    apt_options: tuple[str, ...] = ()


SUITES = {
    suite.name: suite
    for suite in (
        Suite("bookworm", COMMON_PACKAGES),
        Suite("trixie", COMMON_PACKAGES + TRIXIE_PACKAGES),
        # Compose is 2.26 in trixie, without providers, and newer than 2.36 in sid.
        # A mirror's copy of sid may be older than its Release file allows.
        # skopeo is a peer of the benchmarks, and with crane reads back what was pushed.
        Suite("sid", COMMON_PACKAGES + SID_PACKAGES, ('Acquire::Check-Valid-Until "false"',)),
    )
}

# Not a machine of its own: what test flakes pack to have a system that boots. systemd 252 is the last
# of Debian's that takes every kind of control groups.
GUEST = Suite("bookworm", ("dbus", "systemd", "systemd-sysv"))

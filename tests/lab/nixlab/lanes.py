"""The lanes: one Debian suite with one kind of image store each."""

from dataclasses import dataclass

from .suites import SUITES, Suite


@dataclass(frozen=True)
class Lane:
    name: str
    suite: Suite
    image_store: str


LANES = {
    lane.name: lane
    for lane in (
        Lane("bookworm", SUITES["bookworm"], "overlay2"),  # Docker 20.10, Nix 2.8
        Lane("trixie-overlay2", SUITES["trixie"], "overlay2"),  # Docker 26.1, Nix 2.26
        Lane("trixie-containerd", SUITES["trixie"], "containerd"),
        Lane("trixie-podman", SUITES["trixie"], "podman"),  # Podman 5.4
        Lane("sid-overlay2", SUITES["sid"], "overlay2"),  # Docker >= 28.5, Nix >= 2.34
        Lane("sid-containerd", SUITES["sid"], "containerd"),
    )
}

# Tests of the lab itself, which differ between no lanes, run in this one only.
LANE_OF_LAB_TESTS = LANES["bookworm"]

"""The plugin under test, as the environment names it."""

import os
import platform
from pathlib import Path

from .locations import LAB
from .machine import Bind
from .outcome import LabError

ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
SOURCES = LAB.parent.parent
VARIABLE = "NIXBUILD_PLUGIN"
AGENT_VARIABLE = "NIXBUILD_AGENT"
INSTALLED = "/usr/libexec/docker/cli-plugins/docker-nixbuild"
# Where the plugin looks for what it copies to other machines.
INSTALLED_AGENT = f"/usr/libexec/docker/lib/docker-nixbuild/docker-nixbuild-agent-linux-{ARCHITECTURE}"


def plugin_binary() -> Path | None:
    return _program(VARIABLE)


def agent_binary() -> Path | None:
    """The plugin's own program for another machine, statically linked."""
    return _program(AGENT_VARIABLE)


def agent_for_arm64() -> Path | None:
    """What install/agents makes, unless the sources have changed since."""
    agent = SOURCES / "build/agents/docker-nixbuild-agent-linux-arm64"
    if not agent.exists():
        return None
    sources = [file for folder in ("src", "plugin") for file in (SOURCES / folder).rglob("*.?pp")]
    return agent if agent.stat().st_mtime > max(file.stat().st_mtime for file in sources) else None


def qemu_for_arm64() -> Path | None:
    """A static program that runs those of arm64: this machine's, or the one in the agents' own root."""
    root = Path(os.environ.get("NIXBUILD_AGENT_ROOT") or "/var/cache/docker-nixbuild-agents")
    name = "usr/bin/qemu-aarch64-static"
    return next((file for file in (Path("/") / name, root / "bookworm" / name) if file.exists()), None)


def plugin_binds() -> list[Bind]:
    programs = ((plugin_binary(), INSTALLED), (agent_binary(), INSTALLED_AGENT))
    return [(binary, inside, True) for binary, inside in programs if binary]


def _program(variable: str) -> Path | None:
    value = os.environ.get(variable)
    if not value:
        return None
    path = Path(value).resolve()
    if not os.access(path, os.X_OK):
        raise LabError(f"{variable}={value} is no program")
    return path

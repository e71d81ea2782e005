"""The plugin under test, as the environment names it."""

import os
import platform
from pathlib import Path

from .machine import Bind
from .outcome import LabError

ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
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

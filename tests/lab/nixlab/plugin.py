"""The plugin under test, as the environment names it."""

import os
from pathlib import Path

from .machine import Bind
from .outcome import LabError

VARIABLE = "NIXBUILD_PLUGIN"
INSTALLED = "/usr/libexec/docker/cli-plugins/docker-nixbuild"


def plugin_binary() -> Path | None:
    value = os.environ.get(VARIABLE)
    if not value:
        return None
    path = Path(value).resolve()
    if not os.access(path, os.X_OK):
        raise LabError(f"{VARIABLE}={value} is no program")
    return path


def plugin_binds() -> list[Bind]:
    binary = plugin_binary()
    return [(binary, INSTALLED, True)] if binary else []

"""What a run of the benchmarks was asked for."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from nixlab.plugin import AGENT_VARIABLE, ARCHITECTURE

PROJECT = Path(__file__).resolve().parents[3]


@dataclass
class Settings:
    quick: bool
    plugin: Path
    scratch: Path
    buildx: str | None

    def agent(self) -> Path:
        """What the plugin copies to other machines; of the lab's architecture, beside it in its build folder."""
        default = self.plugin.with_name(f"docker-nixbuild-agent-linux-{ARCHITECTURE}")
        agent = Path(os.environ.get(AGENT_VARIABLE, default)).resolve()
        if not agent.exists():
            raise SystemExit(f"{agent} does not exist; build the target docker-nixbuild-agent")
        return agent

    @staticmethod
    def of(quick: bool) -> "Settings":
        default = PROJECT / "build/release/plugin/docker-nixbuild"
        plugin = Path(os.environ.get("NIXBUILD_PLUGIN", default)).resolve()
        if not plugin.exists():
            raise SystemExit(f"{plugin} does not exist; build it: cmake --preset release && cmake --build --preset release")
        scratch = Path(os.environ.get("NIXBUILD_BENCH_SCRATCH", "/var/tmp"))
        return Settings(quick, plugin, scratch, _buildx())


def _buildx() -> str | None:
    folders = ["/usr/libexec/docker/cli-plugins", "/usr/lib/docker/cli-plugins", "/usr/local/lib/docker/cli-plugins"]
    return shutil.which("docker-buildx", path=":".join(folders))

"""A client, and a machine with Nix and an engine behind ssh."""

from contextlib import ExitStack

from nixlab.engine import Engine
from nixlab.lanes import LANES
from nixlab.locations import FLAKES
from nixlab.machine import Machine
from nixlab.preflight import check_namespaces
from nixlab.process import Result as Done
from nixlab.rootfs import ensure_root
from nixlab.ssh import SshServer

from .settings import Settings

LANE = LANES["trixie-overlay2"]  # the suite with sshd
PLUGIN = "/usr/libexec/docker/cli-plugins/docker-nixbuild"
AGENTS = "/usr/libexec/docker/lib/docker-nixbuild"
PROJECT = "/root/project"
PATIENCE_SECONDS = 1800


class RemoteScene:
    """A context manager. Both machines have the plugin and, once it was made, the project."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self._stack = ExitStack()
        self.client: Machine
        self.server: Machine
        self.engine: Engine
        self.ssh: SshServer

    def __enter__(self) -> "RemoteScene":
        check_namespaces()
        agent = self.settings.agent()
        binds = [(self.settings.plugin, PLUGIN, True), (agent, f"{AGENTS}/{agent.name}", True)]
        root = ensure_root(LANE.suite)
        with self._stack as stack:
            self.client = stack.enter_context(Machine(root, "client", binds, in_memory=False))
            self.server = stack.enter_context(Machine(root, "server", binds, in_memory=False))
            self.engine = stack.enter_context(Engine(self.server, LANE.image_store))
            self.ssh = stack.enter_context(SshServer(self.client, self.server))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def nixbuild(self, *words: str) -> Done:
        """From the client, by a context of ssh."""
        argv = ["docker", "-H", self.ssh.url, "nixbuild", *words]
        return self.client.exec(argv, cwd=PROJECT, patience=PATIENCE_SECONDS).check()

    def timed(self, machine: Machine, script: str) -> float:
        """Seconds of a shell script in the project, by the clock of the machine."""
        timed = f"date +%s.%N; {{ {script}; }} > /dev/null; date +%s.%N"
        done = machine.exec(["sh", "-euc", timed], cwd=PROJECT, patience=PATIENCE_SECONDS).check()
        began, ended = done.stdout.split()
        return float(ended) - float(began)

    def sent_bytes(self) -> int:
        return self._crossed("tx_bytes")

    def crossed_bytes(self) -> int:
        """In both directions, since the machines were connected."""
        return self._crossed("tx_bytes") + self._crossed("rx_bytes")

    def make_project(self, machine: Machine, files: int = 0, folders: int = 1) -> None:
        """A commit of the flake `hello` and of so many small files."""
        machine.copy_in(FLAKES / "hello", PROJECT)
        for number in range(files):
            file = machine.path(f"{PROJECT}/folder-{number % folders}/file-of-the-project-{number}")
            file.parent.mkdir(exist_ok=True)
            file.write_text(f"file {number}\n")
        for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "The project"]):
            words = ["git", "-c", "user.name=Bench", "-c", "user.email=bench@example.org", *command]
            machine.exec(words, cwd=PROJECT).check()

    def _crossed(self, counter: str) -> int:
        (file,) = self.client.path("/sys/class/net").glob(f"lab*/statistics/{counter}")
        return int(file.read_text())

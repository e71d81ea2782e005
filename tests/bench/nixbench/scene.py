"""One machine with real Nix, an engine of each image store, and the large image in two versions."""

import json
import shutil
from contextlib import ExitStack, contextmanager
from pathlib import Path

from nixlab.counting_engine import CountingEngine
from nixlab.engine import Engine
from nixlab.lanes import LANES
from nixlab.locations import FLAKES
from nixlab.machine import Machine
from nixlab.preflight import check_namespaces
from nixlab.rootfs import ensure_root
from nixlab.waiting import wait_until

from .measure import Run
from .settings import Settings

SUITE = LANES["sid-overlay2"].suite
PLUGIN = "/usr/libexec/docker/cli-plugins/docker-nixbuild"
STOPWATCH = "/root/stopwatch.py"
PROJECT = "/root/project"
CACHE = "/root/.cache/docker-nixbuild"
NAME = "nixbuild-large:1.0"
BASE = "base:0"
PATIENCE_SECONDS = 1800
# Nix by wrappers that note when it began and ended.
WRAPPERS = "/root/wrapped-nix"
WRAPPER_LOG = "/root/wrapped-nix.log"
WRAPPER = """\
#!/usr/bin/bash-static
began=$EPOCHREALTIME
/usr/bin/{name} "$@"
status=$?
echo "$began $EPOCHREALTIME" >> {log}
exit $status
"""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Scene:
    """A context manager. What the machine writes is on the disk, as it is for users."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.engines: dict[str, Engine] = {}
        self.machine: Machine
        self._stack = ExitStack()
        self._number = 0

    def __enter__(self) -> "Scene":
        check_namespaces()
        binds = [(FLAKES, "/flakes", True), (self.settings.plugin, PLUGIN, True)]
        with self._stack:
            machine = Machine(ensure_root(SUITE), "bench", binds, in_memory=False)
            self.machine = self._stack.enter_context(machine)
            self.machine.copy_in(Path(__file__).with_name("stopwatch.py"), STOPWATCH)
            self._wrap_nix()
            self._make_project()
            for store, name in {"overlay2": "docker", "containerd": "second"}.items():
                self.engines[store] = self._stack.enter_context(Engine(self.machine, store, name))
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def enter(self, context):
        """Enters a context that ends with the scene, before its machine."""
        return self._stack.enter_context(context)

    def run(self, argv: list[str], engine: Engine | None = None, memory: bool = False, wrapped: bool = False) -> Run:
        """Runs a program in the machine to its end; a failure is raised."""
        environment = {"PATH": f"{WRAPPERS}:{PATH}" if wrapped else PATH}
        if engine:
            environment["DOCKER_HOST"] = engine.host
        job = {"argv": argv, "env": environment, "cwd": PROJECT, "memory": memory}
        done = self.machine.exec(["python3", "-SE", STOPWATCH, json.dumps(job)], patience=PATIENCE_SECONDS).check()
        result = json.loads(done.stdout)
        if result["status"] != 0:
            raise RuntimeError(f"{argv} ended with {result['status']}:\n{result['output']}")
        return Run(result["seconds"], result["peak_kib"])

    def output(self, argv: list[str]) -> str:
        return self.machine.exec(argv, cwd=PROJECT, patience=PATIENCE_SECONDS).check().stdout.strip()

    def seconds_of_nix(self) -> float:
        """Since the last time it was asked, of wrapped runs."""
        log = self.machine.path(WRAPPER_LOG)
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return sum(float(end) - float(begin) for begin, end in (line.split() for line in lines))

    def edit(self) -> None:
        """Changes the one file that the small part of the image is made of, as never before."""
        self._number += 1
        self.machine.path(f"{PROJECT}/application.txt").write_text(f"version {self._number}\n")

    def build(self, attribute: str) -> str:
        words = ["nix", "build", "--no-link", "--print-out-paths"]
        return self.output([*words, f"path:{PROJECT}#{attribute}"])

    def warm_page_cache(self, *paths: str) -> None:
        for path in paths:
            self.output(["sh", "-c", 'find -L "$0" -type f -exec cat {} + > /dev/null', path])

    @contextmanager
    def digests_as_now(self):
        """What the block adds to the digest cache is taken away again."""
        cache, saved = self.machine.path(CACHE), self.machine.path(f"{CACHE}.saved")
        shutil.rmtree(saved, ignore_errors=True)
        if cache.exists():
            shutil.copytree(cache, saved)
        yield
        shutil.rmtree(cache, ignore_errors=True)
        if saved.exists():
            shutil.copytree(saved, cache)

    def forget_digests(self) -> None:
        shutil.rmtree(self.machine.path(CACHE), ignore_errors=True)

    def empty(self, engine: Engine) -> None:
        """No images, and none of what they were made of: containerd collects its garbage later."""
        engine.api.remove_everything()
        blobs = self.machine.path(f"{engine.data_root}/containerd/daemon/io.containerd.content.v1.content/blobs/sha256")
        wait_until(lambda: not blobs.exists() or not any(blobs.iterdir()), "the engine has no blobs")

    def bytes_sent(self, argv: list[str], engine: Engine) -> int:
        with CountingEngine(self.machine, engine) as counting:
            self.machine.exec(argv, env={"DOCKER_HOST": counting.host}, cwd=PROJECT, patience=PATIENCE_SECONDS).check()
            return counting.sent_bytes

    def _wrap_nix(self) -> None:
        folder = self.machine.path(WRAPPERS)
        folder.mkdir()
        for name in ("nix", "nix-build", "nix-store", "nix-instantiate"):
            file = folder / name
            file.write_text(WRAPPER.format(name=name, log=WRAPPER_LOG))
            file.chmod(0o755)

    def _make_project(self) -> None:
        self.machine.copy_in(FLAKES / "hello", PROJECT)
        if self.settings.quick:
            self.machine.path(f"{PROJECT}/large.nix").write_text("{ count = 8; kibibytes = 5 * 1024; }\n")
        for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "The project"]):
            self.output(["git", "-c", "user.name=Bench", "-c", "user.email=bench@example.org", *command])

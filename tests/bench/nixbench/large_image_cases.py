"""The table of what the project promises: an image of 1.1 GB built by real Nix, and real engines.

All cases share one scene; peers are run beside ours, in turns.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from nixlab.engine import Engine

from .measure import Run, median_of
from .openssl_speed import sha256_bytes_per_second
from .result import Result
from .scene import BASE, NAME, PLUGIN, PROJECT, Scene
from .stores import in_each_store

FLAKE = f"path:{PROJECT}"


@dataclass(frozen=True)
class Version:
    """The image of one state of the project, all of it in the Nix store."""

    conf: str
    script: str
    tar: str

    @staticmethod
    def built_by(scene: Scene) -> "Version":
        return Version(scene.build("large.stream.conf"), scene.build("large.stream"), scene.build("largeTar"))


class LargeImage:
    def __init__(self, scene: Scene):
        self.scene = scene
        self.runs = 1 if scene.settings.quick else 5
        self.old: Version | None = None
        self.new: Version | None = None
        self.new_tar_gz: str | None = None
        self.edited_archives: list[tuple[float, str]] = []

    def prepare(self) -> None:
        """Two versions of the image, and all that is read of them in the page cache."""
        if self.old:
            return
        self.old = Version.built_by(self.scene)
        self.scene.edit()
        self.new = Version.built_by(self.scene)
        self.new_tar_gz = self.scene.build("large")
        self.scene.warm_page_cache(self.new.tar, self.new_tar_gz, "/nix/store")

    def archives_of_edited_project(self) -> list[tuple[float, str]]:
        """Other versions' tar.gz, and how long Nix took to build each."""
        while len(self.edited_archives) < self.runs:
            self.scene.edit()
            built = self.scene.run(["nix", "build", "--no-link", f"{FLAKE}#large"])
            self.edited_archives.append((built.seconds, self.scene.build("large")))
        return self.edited_archives

    def changed_path(self, store: str) -> Result:
        """The load step, without Nix, when one small path changed since the image that the engine has."""
        self.prepare()
        engine = self.engine_with_old_image(store)
        ours = [PLUGIN, "build", "-q", self.new.conf]
        self.scene.run([PLUGIN, "build", "-q", self.old.conf], engine)  # its digests are known from the last time

        def run_ours() -> Run:
            with self.scene.digests_as_now():
                return self.without_nix(ours, engine)

        def run_ours_with_nix() -> Run:
            with self.scene.digests_as_now():
                return self.scene.run(ours, engine, memory=True)

        commands = {"ours": run_ours, **self.peers(engine), "ours with Nix": run_ours_with_nix}
        runs = self.in_turns(commands, before=lambda: self.go_back_to_old_image(engine))
        self.go_back_to_old_image(engine)
        with self.scene.digests_as_now():
            sent = self.scene.bytes_sent(ours, engine)
        goal = {"overlay2": 1 / 40, "containerd": 1 / 25}[store]
        return self.result(runs, bytes=sent, goal_ratio=goal)

    def first_load(self, store: str) -> Result:
        """The engine has nothing; the bytes are ready, as an archive and as store paths with known digests."""
        self.prepare()
        engine = self.scene.engines[store]
        self.scene.run([PLUGIN, "build", "-q", self.new.conf], engine)
        commands = {
            "ours": lambda: self.scene.run([PLUGIN, "build", "-q", self.new.tar], engine, memory=True),
            "docker load of the tar": lambda: self.scene.run(["docker", "load", "-i", self.new.tar], engine),
            "ours, from store paths": lambda: self.scene.run([PLUGIN, "build", "-q", self.new.conf], engine, memory=True),
            "ours, from tar.gz": lambda: self.scene.run([PLUGIN, "build", "-q", self.new_tar_gz], engine, memory=True),
        }
        runs = self.in_turns(commands, before=lambda: self.scene.empty(engine))
        return self.result(runs, goal_ratio={"overlay2": 0.75, "containerd": 0.9}[store])

    def nothing_changed(self, store: str) -> Result:
        """The whole command without what Nix takes of it."""
        engine = self.scene.engines[store]
        whole = [PLUGIN, "build", "-q", f"{FLAKE}#large"]
        self.scene.run(whole, engine)
        sent = self.scene.bytes_sent(whole, engine)

        through_docker = ["docker", "nixbuild", "-q", f"{FLAKE}#large"]
        commands = {
            "ours": lambda: self.without_nix(whole, engine),
            "ours, as docker nixbuild": lambda: self.without_nix(through_docker, engine),
            "ours with Nix": lambda: self.scene.run(whole, engine, memory=True),
        }
        return self.result(self.in_turns(commands, at_least=10), bytes=sent, goal_seconds=0.040)

    def changed_file(self, store: str) -> Result:
        """From an edited file to the image in the engine, beside what one does without the plugin."""
        self.prepare()
        engine = self.engine_with_old_image(store)
        self.scene.run([PLUGIN, "build", "-q", self.old.conf], engine)

        def ours() -> Run:
            self.scene.edit()
            return self.scene.run(["docker", "nixbuild", "-q", f"{FLAKE}#large"], engine)

        archives = iter(self.archives_of_edited_project())

        def build_and_load() -> Run:
            # Building does not depend on the engine, so it was measured once for all.
            seconds, archive = next(archives)
            return Run(seconds + self.scene.run(["docker", "load", "-i", archive], engine).seconds)

        def load_of_the_tar() -> Run:
            self.go_back_to_old_image(engine)
            return self.scene.run(["docker", "load", "-i", self.new.tar], engine)

        commands = {
            "ours": ours,
            "nix build && docker load": build_and_load,
            "docker load of the tar": load_of_the_tar,
        }
        return self.result(self.in_turns(commands), goal_ratio=0.1)

    def slow_evaluation_clean(self) -> Result:
        """An unchanged project in git whose evaluation takes two seconds: the whole command."""
        evaluation = self.make_evaluation_slow()
        engine = self.scene.engines["overlay2"]
        whole = ["docker", "nixbuild", "-q", ".#slowlyEvaluated"]
        self.scene.run(whole, engine)
        runs = self.in_turns({"ours": lambda: self.scene.run(whole, engine)})
        return self.result({**runs, "one evaluation": [Run(evaluation)]}, goal_seconds=0.2)

    def slow_evaluation_dirty(self) -> Result:
        """The same with a file changed each time: evaluations for each run."""
        evaluation = self.make_evaluation_slow()
        engine = self.scene.engines["overlay2"]

        def run() -> Run:
            self.scene.edit()
            return self.scene.run(["docker", "nixbuild", "-q", ".#slowlyEvaluated"], engine)

        run()
        runs = self.in_turns({"ours": run})
        return self.result({**runs, "one evaluation": [Run(evaluation)]}, goal_ratio=1.1)

    def make_evaluation_slow(self) -> float:
        """Gives the seconds that one evaluation takes now."""
        evaluate = ["nix", "eval", "--raw", "--no-eval-cache", ".#slowlyEvaluated.drvPath"]
        file = self.scene.machine.path(f"{PROJECT}/slowness.nix")
        rounds = 200_000
        for _ in range(2):
            file.write_text(f"{rounds}\n")
            self.scene.output(["git", "-c", "user.name=Bench", "-c", "user.email=bench@example.org",
                               "commit", "-q", "-a", "--allow-empty", "-m", "Slower"])  # fmt: skip
            seconds = median(self.scene.run(evaluate).seconds for _ in range(3))
            rounds = int(rounds * 2.0 / seconds)
        return seconds

    def tar_and_digest(self) -> Result:
        """Bytes and digests of all layers with nothing cached."""
        self.prepare()

        def run_ours() -> Run:
            self.scene.forget_digests()
            return self.scene.run([PLUGIN, "inspect", self.new.conf], memory=True)

        layers = self.scene.output(["sh", "-c", 'grep -o "/nix/store/[^\\"]*" "$0" | sort -u', self.new.conf]).split()
        read = ["sh", "-c", 'find "$@" -type f -print0 | xargs -0 cat > /dev/null', "-", *layers]
        commands = {
            "ours": run_ours,
            "stream script (our emulation of nixpkgs')": lambda: self.scene.run(
                ["sh", "-c", f"{self.new.script} 2> /dev/null | cat > /dev/null"]
            ),
            "reading the files": lambda: self.scene.run(read),
        }
        runs = self.in_turns(commands)
        size = self.scene.machine.path(self.new.tar).stat().st_size
        result = self.result(runs, bytes=size, goal_ratio=1 / 8)
        result.notes["MB/s"] = size / result.ours / 1e6
        result.notes["openssl speed sha256 MB/s, one core"] = sha256_bytes_per_second() / 1e6
        return result

    def peers(self, engine: Engine) -> dict[str, Callable[[], Run]]:
        script = f"{self.new.script} 2> /dev/null | docker load"
        copy = ["skopeo", "--insecure-policy", "copy", "-q", f"--dest-daemon-host={engine.host}"]
        return {
            "docker load of the tar": lambda: self.scene.run(["docker", "load", "-i", self.new.tar], engine),
            "docker load of the tar.gz": lambda: self.scene.run(["docker", "load", "-i", self.new_tar_gz], engine),
            "stream script | docker load": lambda: self.scene.run(["sh", "-c", script], engine),
            "skopeo copy of the tar": lambda: self.scene.run(
                [*copy, f"docker-archive:{self.new.tar}", f"docker-daemon:{NAME}"], engine
            ),
        }

    def without_nix(self, argv: list[str], engine: Engine) -> Run:
        """The time that was not Nix's."""
        self.scene.seconds_of_nix()
        done = self.scene.run(argv, engine, wrapped=True)
        return Run(done.seconds - self.scene.seconds_of_nix(), done.rss_kib)

    def engine_with_old_image(self, store: str) -> Engine:
        engine = self.scene.engines[store]
        self.scene.empty(engine)
        self.scene.run(["docker", "load", "-i", self.old.tar], engine)
        self.scene.run(["docker", "tag", NAME, BASE], engine)
        return engine

    def go_back_to_old_image(self, engine: Engine) -> None:
        """The old image has its name again, and there is no other."""
        self.scene.run(["docker", "tag", BASE, NAME], engine)
        self.scene.run(["docker", "image", "prune", "-f"], engine)

    def in_turns(
        self, commands: dict[str, Callable[[], Run]], before: Callable[[], None] = lambda: None, at_least: int = 0
    ) -> dict[str, list[Run]]:
        runs: dict[str, list[Run]] = {name: [] for name in commands}
        for _ in range(max(self.runs, 0 if self.scene.settings.quick else at_least)):
            for name, command in commands.items():
                before()
                runs[name].append(command())
        return runs

    def result(self, runs: dict[str, list[Run]], **facts) -> Result:
        medians = {name: median_of(of_one) for name, of_one in runs.items()}
        peaks = [run.rss_kib for name, of_one in runs.items() if name.startswith("ours") for run in of_one if run.rss_kib]
        ours = medians.pop("ours")
        return Result(ours=ours, peers=medians, rss_kib=max(peaks, default=None), **facts)


CASES: dict[str, Callable[[LargeImage], Result]] = {
    **in_each_store(
        changed_path=LargeImage.changed_path,
        first_load=LargeImage.first_load,
        nothing_changed=LargeImage.nothing_changed,
        changed_file=LargeImage.changed_file,
    ),
    "slow_evaluation_clean": LargeImage.slow_evaluation_clean,
    "slow_evaluation_dirty": LargeImage.slow_evaluation_dirty,
    "tar_and_digest": LargeImage.tar_and_digest,
}

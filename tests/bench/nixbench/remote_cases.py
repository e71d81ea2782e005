"""A build on the engine's machine beside one that is started there, and beside what users do by hand."""

from collections.abc import Callable
from statistics import median

from .remote_scene import PROJECT, RemoteScene
from .result import Result


class RemoteBuild:
    """The same project on the client and on the engine's machine."""

    def __init__(self, scene: RemoteScene):
        self.scene = scene
        self.quick = scene.settings.quick
        for machine in (scene.client, scene.server):
            scene.make_project(machine)
            if self.quick:
                machine.path(f"{PROJECT}/large.nix").write_text("{ count = 8; kibibytes = 5 * 1024; }\n")

    def overhead(self) -> Result:
        """The whole command with nothing changed, less the same command on the engine's machine."""
        there = "docker nixbuild -q .#image"
        here = f"docker -H {self.scene.ssh.url} nixbuild -q .#image"
        remote, local = [], []
        self.scene.nixbuild("-q", ".#image")
        self.scene.timed(self.scene.server, there)
        for _ in range(3 if self.quick else 11):
            remote.append(self.scene.timed(self.scene.client, here))
            local.append(self.scene.timed(self.scene.server, there))
        beside = {"a bare ssh": f"ssh {self.scene.ssh.address} true", "docker info": f"docker -H {self.scene.ssh.url} info"}
        notes = {"ms in all": median(remote), "ms there": median(local)}
        for name, script in beside.items():
            notes[f"ms of {name}"] = median(self.scene.timed(self.scene.client, script) for _ in range(5))
        return Result(
            ours=median(remote) - median(local),
            notes={name: seconds * 1e3 for name, seconds in notes.items()},
            goal_seconds=0.150,
        )

    def large_image(self) -> Result:
        """From a flake that the other machine has to the image in its empty engine, and what crosses the network."""
        build = f"ssh {self.scene.ssh.address} cd {PROJECT} '&&' nix build --no-link --print-out-paths .#largeTar"
        archive = self.scene.client.exec(["sh", "-c", build], patience=1800).check().stdout.strip()
        by_hand = f"ssh {self.scene.ssh.address} cat {archive} | docker -H {self.scene.ssh.url} load"
        ours = f"docker -H {self.scene.ssh.url} nixbuild -q .#large"
        self.scene.nixbuild("--dry-run", ".#large")
        times: dict[str, list[float]] = {ours: [], by_hand: []}
        crossed: dict[str, list[int]] = {ours: [], by_hand: []}
        for _ in range(1 if self.quick else 3):
            for script in (ours, by_hand):
                self.scene.engine.api.remove_everything()
                before = self.scene.crossed_bytes()
                times[script].append(self.scene.timed(self.scene.client, script))
                crossed[script].append(self.scene.crossed_bytes() - before)
        return Result(
            ours=median(times[ours]),
            peers={"out through ssh and back by docker load": median(times[by_hand])},
            bytes=int(median(crossed[ours])),
            notes={"bytes by hand": median(crossed[by_hand])},
        )


CASES: dict[str, Callable[[RemoteBuild], Result]] = {
    "remote_overhead": RemoteBuild.overhead,
    "remote_large_image": RemoteBuild.large_image,
}

"""What a look at everything costs where nothing is wrong."""

from collections.abc import Callable

from .measure import median_of
from .result import Result
from .scene import Scene
from .stores import in_each_store


class Doctor:
    def __init__(self, scene: Scene):
        self.scene = scene

    def doctor(self, store: str) -> Result:
        """The whole command, Nix included."""
        engine = self.scene.engines[store]
        runs = 1 if self.scene.settings.quick else 10
        told = [self.scene.run(["docker", "nixbuild", "doctor"], engine) for _ in range(runs)]
        return Result(ours=median_of(told), goal_seconds=1.0)


CASES: dict[str, Callable[[Doctor], Result]] = in_each_store(doctor=Doctor.doctor)

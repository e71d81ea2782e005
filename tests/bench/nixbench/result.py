"""One line of the outcome."""

from dataclasses import asdict, dataclass, field


@dataclass
class Result:
    """Times are in seconds. The first of the peers is the one that goals compare with."""

    ours: float
    peers: dict[str, float] = field(default_factory=dict)
    bytes: int | None = None  # that the engine was sent, or that were made
    rss_kib: int | None = None
    goal_ratio: float | None = None  # of the first peer's time, at most
    goal_seconds: float | None = None
    notes: dict[str, float] = field(default_factory=dict)

    @property
    def peer(self) -> float | None:
        return next(iter(self.peers.values()), None)

    @property
    def ratio(self) -> float | None:
        return self.ours / self.peer if self.peer else None

    @property
    def met(self) -> bool | None:
        if self.goal_seconds is not None:
            return self.ours <= self.goal_seconds
        if self.goal_ratio is not None and self.ratio is not None:
            return self.ratio <= self.goal_ratio
        return None

    def as_json(self) -> dict:
        return {**asdict(self), "peer": self.peer, "ratio": self.ratio, "met": self.met}

    def as_text(self) -> str:
        parts = [f"ours {self.ours:.4f} s"]
        parts += [f"{name} {seconds:.4f} s (ratio {self.ours / seconds:.4f})" for name, seconds in self.peers.items()]
        if self.bytes is not None:
            parts.append(f"{self.bytes} bytes")
        if self.rss_kib is not None:
            parts.append(f"peak {self.rss_kib / 1024:.1f} MiB")
        parts += [f"{name} {value:.0f}" for name, value in self.notes.items()]
        if self.met is not None:
            wanted = f"ratio {self.goal_ratio:.4f}" if self.goal_seconds is None else f"{self.goal_seconds} s"
            parts.append(f"goal {wanted}: {'met' if self.met else 'MISSED'}")
        return "; ".join(parts)

"""One line of the outcome."""

from dataclasses import asdict, dataclass


@dataclass
class Result:
    ours: float
    peer: float | None = None
    bytes: int | None = None
    rss_kib: int | None = None

    @property
    def ratio(self) -> float | None:
        return self.ours / self.peer if self.peer else None

    def as_json(self) -> dict:
        return {**asdict(self), "ratio": self.ratio}

    def as_text(self) -> str:
        parts = [f"ours {self.ours:.4f} s"]
        if self.peer:
            parts.append(f"peer {self.peer:.4f} s, ratio {self.ratio:.3f}")
        if self.bytes is not None:
            parts.append(f"{self.bytes} bytes")
        if self.rss_kib is not None:
            parts.append(f"peak {self.rss_kib / 1024:.1f} MiB")
        return "; ".join(parts)

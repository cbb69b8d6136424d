"""A clock in place of `time`, for what a test keeps for some seconds."""

from dataclasses import dataclass


@dataclass
class Ticks:
    """A clock that stands still until it is moved."""

    now: float = 1000.0

    def monotonic(self) -> float:
        return self.now

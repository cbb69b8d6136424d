"""Who may recalculate an event now: one process in a window of seconds. It saves work and guards nothing."""

import time
from typing import Protocol


class RecalculationLock(Protocol):
    """A lock per event that nobody releases: it ends by itself, one window after it was taken."""

    async def acquire(self, event_id: int) -> float:
        """Try to take the lock.

        Returns:
            0 for whoever took it, else the seconds until the window ends.
        """


class ProcessLock:
    """The lock within one process."""

    def __init__(self, window_seconds: float) -> None:
        """Hold each lock for `window_seconds`."""
        self._window = window_seconds
        self._held_until: dict[int, float] = {}

    async def acquire(self, event_id: int) -> float:
        """Try to take the lock; see `RecalculationLock`."""
        now = time.monotonic()
        left = self._held_until.get(event_id, now) - now
        if left > 0:
            return left
        self._held_until[event_id] = now + self._window
        return 0.0

"""Let one process recalculate an event per time window. The lock only saves work; correctness does not depend on it."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.services.ratings._redis_lock import RedisFailure


class RecalculationLock(Protocol):
    """A lock per event that expires one window after it was acquired."""

    async def acquire(self, event_id: int) -> float:
        """Try to take the lock.

        Returns:
            0 if the lock was free, else the seconds until the window ends.
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


@asynccontextmanager
async def open_lock(redis_url: str | None, window_seconds: int) -> AsyncIterator[RecalculationLock]:
    """Open a lock shared by all processes on one Redis; without a URL, a lock within this process."""
    if redis_url is None:
        yield ProcessLock(window_seconds)
        return
    # The Redis client is slow to import, and not every process needs it.
    from bot.services.ratings._redis_lock import RedisLock, connect_redis

    redis = connect_redis(redis_url)
    try:
        yield RedisLock(redis, window_seconds)
    finally:
        await redis.aclose()


async def redis_failure(url: str) -> "RedisFailure | None":
    """Return why Redis does not answer on a new connection; None if it does."""
    from bot.services.ratings._redis_lock import find_failure

    return await find_failure(url)

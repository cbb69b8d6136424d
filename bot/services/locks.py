"""Who may recalculate an event now: one process in a window of seconds. It saves work and guards nothing."""

import logging
import time
from typing import Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

RETRY_REDIS_AFTER_SECONDS = 10.0
# What PTTL says of a key that never ends: none that this class set, but waiting for it would be for ever.
_NO_END = -1

logger = logging.getLogger(__name__)


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


class RedisLock:
    """The lock over all processes that share a Redis, and within this one while Redis is away.

    A Redis that fails is left alone for ten seconds, so that a hung one is waited for once and not each time.
    """

    def __init__(self, redis: Redis, window_seconds: int) -> None:
        """Hold each lock for `window_seconds`; the client's own time-outs decide how long Redis may take."""
        self._redis = redis
        self._window = window_seconds
        self._fallback = ProcessLock(window_seconds)
        self._degraded_until: float | None = None

    async def acquire(self, event_id: int) -> float:
        """Try to take the lock; see `RecalculationLock`."""
        if self._degraded_until is not None and time.monotonic() < self._degraded_until:
            return await self._fallback.acquire(event_id)
        try:
            left = await self._acquire(f"elo_calculation_lock:{event_id}")
        except (RedisError, OSError) as error:
            if self._degraded_until is None:
                logger.warning(
                    "degraded: Redis does not answer (%s); each process recalculates on its own",
                    type(error).__name__,
                )
            self._degraded_until = time.monotonic() + RETRY_REDIS_AFTER_SECONDS
            return await self._fallback.acquire(event_id)
        if self._degraded_until is not None:
            logger.warning("Redis answers again")
            self._degraded_until = None
        return left

    async def _acquire(self, key: str) -> float:
        if await self._redis.set(key, "1", nx=True, ex=self._window):
            return 0.0
        milliseconds = await self._redis.pttl(key)
        if milliseconds == _NO_END:
            await self._redis.expire(key, self._window)
            return self._window
        # It may have ended in between (−2): ask again at once.
        return max(milliseconds, 1) / 1000

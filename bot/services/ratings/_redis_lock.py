"""Lock recalculations across all processes that share a Redis."""

import logging
import time
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError, ResponseError

from bot.services.ratings._locks import ProcessLock

REDIS_TIMEOUT_SECONDS = 0.5
RETRY_REDIS_AFTER_SECONDS = 10.0
# PTTL returns this for a key without expiry. The bot sets no such key, and must not wait for one for ever.
_NO_END = -1

logger = logging.getLogger(__name__)


def connect_redis(url: str) -> Redis:
    """Return a client with a time-out of half a second and without retries."""
    return Redis.from_url(
        url,
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


@dataclass(frozen=True, slots=True)
class RedisFailure:
    """Why Redis did not answer; `is_refusal` says that it is reachable but rejects the URL."""

    reason: str
    is_refusal: bool


async def find_failure(url: str) -> RedisFailure | None:
    """Ask Redis once; see `redis_failure`."""
    redis = connect_redis(url)
    try:
        await redis.ping()
    except (AuthenticationError, ResponseError) as error:
        return RedisFailure(str(error).rstrip("."), is_refusal=True)
    except (RedisError, OSError) as error:
        return RedisFailure(type(error).__name__, is_refusal=False)
    finally:
        await redis.aclose()
    return None


class RedisLock:
    """The lock across all processes that share a Redis, with a fallback to a lock within this process.

    After a Redis error, it uses the fallback for ten seconds before it asks Redis again.
    """

    def __init__(self, redis: Redis, window_seconds: int) -> None:
        """Hold each lock for `window_seconds`; `redis` has its own time-outs."""
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
        # The key may have expired in between (PTTL returns −2); the caller then asks again at once.
        return max(milliseconds, 1) / 1000

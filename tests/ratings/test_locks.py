"""The recalculation lock: one holder per window, across processes with Redis, within a process without it."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from redis.asyncio import Redis

from bot.services.ratings._locks import ProcessLock
from bot.services.ratings._redis_lock import RETRY_REDIS_AFTER_SECONDS, RedisLock, connect_redis
from tests.patience import SOON, set_limits
from tests.proxy import proxy_to, redis_through

EVENT, OTHER_EVENT = 1, 2
KEY = f"elo_calculation_lock:{EVENT}"


@dataclass
class Ticks:
    """A clock that stands still until it is moved."""

    now: float = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> Ticks:
    ticks = Ticks()
    for module in ("_locks", "_redis_lock"):
        monkeypatch.setattr(f"bot.services.ratings.{module}.time", ticks)
    return ticks


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with connect_redis(redis_url) as redis:
        yield redis


@pytest.fixture
def refusing_url() -> str:
    """Return the address of a Redis that refuses every connection."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"redis://127.0.0.1:{taken.getsockname()[1]}"


async def test_within_a_process_one_takes_the_lock_until_its_window_ends(ticks: Ticks) -> None:
    lock = ProcessLock(30)
    assert await lock.acquire(EVENT) == 0
    ticks.now += 10
    assert await lock.acquire(EVENT) == 20
    assert await lock.acquire(OTHER_EVENT) == 0
    ticks.now += 20
    assert await lock.acquire(EVENT) == 0
    assert await lock.acquire(EVENT) == 30


async def test_over_processes_one_of_many_takes_the_lock(redis: Redis, redis_url: str) -> None:
    async with connect_redis(redis_url) as elsewhere:
        processes = [RedisLock(client, 30) for client in (redis, elsewhere) for _ in range(5)]
        left = sorted(await asyncio.gather(*(process.acquire(EVENT) for process in processes)))
        assert left[0] == 0
        assert all(0 < seconds <= 30 for seconds in left[1:])
        assert await processes[0].acquire(OTHER_EVENT) == 0


async def test_the_lock_of_a_killed_process_ends_with_its_window(redis: Redis) -> None:
    await redis.set(KEY, "a process that was killed", px=100)
    lock = RedisLock(redis, 30)
    while seconds_left := await lock.acquire(EVENT):
        assert seconds_left <= 0.1
        await asyncio.sleep(seconds_left)
    assert await redis.get(KEY) != b"a process that was killed"
    assert 0 < await redis.ttl(KEY) <= 30


async def test_a_lock_without_an_end_is_given_one(redis: Redis) -> None:
    await redis.set(KEY, "from elsewhere")
    assert await RedisLock(redis, 30).acquire(EVENT) == 30
    assert 0 < await redis.ttl(KEY) <= 30


async def test_a_redis_that_refuses_leaves_a_lock_within_the_process(
    refusing_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with connect_redis(refusing_url) as redis:
        lock = RedisLock(redis, 30)
        with caplog.at_level(logging.WARNING):
            assert await lock.acquire(EVENT) == 0
            assert await lock.acquire(EVENT) > 0
            assert await lock.acquire(OTHER_EVENT) == 0
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["degraded"]


async def test_a_redis_that_hangs_is_waited_for_once_until_it_is_back(
    redis_url: str,
    redis: Redis,
    caplog: pytest.LogCaptureFixture,
    ticks: Ticks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.WARNING)
    set_limits(monkeypatch.setattr, {"REDIS_TIMEOUT_SECONDS": SOON})
    async with proxy_to(redis_url) as way, connect_redis(redis_through(way, redis_url)) as client:
        way.swallow()
        lock = RedisLock(client, 30)
        assert await lock.acquire(EVENT) == 0
        assert [await lock.acquire(EVENT) for _ in range(5)] == [30] * 5
        assert way.connections == 1

        ticks.now += RETRY_REDIS_AFTER_SECONDS
        assert await lock.acquire(EVENT) == 20
        assert way.connections == 2
        assert [record.getMessage()[:8] for record in caplog.records] == ["degraded"]

        way.release()
        ticks.now += RETRY_REDIS_AFTER_SECONDS
        assert await lock.acquire(EVENT) == 0
        assert await redis.exists(KEY)
        assert [record.getMessage()[:8] for record in caplog.records] == ["degraded", "Redis an"]

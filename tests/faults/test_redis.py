"""A Redis that refuses, hangs, comes back, or comes back empty: submissions go on, and Elos come current."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from tempfile import TemporaryDirectory

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy import URL

from bot.services.ratings import _recalculator as recalculation
from bot.services.ratings import redis_lock
from tests import tables
from tests.backends import TestBackend, open_test_backend
from tests.proxy import Proxy, proxy_to, redis_through
from tests.servers import own_redis

SLOWER_AT_MOST_SECONDS = 0.6
WINDOW_SECONDS = 1
RETRY_SECONDS = 0.5
KEY = "elo_calculation_lock:1"


@pytest.fixture
async def way(redis_url: str) -> AsyncIterator[Proxy]:
    """The way to the Redis of `backend`."""
    async with proxy_to(redis_url) as proxy:
        yield proxy


@pytest.fixture
async def backend(
    database_url: URL, redis_url: str, way: Proxy, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[TestBackend]:
    """The services with an event and a score, on a Redis to which there is a way that can fail."""
    monkeypatch.setattr(redis_lock, "RETRY_REDIS_AFTER_SECONDS", RETRY_SECONDS)
    url = SecretStr(redis_through(way, redis_url))
    async with open_test_backend(database_url, redis_url=url, elo_debounce_seconds=WINDOW_SECONDS) as backend:
        await backend.create_event()
        await backend.submit(1, 1)
        await backend.settle_ratings()
        yield backend


async def submit_all(backend: TestBackend, players: range) -> list[float]:
    """Have players submit one after the other, and return how long they waited, in order of that."""
    waits = []
    for player in players:
        began = time.monotonic()
        await backend.submit(player, player)
        waits.append(time.monotonic() - began)
    return sorted(waits)


async def current(backend: TestBackend) -> None:
    """Wait a window for the stored Elos, and check that they are those that are shown."""
    await backend.settle_ratings(WINDOW_SECONDS * 5)
    shown = await backend.elos()
    stored = await tables.stored_elos(backend.database, 1)
    assert shown == {player: stored[player] for player in shown}
    assert await backend.differences() == []


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage()[:8] for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize("fail", [Proxy.cut, Proxy.swallow, Proxy.hold])
async def test_without_redis_submissions_go_on_and_when_it_is_back_it_is_used_again(
    backend: TestBackend, way: Proxy, redis_url: str, caplog: pytest.LogCaptureFixture, fail: Callable[[Proxy], None]
) -> None:
    fail(way)
    # One window after the other, in each of which the lock is asked for.
    for first in (2, 12, 22):
        *others, longest = await submit_all(backend, range(first, first + 10))
        # Once, and not each time; what a submission takes by itself is much less.
        assert longest < 2 * SLOWER_AT_MOST_SECONDS
        assert max(others) < SLOWER_AT_MOST_SECONDS
        await current(backend)
    assert warnings(caplog) == ["degraded"]

    way.release()
    await way.open()
    async with Redis.from_url(redis_url) as redis:
        await redis.delete(KEY)
        await asyncio.sleep(max(RETRY_SECONDS, WINDOW_SECONDS))
        await submit_all(backend, range(32, 34))
        await current(backend)
        assert await redis.exists(KEY)
    assert warnings(caplog) == ["degraded", "Redis an"]


async def test_a_redis_that_restarts_empty_is_used_as_before(
    database_url: URL, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_lock, "RETRY_REDIS_AFTER_SECONDS", 0.0)
    with TemporaryDirectory() as directory:
        with own_redis(directory) as url:
            opened = open_test_backend(database_url, redis_url=SecretStr(url), elo_debounce_seconds=WINDOW_SECONDS)
            backend = await opened.__aenter__()
            await backend.create_event()
            await submit_all(backend, range(1, 3))
        await submit_all(backend, range(3, 5))
        await current(backend)
        with own_redis(directory) as url:
            await asyncio.sleep(WINDOW_SECONDS)
            await submit_all(backend, range(5, 7))
            await current(backend)
            async with Redis.from_url(url) as redis:
                assert await redis.exists(KEY)
            await opened.__aexit__(None, None, None)
    assert warnings(caplog) == ["degraded", "Redis an"]


async def test_what_the_holder_of_the_lock_leaves_when_it_dies_is_done_after_a_window_and_a_sweep(
    database_url: URL, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recalculation, "SWEEP_SECONDS", 0.5)
    url = SecretStr(redis_url)
    async with open_test_backend(database_url, redis_url=url, elo_debounce_seconds=WINDOW_SECONDS) as survivor:
        event = await survivor.create_event()
        survivor.real.recalculator.start()
        address = database_url.render_as_string(hide_password=False)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.faults.dies_recalculating", address, redis_url)
        )
        assert await process.wait() == -signal.SIGKILL
        async with Redis.from_url(redis_url) as redis:
            assert await redis.exists(KEY)
        assert await survivor.real.scoring.is_stale(event.id)
        await current(survivor)
        assert (await survivor.page()).players == 1

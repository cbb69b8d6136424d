"""A Redis that refuses, hangs, returns, or returns empty: submissions go on, and Elos are recalculated."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy import URL

from bot.database.dialect import parse_database_url
from bot.services.ratings import _redis_lock as redis_lock
from tests import tables
from tests.backends import TestBackend, open_test_backend
from tests.one_database import on_both_databases, on_one_database
from tests.outages import statements_seen
from tests.own_servers import own_redis
from tests.patience import SOON, UNTIL_IT_HANGS, patient, set_limits
from tests.proxy import Proxy, proxy_to, redis_through
from tests.wire.forked_bot import end_of

pytestmark = on_one_database

WINDOW_SECONDS = 1
KEY = "elo_calculation_lock:1"


class Now(SimpleNamespace):
    """The clock of the period in which the lock does not ask a failed Redis."""

    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Now:
    now = Now()
    monkeypatch.setattr(redis_lock, "time", now)
    return now


@pytest.fixture
async def way(redis_url: str) -> AsyncIterator[Proxy]:
    """The proxy to the Redis of `backend`."""
    async with proxy_to(redis_url) as proxy:
        yield proxy


@pytest.fixture
async def backend(database_url: URL, redis_url: str, way: Proxy, now: Now) -> AsyncIterator[TestBackend]:
    """The services with an event and a score, on a Redis behind a proxy that can fail."""
    url = SecretStr(redis_through(way, redis_url))
    async with open_test_backend(database_url, redis_url=url, elo_debounce_seconds=WINDOW_SECONDS) as backend:
        await backend.create_event()
        await backend.submit(1, 1)
        await backend.settle_ratings()
        yield backend


async def wait_for_redis(backend: TestBackend, seconds: float) -> None:
    """Set the bot's time-out for Redis, and use new connections."""
    pool = backend.real.recalculator._lock._redis.connection_pool  # type: ignore[attr-defined]
    pool.connection_kwargs |= {"socket_timeout": seconds, "socket_connect_timeout": seconds}
    await pool.disconnect()
    pool.reset()


async def submit_all(backend: TestBackend, players: range) -> None:
    """Let players submit one after the other."""
    for player in players:
        await backend.submit(player, player)


async def current(backend: TestBackend) -> None:
    """Wait for the stored Elos, and check that the boards show the same."""
    await backend.settle_ratings()
    shown = await backend.elos()
    stored = await tables.stored_elos(backend.database, 1)
    assert shown == {player: stored[player] for player in shown}
    assert await backend.differences() == []


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage()[:8] for record in caplog.records if record.levelno >= logging.WARNING]


async def test_nobody_who_submits_waits_for_a_silent_redis(backend: TestBackend, way: Proxy) -> None:
    way.swallow()
    await submit_all(backend, range(2, 12))
    assert (await backend.page()).players == 11
    assert await backend.real.scoring.is_stale(1), "somebody has got an answer of Redis"


@pytest.mark.parametrize("fail", [Proxy.cut, Proxy.swallow, Proxy.hold])
async def test_submissions_go_on_without_redis_and_use_it_when_it_is_back(
    backend: TestBackend, way: Proxy, now: Now, caplog: pytest.LogCaptureFixture, fail: Callable[[Proxy], None]
) -> None:
    await wait_for_redis(backend, SOON)
    fail(way)
    before = way.connections
    # Submit in two windows, one after the other; in each, the bot asks for the lock.
    for first in (2, 12):
        await submit_all(backend, range(first, first + 10))
        await current(backend)
    assert warnings(caplog) == ["degraded"]
    # The bot tries Redis once, not every time.
    assert way.connections <= before + 1

    way.release()
    await way.open()
    await wait_for_redis(backend, UNTIL_IT_HANGS)
    now.seconds += redis_lock.RETRY_REDIS_AFTER_SECONDS
    await submit_all(backend, range(22, 24))
    await current(backend)
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
            await submit_all(backend, range(5, 7))
            await current(backend)
            await opened.__aexit__(None, None, None)
    assert warnings(caplog) == ["degraded", "Redis an"]


def die_recalculating(database_url: str, redis_url: str) -> None:
    """Count a score, take the lock, and get killed in the middle of the recalculation."""

    async def work() -> None:
        url, redis = parse_database_url(database_url), SecretStr(redis_url)
        with statements_seen("UPDATE player_event_stats", lambda: os.kill(os.getpid(), signal.SIGKILL)):
            async with open_test_backend(url, redis_url=redis, elo_debounce_seconds=3600) as backend:
                await backend.submit(1, 100)
                await asyncio.Event().wait()

    set_limits(setattr, patient())
    asyncio.run(work())


@on_both_databases
async def test_what_a_dead_holder_of_the_lock_leaves_is_done_afterwards(database_url: URL, redis_url: str) -> None:
    url = SecretStr(redis_url)
    async with open_test_backend(database_url, redis_url=url, elo_debounce_seconds=WINDOW_SECONDS) as survivor:
        event = await survivor.create_event()
        address = database_url.render_as_string(hide_password=False)
        assert await end_of(die_recalculating, address, redis_url) == -signal.SIGKILL
        assert await survivor.real.scoring.is_stale(event.id)
        async with Redis.from_url(redis_url) as redis:
            assert await redis.expire(KEY, WINDOW_SECONDS), "nobody had the lock"
        survivor.real.recalculator.start()
        await current(survivor)
        assert (await survivor.page()).players == 1

"""Suite B of section 3.3: the Redis lock `elo_calculation_lock:{event_id}` across several processes."""

import asyncio

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy import URL

from tests import tables
from tests.backends import TestBackend, open_test_backend


async def test_whoever_takes_the_lock_recalculates_and_leaves_it_to_expire(database_url: URL, redis_url: str) -> None:
    async with (
        open_test_backend(database_url, redis_url=SecretStr(redis_url)) as backend,
        Redis.from_url(redis_url) as redis,
    ):
        event = await backend.create_event()
        await backend.submit(1, 100)
        await backend.settle_ratings()
        assert await tables.stored_elos(backend.database, event.id) == {1: 1000}
        assert 0 < await redis.ttl(f"elo_calculation_lock:{event.id}") <= 30


async def test_whoever_is_refused_the_lock_does_not_recalculate_while_it_exists(
    database_url: URL, redis_url: str
) -> None:
    async with (
        open_test_backend(database_url, redis_url=SecretStr(redis_url)) as backend,
        Redis.from_url(redis_url) as redis,
    ):
        event = await backend.create_event()
        await redis.set(f"elo_calculation_lock:{event.id}", "another process", ex=30)
        await backend.submit(1, 100)
        with pytest.raises(TimeoutError):
            await backend.settle_ratings(seconds=0.3)
        assert await tables.stored_elos(backend.database, event.id) == {1: None}


async def test_events_have_locks_of_their_own(database_url: URL, redis_url: str) -> None:
    async with (
        open_test_backend(database_url, redis_url=SecretStr(redis_url)) as backend,
        Redis.from_url(redis_url) as redis,
    ):
        events = [await backend.create_event(name=name) for name in ("Tetris Blitz", "40L Sprint")]
        await asyncio.gather(*(backend.submit(1, 100, event.name) for event in events))
        await backend.settle_ratings()
        for event in events:
            assert await tables.stored_elos(backend.database, event.id) == {1: 1000}
            assert 0 < await redis.ttl(f"elo_calculation_lock:{event.id}") <= 30


async def test_without_a_redis_the_process_has_a_lock_of_its_own(backend: TestBackend) -> None:
    event = await backend.create_event()
    await backend.submit(1, 50)
    await backend.settle_ratings()
    await backend.submit(2, 100)
    with pytest.raises(TimeoutError):
        await backend.settle_ratings(seconds=0.3)
    assert await tables.stored_elos(backend.database, event.id) == {1: 1000, 2: None}

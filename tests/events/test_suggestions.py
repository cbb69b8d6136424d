"""Suggestions share cached reads of a server's events: how often they read, and how stale they may be."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import URL

from bot.domain.events import EventState
from bot.errors import Unavailable
from bot.services.events import EventOptions
from bot.services.events._service import KEPT_SECONDS, MAX_SUGGESTIONS
from tests.backends import ADMIN, EVENT, GUILD, TestBackend, open_test_backend
from tests.outages import statements_fail, statements_seen

READ = "SELECT events.name_key"
NEIGHBOUR_GUILD = 2002


@pytest.fixture
def database_url(file_url: URL) -> URL:
    """One kind of database is enough, because the cache is in the process."""
    return file_url


@pytest.fixture
async def passes(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], Awaitable[None]]:
    """Let time pass for what the event loop has scheduled."""
    loop = asyncio.get_running_loop()
    real, passed = loop.time, 0.0

    async def passes(seconds: float) -> None:
        nonlocal passed
        passed += seconds
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    monkeypatch.setattr(loop, "time", lambda: real() + passed)
    return passes


async def suggest(backend: TestBackend, typed: str = "", least: EventState = EventState.OPEN) -> tuple[str, ...]:
    return await backend.real.services.events.suggest(GUILD, typed, least)


async def test_all_who_type_within_a_second_share_one_reading(
    backend: TestBackend, passes: Callable[[float], Awaitable[None]]
) -> None:
    await backend.create_event()
    with statements_seen(READ) as read:
        assert await asyncio.gather(*(suggest(backend, EVENT[:length]) for length in range(10))) == [(EVENT,)] * 10
        await passes(KEPT_SECONDS / 2)
        assert await suggest(backend, "blitz", EventState.ARCHIVED) == (EVENT,)
        assert len(read) == 1
        await passes(KEPT_SECONDS)
        assert await suggest(backend) == (EVENT,)
        assert len(read) == 2


async def test_servers_share_nothing(backend: TestBackend) -> None:
    await backend.create_event()
    assert await suggest(backend) == (EVENT,)
    assert await backend.real.services.events.suggest(NEIGHBOUR_GUILD, "") == ()


async def test_archived_events_are_suggested_after_all_that_are_active(backend: TestBackend) -> None:
    events = backend.real.services.events
    for number in range(MAX_SUGGESTIONS):
        await backend.create_event(name=f"Blitz {number:02}")
        await events.archive(ADMIN, f"Blitz {number:02}")
    for name in ("Sprint", "Marathon"):
        await backend.create_event(name=name)
    suggested = await suggest(backend, "", EventState.ARCHIVED)
    assert suggested == ("Marathon", "Sprint", *(f"Blitz {number:02}" for number in range(MAX_SUGGESTIONS - 2)))


async def test_what_this_process_changes_is_suggested_at_once(backend: TestBackend) -> None:
    events = backend.real.services.events
    assert await suggest(backend) == ()
    await backend.create_event()
    assert await suggest(backend) == (EVENT,)
    await events.edit(ADMIN, EVENT, EventOptions(name="Sprint"))
    assert await suggest(backend) == ("Sprint",)
    await events.archive(ADMIN, "Sprint")
    assert await suggest(backend) == ()


async def test_a_change_during_a_reading_is_in_the_next_one(backend: TestBackend) -> None:
    with statements_seen(READ) as read:
        before = asyncio.create_task(suggest(backend))
        while not read:  # noqa: ASYNC110 - only the statement tells
            await asyncio.sleep(0)
        await backend.create_event()
        assert await suggest(backend) == (EVENT,)
    await before


async def test_what_another_process_changes_is_suggested_after_a_second(
    database_url: URL, passes: Callable[[float], Awaitable[None]]
) -> None:
    async with open_test_backend(database_url) as backend, open_test_backend(database_url) as other:
        assert await suggest(backend) == ()
        await other.create_event()
        await passes(KEPT_SECONDS)
        assert await suggest(backend) == (EVENT,)


async def test_a_reading_that_fails_is_not_kept(backend: TestBackend) -> None:
    await backend.create_event()
    with statements_fail(READ):
        for failed in await asyncio.gather(*(suggest(backend) for _ in range(3)), return_exceptions=True):
            assert isinstance(failed, Unavailable)
    assert await suggest(backend) == (EVENT,)


async def test_who_waits_for_a_reading_gets_it_although_another_has_gone(backend: TestBackend) -> None:
    await backend.create_event()
    gone, waiting = asyncio.create_task(suggest(backend)), asyncio.create_task(suggest(backend))
    await asyncio.sleep(0)
    gone.cancel()
    assert await waiting == (EVENT,)

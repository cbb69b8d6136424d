"""What readers see, what a lost race costs, and how long anybody waits for a database that does not answer."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from bot.database.join_memory import JOIN_MEMORY, join_in_memory
from bot.services.base import MAX_ATTEMPTS, BaseService
from sqlalchemy import URL, Connection, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import dialect
from bot.database.database import Database
from bot.database.dialect import is_worth_retrying
from bot.database.models import Event, Player
from bot.domain.clock import utc_now
from bot.errors import EventArchived, Unavailable
from bot.services import base
from bot.services.events import lock_event
from tests.sessions import reading, writing


def player(discord_id: int) -> Any:
    return insert(Player).values(discord_id=discord_id, username="ana", display_name="Ana")


def event() -> Any:
    return insert(Event).values(name="Tetris", name_key="tetris")


class Players(BaseService):
    """Use cases that fail as they are told to, and count their attempts."""

    attempts = 0

    async def count(self) -> int:
        async def work(session: AsyncSession) -> int:
            self.attempts += 1
            return (await session.execute(select(func.count(Player.id)))).scalar_one()

        return await self._read(work)

    async def add(self, discord_id: int, *, lost_races: int = 0, mistake: Exception | None = None) -> None:
        async def work(session: AsyncSession) -> None:
            self.attempts += 1
            await session.execute(player(discord_id))
            if mistake is not None:
                raise mistake
            if self.attempts <= lost_races:
                await session.execute(player(discord_id))

        await self._write(work)

    async def count_score(self, event_id: int) -> None:
        async def work(session: AsyncSession) -> None:
            event = await lock_event(session, event_id)
            await session.execute(select(1))
            event.score_count += 1

        await self._write(work)


@pytest.fixture
async def players(database: Database, monkeypatch: pytest.MonkeyPatch) -> Players:
    monkeypatch.setattr(base, "FIRST_WAIT_SECONDS", 0.001)
    return Players(database, utc_now)


@pytest.fixture
async def other(database_url: URL) -> AsyncIterator[Database]:
    """The same database as another process has it."""
    other = Database(database_url)
    yield other
    await other.close()


async def test_a_reader_sees_one_state_whatever_is_committed_beside_it(database: Database, other: Database) -> None:
    async with reading(database) as session:
        count = select(func.count(Player.id))
        assert await session.scalar(count) == 0
        async with writing(other) as writer:
            await writer.execute(player(1))
        assert await session.scalar(count) == 0
    async with reading(database) as session:
        assert await session.scalar(count) == 1


async def test_what_a_failed_writer_did_is_undone(database: Database) -> None:
    async def work(session: AsyncSession) -> None:
        await session.execute(player(1))
        raise EventArchived

    with pytest.raises(EventArchived):
        await database.write(work)
    async with reading(database) as session:
        assert await session.scalar(select(func.count(Player.id))) == 0


async def test_work_is_written_to_a_file_by_one_thread_and_may_wait_for_nothing_else(file: Database) -> None:
    async def work(session: AsyncSession) -> str:
        await session.execute(player(1))
        return threading.current_thread().name

    async def waiting_work(session: AsyncSession) -> None:
        await session.execute(player(2))
        await asyncio.sleep(0)

    assert await file.write(work) == "writer"
    with pytest.raises(RuntimeError, match="may wait for nothing"):
        await file.write(waiting_work)
    async with reading(file) as session:
        assert (await session.scalars(select(Player.discord_id))).all() == [1]


async def test_work_on_a_file_that_nobody_waits_for_any_more_is_not_begun(file: Database) -> None:
    may_go_on, begun = threading.Event(), []

    def work(connection: Connection, number: int) -> None:
        begun.append(number)
        may_go_on.wait()

    for number in range(3):
        task = asyncio.create_task(file.write_at_once(partial(work, number=number)))
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait({task})
    may_go_on.set()
    await file.write_at_once(partial(work, number=3))
    assert begun == [0, 3]


async def test_of_writers_in_two_processes_none_overwrites_another(database: Database, other: Database) -> None:
    async with writing(database) as session:
        event_id = (await session.execute(event().returning(Event.id))).scalar_one()
    services = [Players(database, utc_now), Players(other, utc_now)]
    await asyncio.gather(*(services[n % 2].count_score(event_id) for n in range(20)))
    async with reading(database) as session:
        assert await session.scalar(select(Event.score_count)) == 20


async def test_a_lost_race_is_begun_again_from_scratch(players: Players) -> None:
    await players.add(1, lost_races=2)
    assert players.attempts == 3
    assert await players.count() == 1


async def test_a_race_that_is_always_lost_ends(players: Players) -> None:
    with pytest.raises(Unavailable) as error:
        await players.add(1, lost_races=1000)
    assert players.attempts == MAX_ATTEMPTS
    assert isinstance(error.value.__cause__, DBAPIError)
    assert await players.count() == 0


@pytest.mark.parametrize("mistake", [EventArchived(), ZeroDivisionError()])
async def test_a_mistake_is_not_made_twice(players: Players, mistake: Exception) -> None:
    with pytest.raises(type(mistake)):
        await players.add(1, mistake=mistake)
    assert players.attempts == 1
    assert await players.count() == 0


async def test_a_file_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    database = Database(URL.create("sqlite+aiosqlite", database=str(tmp_path / "no" / "folder" / "scores.db")))
    with pytest.raises(Unavailable):
        await Players(database, utc_now).count()
    await database.close()
    # One that outlived the event loop would end in a traceback.
    assert not any("connection_worker" in thread.name for thread in threading.enumerate())


async def test_a_file_that_somebody_else_keeps_locked_is_unavailable(
    file: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialect, "BUSY_TIMEOUT_SECONDS", 0.1)
    waiting = Database(file.url)
    players = Players(waiting, utc_now)
    async with writing(file) as session:
        await session.execute(player(1))
        with pytest.raises(Unavailable):
            await players.add(2)
        assert await players.count() == 0
    await players.add(2)
    assert await players.count() == 2
    await waiting.close()


async def test_a_server_that_is_not_there_is_unavailable_at_once() -> None:
    began = time.monotonic()
    # The port 1 is nobody's.
    database = Database(URL.create("postgresql+asyncpg", "bot", host="127.0.0.1", port=1, database="scores"))
    players = Players(database, utc_now)
    with pytest.raises(Unavailable):
        await players.add(1)
    assert players.attempts == 1
    assert time.monotonic() - began < 1
    await database.close()


async def test_a_server_that_never_answers_is_unavailable_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialect, "CONNECT_TIMEOUT_SECONDS", 0.2)
    hung_up = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        hung_up.set()

    async with await asyncio.start_server(listen, "127.0.0.1") as silent:
        port = silent.sockets[0].getsockname()[1]
        database = Database(URL.create("postgresql+asyncpg", "bot", host="127.0.0.1", port=port, database="scores"))
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await Players(database, utc_now).count()
        assert time.monotonic() - began < 2
        await database.close()
        await hung_up.wait()


async def test_connections_that_the_server_has_ended_are_replaced(server: Database) -> None:
    players = Players(server, utc_now)
    await players.add(1)
    await end_connections(server)
    await players.add(2)
    assert await players.count() == 2


async def end_connections(server: Database) -> None:
    """End every connection to a database from another one, as a restart of the server does."""
    elsewhere = Database(server.url.set(database="postgres"))
    end = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
    async with writing(elsewhere) as session:
        await session.execute(end, {"name": server.url.database})
    await elsewhere.close()


async def test_memory_to_join_in_is_raised_for_one_transaction_and_never_lowered(server: Database) -> None:
    async def memory(*, at_first: str | None = None, joining: bool = False) -> str:
        async with writing(server) as session:
            if at_first is not None:
                await session.execute(text(f"SET LOCAL work_mem = '{at_first}'"))
            if joining:
                await session.run_sync(join_in_memory)
            return str(await session.scalar(text("SHOW work_mem")))

    usual = await memory()
    assert await memory(joining=True) == JOIN_MEMORY != usual
    assert await memory(at_first="1GB", joining=True) == "1GB"
    assert await memory() == usual


async def test_the_cache_of_a_file_is_raised_for_who_writes_to_it(file: Database) -> None:
    async def cache(session: AsyncSession) -> int:
        return int((await session.execute(text("PRAGMA cache_size"))).scalar_one())

    async def join(session: AsyncSession) -> None:
        await session.run_sync(join_in_memory)

    usual = await file.write(cache)
    await file.write(join)
    assert await file.write(cache) == -8_000 < usual


async def test_a_deadlock_is_worth_another_try(server: Database) -> None:
    async with writing(server) as session:
        await session.execute(player(1))
        await session.execute(player(2))
    barrier = asyncio.Barrier(2)

    async def rename(first: int, second: int) -> None:
        async with writing(server) as session:
            await session.execute(text("SET LOCAL deadlock_timeout = '50ms'"))
            await session.execute(update(Player).where(Player.discord_id == first).values(username="bob"))
            await barrier.wait()
            await session.execute(update(Player).where(Player.discord_id == second).values(username="bob"))

    errors = await asyncio.gather(rename(1, 2), rename(2, 1), return_exceptions=True)
    lost = [error for error in errors if error is not None]
    assert len(lost) == 1
    assert "deadlock detected" in str(lost[0])
    assert is_worth_retrying(lost[0])


async def test_a_serialization_failure_is_worth_another_try(server: Database) -> None:
    async with writing(server) as session:
        await session.execute(player(1))

    async def rename_late() -> None:
        async with writing(server) as session:
            await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            await session.scalar(select(Player.username))
            async with writing(server) as faster:
                await faster.execute(update(Player).values(username="bob"))
            await session.execute(update(Player).values(username="cy"))

    with pytest.raises(DBAPIError, match="could not serialize") as error:
        await rename_late()
    assert is_worth_retrying(error.value)


async def test_a_database_is_idle_when_the_last_transaction_is_over(database: Database) -> None:
    async with reading(database) as session:
        await session.scalar(select(func.count(Player.id)))
        idle = asyncio.create_task(database.idle())
        async with writing(database) as writer:
            await writer.execute(player(1))
        await asyncio.sleep(0.01)
        assert not idle.done()
    await asyncio.wait_for(idle, 1)
    await database.idle()

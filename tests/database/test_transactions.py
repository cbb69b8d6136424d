"""What readers see, how lost races are retried, and who learns that a database does not answer."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, NullPool, Pool, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.util import await_only
from sqlalchemy.util.concurrency import in_greenlet

from bot.database import _file
from bot.database import database as transactions
from bot.database._file_transactions import FileTransactions
from bot.database.database import MAX_ATTEMPTS, Database
from bot.database.dialect import is_worth_retrying, join_in_memory, open_engine
from bot.database.models import Event, Player
from bot.domain.scores import ScoreDirection
from bot.errors import EventArchived, Unavailable
from bot.services.events import lock_event
from tests.outages import listening
from tests.patience import SOON, UNTIL_IT_HANGS, set_limits
from tests.sessions import reading, writing
from tests.wire.waiting import until


def player(discord_id: int) -> Any:
    return insert(Player).values(discord_id=discord_id, username="ana")


def event() -> Any:
    direction = ScoreDirection.HIGH
    return insert(Event).values(guild_id=1, name="Tetris", name_key="tetris", score_direction=direction)


def count(session: Session) -> int:
    return session.scalar(select(func.count(Player.id))) or 0


def bytes_beside(file: Database) -> int:
    return Path(f"{file.url.database}-wal").stat().st_size


class Adding:
    """Adds a player, fails as configured, and counts its attempts."""

    def __init__(self, discord_id: int, *, lost_races: int = 0, mistake: Exception | None = None) -> None:
        self.attempts = 0
        self._discord_id, self._lost_races, self._mistake = discord_id, lost_races, mistake

    def __call__(self, session: Session) -> None:
        self.attempts += 1
        session.execute(player(self._discord_id))
        if self._mistake is not None:
            raise self._mistake
        if self.attempts <= self._lost_races:
            session.execute(player(self._discord_id))


def waiting() -> Callable[[Coroutine[Any, Any, object]], None]:
    """Return a function that makes a transaction wait, on a server as well as in a thread that works on a file."""
    loop = asyncio.get_running_loop()

    def wait(something: Coroutine[Any, Any, object]) -> None:
        if in_greenlet():
            await_only(something)
        else:
            asyncio.run_coroutine_threadsafe(something, loop).result(UNTIL_IT_HANGS)

    return wait


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten all pauses between retries."""
    monkeypatch.setattr(transactions, "FIRST_WAIT_SECONDS", 0.001)


@pytest.fixture
async def other(database_url: URL) -> AsyncIterator[Database]:
    """The same database, as opened by another process."""
    other = Database(database_url)
    yield other
    await other.close()


async def test_a_reader_sees_one_state_whatever_is_committed_beside_it(database: Database, other: Database) -> None:
    wait = waiting()

    def read(session: Session) -> tuple[int, int]:
        before = count(session)
        wait(other.write(Adding(1)))
        return before, count(session)

    assert await database.read(read) == (0, 0)
    assert await database.read(count) == 1


async def test_what_a_failed_writer_did_is_undone(database: Database) -> None:
    with pytest.raises(EventArchived):
        await database.write(Adding(1, mistake=EventArchived("Blitz")))
    assert await database.read(count) == 0


async def test_work_is_written_to_a_file_by_one_thread(file: Database) -> None:
    def thread(_session: Session) -> str:
        return threading.current_thread().name

    assert {await file.write(thread), await file.write(thread)} == {"writer"}


async def test_a_file_is_read_by_as_many_threads_as_there_are_readers_at_once(file: Database) -> None:
    together = threading.Barrier(2)

    def thread(_session: Session) -> threading.Thread:
        return threading.current_thread()

    def meet(session: Session) -> threading.Thread:
        together.wait(UNTIL_IT_HANGS)
        return thread(session)

    alone = [await file.read(thread) for _ in range(3)]
    met = await asyncio.gather(file.read(meet), file.read(meet))
    assert len({*alone}) == 1
    assert len({*met}) == 2
    assert {*alone} < {*met}


@pytest.mark.parametrize(("mistake", "connections"), [(EventArchived("Blitz"), 1), (ZeroDivisionError(), 2)])
async def test_a_connection_to_a_file_outlives_refusals_but_no_other_error(
    file: Database, mistake: Exception, connections: int
) -> None:
    def fail(_session: Session) -> None:
        raise mistake

    opened: list[object] = []
    with listening(Pool, "connect", lambda connection, _record: opened.append(connection)):
        with pytest.raises(type(mistake)):
            await file.read(fail)
        assert await file.read(count) == 0
    assert len(opened) == connections


async def test_what_was_written_beside_a_long_read_takes_no_room_for_long(
    file: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_file, "LIMIT_WAL", "PRAGMA journal_size_limit = 100000")
    wait = waiting()

    def write(session: Session, number: int) -> None:
        session.execute(insert(Player).values(discord_id=number, username="a" * 2**20))

    def read(session: Session) -> int:
        session.scalar(select(Player.id))
        for number in range(6):
            wait(file.write(partial(write, number=number)))
        return bytes_beside(file)

    assert await file.read(read) > 6 * 2**20
    for number in range(10, 13):
        await file.write(Adding(number))
    assert bytes_beside(file) <= 100_000


async def test_work_on_a_file_that_nobody_waits_for_any_more_is_not_begun(file: Database) -> None:
    may_go_on = threading.Event()
    begun: list[int] = []

    def numbered(number: int) -> Any:
        def work(_session: Session) -> None:
            begun.append(number)
            may_go_on.wait(UNTIL_IT_HANGS)

        return work

    for number, is_there in enumerate((lambda: bool(begun), lambda: is_queued(file), lambda: is_queued(file))):
        task = asyncio.create_task(file.write(numbered(number)))
        await until(is_there, UNTIL_IT_HANGS, lambda: "the writer")
        task.cancel()
        await asyncio.wait({task})
    may_go_on.set()
    await file.write(numbered(3))
    assert begun == [0, 3]


def is_queued(file: Database) -> bool:
    assert isinstance(file._transactions, FileTransactions)
    return not file._transactions._writer._due.empty()


async def test_of_writers_in_two_processes_none_overwrites_another(database: Database, other: Database) -> None:
    def count_a_score(session: Session) -> None:
        event = lock_event(session, event_id)
        session.execute(select(1))
        event.score_count += 1

    async with writing(database) as session:
        event_id = (await session.execute(event().returning(Event.id))).scalar_one()
    await asyncio.gather(*((database, other)[n % 2].write(count_a_score) for n in range(20)))
    async with reading(database) as session:
        assert await session.scalar(select(Event.score_count)) == 20


async def test_a_lost_race_is_begun_again_from_scratch(database: Database) -> None:
    adding = Adding(1, lost_races=2)
    await database.write(adding)
    assert adding.attempts == 3
    assert await database.read(count) == 1


async def test_a_race_that_is_always_lost_ends(database: Database) -> None:
    adding = Adding(1, lost_races=1000)
    with pytest.raises(Unavailable) as error:
        await database.write(adding)
    assert adding.attempts == MAX_ATTEMPTS
    assert isinstance(error.value.__cause__, DBAPIError)
    assert await database.read(count) == 0


@pytest.mark.parametrize("mistake", [EventArchived("Blitz"), ZeroDivisionError()])
async def test_a_mistake_is_not_made_twice(database: Database, mistake: Exception) -> None:
    adding = Adding(1, mistake=mistake)
    with pytest.raises(type(mistake)):
        await database.write(adding)
    assert adding.attempts == 1
    assert await database.read(count) == 0


async def test_a_file_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    database = Database(URL.create("sqlite+aiosqlite", database=str(tmp_path / "no" / "folder" / "scores.db")))
    with pytest.raises(Unavailable):
        await database.read(count)
    await database.close()
    # A thread that outlived the event loop would end with a traceback.
    assert not any("connection_worker" in thread.name for thread in threading.enumerate())


async def test_a_file_that_somebody_else_keeps_locked_is_unavailable(
    file: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(monkeypatch.setattr, {"BUSY_TIMEOUT_SECONDS": SOON})
    waiting = Database(file.url)
    async with writing(file) as session:
        await session.execute(player(1))
        with pytest.raises(Unavailable):
            await waiting.write(Adding(2))
        assert await waiting.read(count) == 0
    await waiting.write(Adding(2))
    assert await waiting.read(count) == 2
    await waiting.close()


async def test_a_server_that_is_not_there_is_not_asked_twice() -> None:
    # Nothing listens on port 1.
    database = Database(URL.create("postgresql+asyncpg", "bot", host="127.0.0.1", port=1, database="scores"))
    adding = Adding(1)
    with pytest.raises(Unavailable):
        await database.write(adding)
    assert adding.attempts == 1
    await database.close()


async def test_a_server_that_never_answers_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    set_limits(monkeypatch.setattr, {"CONNECT_TIMEOUT_SECONDS": SOON})
    hung_up = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        hung_up.set()

    async with await asyncio.start_server(listen, "127.0.0.1") as silent:
        port = silent.sockets[0].getsockname()[1]
        database = Database(URL.create("postgresql+asyncpg", "bot", host="127.0.0.1", port=port, database="scores"))
        with pytest.raises(Unavailable):
            await database.read(count)
        await database.close()
        await hung_up.wait()


async def test_a_file_that_closes_amid_a_write_lets_it_end_in_silence(
    file: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(monkeypatch.setattr, {"CLOSE_SECONDS": SOON})
    may_end, has_begun = threading.Event(), threading.Event()

    def work(session: Session) -> None:
        session.execute(player(1))
        has_begun.set()
        may_end.wait()

    writing = asyncio.create_task(file.write(work))
    await asyncio.to_thread(has_begun.wait)
    [thread] = [thread for thread in threading.enumerate() if thread.name == "writer"]
    await file.close()
    may_end.set()
    await writing
    await asyncio.to_thread(thread.join)
    # pytest reports errors raised in threads.


async def test_a_server_that_has_no_room_for_a_probe_is_waited_for(
    server: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(monkeypatch.setattr, {"PATIENCE_SECONDS": SOON})

    def waits_for_lock(transaction: Session) -> None:
        transaction.execute(lock)

    role = f"few_{server.url.database}"
    lock = text("SELECT pg_advisory_xact_lock(1)")
    async with writing(server) as session:
        await session.execute(text(f'CREATE ROLE "{role}" LOGIN CONNECTION LIMIT 1'))
    database = Database(server.url.set(username=role, password=None))
    async with writing(server) as session:
        await session.execute(lock)
        waiting = asyncio.create_task(database.write(waits_for_lock))
        await until(lambda: database._liveness._probing is not None, UNTIL_IT_HANGS, lambda: "a probe")
        probing = database._liveness._probing
        assert probing is not None
        await asyncio.wait({probing})
        assert not waiting.done()
    await waiting
    await database.close()
    async with writing(server) as session:
        await session.execute(text(f'DROP ROLE "{role}"'))


async def test_connections_that_the_server_has_ended_are_replaced(server: Database) -> None:
    await server.write(Adding(1))
    await end_connections(server)
    await server.write(Adding(2))
    assert await server.read(count) == 2


async def test_a_transaction_whose_connection_the_server_ends_is_begun_again(server: Database) -> None:
    adding = Adding(1)

    def work(session: Session) -> None:
        adding(session)
        if adding.attempts == 1:
            await_only(end_connections(server))
        session.execute(select(1))

    await server.write(work)
    assert adding.attempts == 2
    assert await server.read(count) == 1


async def test_what_could_only_be_read_is_written_to_as_soon_as_that_is_over(server_url: URL) -> None:
    setting = f"ALTER DATABASE {server_url.database}"
    await administer(server_url, f"{setting} SET default_transaction_read_only = on")
    database = Database(server_url)
    async with reading(database), reading(database), reading(database):
        # These connections are read-only as long as they live.
        adding = Adding(1)
        with pytest.raises(Unavailable):
            await database.write(adding)
        assert adding.attempts == MAX_ATTEMPTS
    await administer(server_url, f"{setting} RESET default_transaction_read_only")
    await asyncio.gather(*(database.write(Adding(number)) for number in range(10)))
    assert await database.read(count) == 10
    await database.close()


async def administer(server_url: URL, statement: str) -> None:
    engine = open_engine(server_url.set(database="postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))


async def end_connections(server: Database) -> None:
    """End every connection to a database from a separate connection, as a restart of the server does."""
    elsewhere = Database(server.url.set(database="postgres"))
    end = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
    async with writing(elsewhere) as session:
        await session.execute(end, {"name": server.url.database})
    await elsewhere.close()


async def test_memory_for_joins_is_raised_for_one_transaction_never_lowered(server: Database) -> None:
    async def memory(*, at_first: str | None = None, joining: bool = False) -> str:
        async with writing(server) as session:
            if at_first is not None:
                await session.execute(text(f"SET LOCAL work_mem = '{at_first}'"))
            if joining:
                await session.run_sync(join_in_memory)
            return str(await session.scalar(text("SHOW work_mem")))

    usual = await memory()
    assert await memory(joining=True) == "64MB" != usual
    assert await memory(at_first="1GB", joining=True) == "1GB"
    assert await memory() == usual


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
    begun, may_end, wait = asyncio.Event(), asyncio.Event(), waiting()

    async def hold() -> None:
        begun.set()
        await may_end.wait()

    def read(session: Session) -> None:
        count(session)
        wait(hold())

    reader = asyncio.create_task(database.read(read))
    await begun.wait()
    idle = asyncio.create_task(database.idle())
    await database.write(Adding(1))
    assert not idle.done()
    may_end.set()
    await idle
    await reader
    await database.idle()

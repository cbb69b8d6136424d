"""What PostgreSQL and SQLite do differently by themselves, they do alike here."""

import math
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import URL, Double, func, insert, literal, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from bot.database import files
from bot.database.database import Database
from bot.database.dialect import is_sqlite, is_worth_retrying, parse_database_url
from bot.database.models import Base, Event, LeaderboardScore, Player, ScoreSubmission, WeeklyResult
from tests.backends import TestBackend
from tests.sessions import reading, writing

SUBMITTED = datetime(2026, 11, 18, 12, 0, 0, 123456, tzinfo=UTC)
NEPAL = timezone(timedelta(hours=5, minutes=45))
SCORES = (LeaderboardScore.score, ScoreSubmission.score, WeeklyResult.score, Event.min_score, Event.max_score)


@pytest.fixture
async def played(backend: TestBackend) -> TestBackend:
    """A database with rows in every table that refers to another."""
    await backend.create_event()
    await backend.submit(1, 100)
    await backend.run()
    await backend.submit(1, 200)
    return backend


@pytest.mark.parametrize("session", ["reading", "writing"])
async def test_a_file_is_opened_with_what_keeps_it_safe(file: Database, session: str) -> None:
    pragmas = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 3000}
    async with getattr(file, session)() as opened:
        assert {pragma: await opened.scalar(text(f"PRAGMA {pragma}")) for pragma in pragmas} == pragmas


async def test_a_writer_takes_the_lock_of_a_file_before_it_reads(file: Database) -> None:
    async with writing(file) as session:
        await session.scalar(select(Event.id))
        assert "locked" in write_elsewhere(file)
    assert write_elsewhere(file) == ""


async def test_a_reader_takes_no_lock_of_a_file(file: Database) -> None:
    async with reading(file) as session:
        await session.scalar(select(Event.id))
        assert write_elsewhere(file) == ""


def write_elsewhere(file: Database) -> str:
    """Write to the file from another process that does not wait, and tell what went wrong."""
    program = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"
    done = subprocess.run([sys.executable, "-c", program, str(file.url.database)], capture_output=True, check=False)
    return done.stderr.decode()


async def test_a_url_without_a_driver_connects(server_url: URL) -> None:
    bare = server_url.set(drivername="postgresql").render_as_string(hide_password=False)
    database = Database(parse_database_url(bare))
    async with reading(database) as session:
        assert await session.scalar(text("SELECT 1")) == 1
    await database.close()


async def test_a_reader_of_a_server_cannot_write(server: Database) -> None:
    with pytest.raises(DBAPIError, match="read-only"):
        async with reading(server) as session:
            await session.execute(insert(Player).values(discord_id=1, username="ana", display_name="Ana"))


@pytest.mark.parametrize(
    "written",
    [SUBMITTED, SUBMITTED.astimezone(timezone(timedelta(hours=5, minutes=45))), datetime.max.replace(tzinfo=UTC)],
)
async def test_an_instant_is_read_back_aware_and_in_utc(database: Database, written: datetime) -> None:
    values = {"discord_id": 1, "username": "ana", "display_name": "Ana", "created_at": written}
    async with writing(database) as session:
        await session.execute(insert(Player).values(values))
    async with reading(database) as session:
        read = await session.scalar(select(Player.created_at))
        assert await session.scalar(select(Player.id).where(Player.created_at == written)) is not None
    assert read == written
    assert read.tzinfo is UTC


async def test_an_instant_that_the_database_writes_is_in_utc_too(database: Database) -> None:
    async with writing(database) as session:
        await session.execute(insert(Player).values(discord_id=1, username="ana", display_name="Ana"))
    async with reading(database) as session:
        read = await session.scalar(select(Player.created_at))
    assert read is not None
    assert abs(read - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_time_without_a_zone_is_no_instant(database: Database) -> None:
    naive = SUBMITTED.replace(tzinfo=None)
    with pytest.raises(StatementError, match="a naive datetime is no instant"):
        async with reading(database) as session:
            await session.scalar(select(Player.id).where(Player.created_at < naive))


@pytest.mark.parametrize("has_its_own", [True, False])
async def test_ceil_is_the_mathematical_one(
    database: Database, monkeypatch: pytest.MonkeyPatch, has_its_own: bool
) -> None:
    if not has_its_own:
        monkeypatch.setattr(files, "has_ceil", lambda: False)
    values = {2.5: 3, -0.5: 0, -3.0: -3, 0.0: 0, 999_999_999.001: 1_000_000_000, None: None}
    async with reading(database) as session:
        found = {value: await session.scalar(select(func.ceil(literal(value, Double)))) for value in values}
    assert found == values


@pytest.mark.parametrize("score", [0.0, -1.0, 1e9, math.inf, -math.inf, math.nan])
async def test_what_is_no_score_is_in_no_column(played: TestBackend, score: float) -> None:
    for column in SCORES:
        if math.isnan(score) and column.class_ is Event and is_sqlite(played.database.url):
            # There NaN is NULL, and a bound may be missing.
            continue
        error = await error_of(played.database, update(column.class_).values({column: score}))
        assert isinstance(error, IntegrityError), column


async def test_a_bound_that_is_not_a_number_is_none(file: Database) -> None:
    async with writing(file) as session:
        await session.execute(insert(Event).values(name="Tetris", name_key="tetris", min_score=math.nan))
    async with reading(file) as session:
        assert list(await session.scalars(select(Event.min_score))) == [None]


@pytest.mark.parametrize("score", [5e-324, 999_999_999.9999999])
async def test_the_smallest_and_the_greatest_score_are_kept_to_the_last_digit(
    played: TestBackend, score: float
) -> None:
    for column in SCORES:
        async with writing(played.database) as session:
            await session.execute(update(column.class_).values({column: score}))
        async with reading(played.database) as session:
            assert set(await session.scalars(select(column))) == {score}


async def test_a_row_outside_the_archive_never_refers_to_one_that_is_not_there(played: TestBackend) -> None:
    keys = [key for table in Base.metadata.sorted_tables for key in table.foreign_keys]
    assert len(keys) == 8
    for key in keys:
        error = await error_of(played.database, update(key.parent.table).values({key.parent: 999_999}))
        assert isinstance(error, IntegrityError), key
        assert "foreign key" in str(error).lower()


async def test_a_lost_race_for_a_unique_key_is_worth_another_try(played: TestBackend) -> None:
    twice = insert(Player).values(discord_id=1, username="ana", display_name="Ana")
    assert is_worth_retrying(await error_of(played.database, twice))


async def test_what_fails_each_time_is_not(played: TestBackend) -> None:
    for change in (
        update(Event).values(min_score=-1),
        update(Player).values(username=None),
        update(ScoreSubmission).values(event_id=999_999),
        text("SELECT nothing FROM nowhere"),
    ):
        assert not is_worth_retrying(await error_of(played.database, change))


def test_an_error_of_another_kind_is_not() -> None:
    assert not is_worth_retrying(ValueError())
    assert not is_worth_retrying(OSError())


async def error_of(database: Database, statement: Any) -> BaseException:
    with pytest.raises(DBAPIError) as error:
        async with writing(database) as session:
            await session.execute(statement)
    return error.value

"""PostgreSQL and SQLite differ in these respects, but behave alike in the bot."""

import math
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from itertools import product
from typing import Any

import pytest
from asyncpg import PostgresError
from sqlalchemy import URL, Double, String, cast, delete, func, insert, literal, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from bot.database import _file, dialect
from bot.database.database import Database
from bot.database.dialect import UtcDateTime, has_no_room, is_file, is_worth_retrying, parse_database_url
from bot.database.models import (
    AuditLog,
    Base,
    Event,
    HeldScore,
    LeaderboardScore,
    Player,
    ScoreSubmission,
    WeeklyOmission,
    WeeklyResult,
)
from bot.domain.audit import Action
from bot.domain.jobs import Claim, JobKind, Lane
from bot.domain.posts import Draft
from bot.domain.reminders import Reminder
from bot.domain.roles import Award
from bot.domain.scores import ScoreDirection
from bot.errors import ScoreBeyondAlarm
from bot.services.jobs._queue import claim_due
from bot.services.verification import VerificationService
from tests.backends import ADMIN, EVENT, GUILD, TestBackend, open_test_backend
from tests.sessions import reading, writing
from tests.tables import execute

SUBMITTED = datetime(2026, 11, 18, 12, 0, 0, 123456, tzinfo=UTC)
NEPAL = timezone(timedelta(hours=5, minutes=45))
SCORES = (
    *(LeaderboardScore.score, ScoreSubmission.score, HeldScore.score, WeeklyResult.score),
    *(Event.min_score, Event.max_score),
)
CHANNEL, ROLE = 77, 78


@pytest.fixture
async def played(backend: TestBackend) -> TestBackend:
    """A database with rows in every table that refers to another one."""
    await play(backend)
    await execute(backend.database, insert(WeeklyOmission).values(run_id=1, player_id=1))
    return backend


async def play(backend: TestBackend) -> None:
    """Play an event of one player with all features of the bot."""
    services = backend.real.services
    await services.settings.begin_greeting(GUILD)
    await backend.create_event(alarm_max="1000")
    await backend.submit(1, 100)
    await backend.run()
    await backend.submit(1, 200)
    for _ in range(2):
        with pytest.raises(ScoreBeyondAlarm):
            await backend.submit(1, 5000)
    await services.reviews.refuse(ADMIN, 1)
    await services.excuses.excuse(ADMIN, 1, "next week", EVENT)
    await services.settings.change(ADMIN, closes_weeks=True)
    await services.boards.post(ADMIN, EVENT, CHANNEL)
    await services.roles.award(ADMIN, EVENT, ROLE, Award.FIRST)
    await services.reminders.switch(GUILD, 1, Reminder.RESULTS, is_on=True)
    await backend.rate()
    await do_jobs(backend)
    assert len(await services.settings.notices(ADMIN)) == 1


async def do_jobs(backend: TestBackend) -> None:
    """Claim all jobs, and run those that write to their own tables, as if Discord had accepted their messages."""
    services, later = backend.real.services, backend.clock.now + timedelta(weeks=2)
    claims: dict[JobKind, Claim] = {}
    for lane in Lane:
        async with writing(backend.database) as session:
            found = await session.run_sync(claim_due, later, lane, list(JobKind), 100)
        claims |= {claim.kind: claim for claim in found}
    await services.reviews.remind(claims[JobKind.REVIEW])
    board, key = claims[JobKind.BOARD], claims[JobKind.BOARD].key
    draft: Draft[object] = Draft(GUILD, int(key), CHANNEL, "what the board shows")
    post = await services.posts.begin(board, draft, CHANNEL, "digest")
    await services.posts.keep(board, draft, post, 1, "digest")
    roles = claims[JobKind.ROLES]
    await services.roles.note(roles, await services.roles.plan(roles.key), is_all=True)
    message = await services.reminders.draft(claims[JobKind.REMINDER])
    assert message is not None
    await services.reminders.begin(claims[JobKind.REMINDER], message)
    await services.reminders.refuse(claims[JobKind.REMINDER], message)


async def test_a_file_is_opened_with_what_keeps_it_safe(file: Database) -> None:
    milliseconds = int(dialect.BUSY_TIMEOUT_SECONDS * 1000)
    pragmas = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": milliseconds}

    def settings(session: Session) -> dict[str, Any]:
        return {pragma: session.scalar(text(f"PRAGMA {pragma}")) for pragma in pragmas}

    assert await file.read(settings) == await file.write(settings) == pragmas


async def test_the_thread_that_writes_to_a_file_has_more_room_for_its_pages(file: Database) -> None:
    def cache(session: Session) -> int:
        return int(session.scalar(text("PRAGMA cache_size")) or 0)

    assert await file.write(cache) < await file.read(cache) < 0


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
    """Write to the file from another process that does not wait; return the error."""
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
            await session.execute(insert(Player).values(discord_id=1, username="ana"))


@pytest.mark.parametrize(
    "written",
    [SUBMITTED, SUBMITTED.astimezone(timezone(timedelta(hours=5, minutes=45))), datetime.max.replace(tzinfo=UTC)],
)
async def test_an_instant_is_read_back_aware_and_in_utc(database: Database, written: datetime) -> None:
    values = {"guild_id": 1, "actor_id": 2, "action": Action.CHANGE_SETTINGS, "detail": {}, "done_at": written}
    async with writing(database) as session:
        await session.execute(insert(AuditLog).values(values))
    async with reading(database) as session:
        read = await session.scalar(select(AuditLog.done_at))
        assert await session.scalar(select(AuditLog.id).where(AuditLog.done_at == written)) is not None
    assert read == written
    assert read.tzinfo is UTC


async def test_a_time_without_a_zone_is_no_instant(database: Database) -> None:
    naive = SUBMITTED.replace(tzinfo=None)
    with pytest.raises(StatementError, match="a naive datetime is no instant"):
        async with reading(database) as session:
            await session.scalar(select(AuditLog.id).where(AuditLog.done_at < naive))


async def test_times_are_kept_in_one_format_whoever_writes_them(file_url: URL) -> None:
    async with open_test_backend(file_url) as backend:
        await play(backend)
        await backend.submit(2, 300)
        await backend.real.services.reminders.follow(GUILD, 2, 1)
        await backend.real.services.removals.remove(ADMIN, EVENT, 2)
        await backend.real.services.withdrawals.withdraw(ADMIN, 2)
        before = await formats_of_times(backend.database)
        await execute(backend.database, delete(LeaderboardScore))
        await VerificationService(backend.database).repair()
        after = await formats_of_times(backend.database)
    assert before == after
    assert [column for column, formats in before.items() if not formats] == []
    assert set().union(*before.values()) == {"0000-00-00 00:00:00.000000"}


async def formats_of_times(database: Database) -> dict[str, set[str]]:
    """Return the times in each column, with every digit replaced by a zero."""
    columns = [column for table in Base.metadata.sorted_tables for column in table.columns]
    times = [column for column in columns if isinstance(column.type, UtcDateTime)]
    async with reading(database) as session:
        return {
            str(column): {
                re.sub(r"\d", "0", time)
                for time in await session.scalars(select(cast(column, String)).where(column.is_not(None)))
            }
            for column in times
        }


@pytest.mark.parametrize("has_its_own", [True, False])
async def test_ceil_is_the_mathematical_one(
    database: Database, monkeypatch: pytest.MonkeyPatch, has_its_own: bool
) -> None:
    if not has_its_own:
        monkeypatch.setattr(_file, "has_mathematics", lambda: False)
    values = {2.5: 3, -0.5: 0, -3.0: -3, 0.0: 0, 999_999_999.001: 1_000_000_000, None: None}
    async with reading(database) as session:
        found = {value: await session.scalar(select(func.ceil(literal(value, Double)))) for value in values}
    assert found == values


async def test_what_is_no_score_is_in_no_column(played: TestBackend) -> None:
    for score, column in product((-(2.0**53), 2.0**53, math.inf, -math.inf, math.nan), SCORES):
        if math.isnan(score) and column.class_ is Event and is_file(played.database.url):
            # In SQLite NaN becomes NULL, and a bound may be missing.
            continue
        error = await error_of(played.database, update(column.class_).values({column: score}))
        assert isinstance(error, IntegrityError), (score, column)


async def test_a_bound_that_is_not_a_number_is_none(file: Database) -> None:
    async with writing(file) as session:
        event = {"guild_id": 1, "name": "Tetris", "name_key": "tetris", "score_direction": ScoreDirection.HIGH}
        await session.execute(insert(Event).values(**event, min_score=math.nan))
    async with reading(file) as session:
        assert list(await session.scalars(select(Event.min_score))) == [None]


async def test_the_smallest_and_the_greatest_score_are_kept_to_the_last_digit(played: TestBackend) -> None:
    for score, column in product((5e-324, -5e-324, 0.0, 999_999_999.9999999, 2.0**53 - 1, 1 - 2.0**53), SCORES):
        async with writing(played.database) as session:
            # The two bounds of an event must not be swapped.
            await session.execute(update(Event).values(min_score=None, max_score=None))
            await session.execute(update(column.class_).values({column: score}))
        async with reading(played.database) as session:
            assert set(await session.scalars(select(column))) == {score}


async def test_a_row_outside_the_archive_never_refers_to_one_that_is_not_there(played: TestBackend) -> None:
    keys = [key for table in Base.metadata.sorted_tables for key in table.foreign_keys]
    assert len(keys) == 20
    for key in keys:
        error = await error_of(played.database, update(key.parent.table).values({key.parent: 999_999}))
        assert isinstance(error, IntegrityError), key
        assert "foreign key" in str(error).lower()


async def test_a_lost_race_for_a_unique_key_is_worth_another_try(played: TestBackend) -> None:
    twice = insert(Player).values(discord_id=1, username="ana")
    assert is_worth_retrying(await error_of(played.database, twice))


async def test_what_fails_each_time_is_not(played: TestBackend) -> None:
    for change in (
        update(Event).values(min_score=1e16),
        update(Player).values(username=None),
        update(ScoreSubmission).values(event_id=999_999),
        text("SELECT nothing FROM nowhere"),
    ):
        assert not is_worth_retrying(await error_of(played.database, change))


@pytest.mark.parametrize(
    ("sqlstate", "said", "is_full"),
    [
        ("53300", "sorry, too many clients already", True),
        ("08P01", "no more connections allowed (max_client_conn)", True),
        ("XX000", "MaxClientsInSessionMode: max clients reached - in Session mode", True),
        ("08P01", "server conn crashed?", False),
    ],
)
def test_a_server_without_room_is_told_from_a_broken_connection(sqlstate: str, said: str, is_full: bool) -> None:
    refusal = PostgresError.new({"C": sqlstate, "M": said, "S": "FATAL"})
    assert has_no_room(refusal) is is_full


def test_an_error_of_another_kind_is_not() -> None:
    assert not is_worth_retrying(ValueError())
    assert not is_worth_retrying(OSError())


async def error_of(database: Database, statement: Any) -> BaseException:
    with pytest.raises(DBAPIError) as error:
        async with writing(database) as session:
            await session.execute(statement)
    return error.value

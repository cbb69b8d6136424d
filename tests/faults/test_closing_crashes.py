"""A process that closes weeks by itself is killed at every one of its statements, and another finishes the work."""

import asyncio
import os
import signal
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest
from sqlalchemy import URL, select
from sqlalchemy.orm import Session

from bot.database.dialect import parse_database_url
from bot.database.models import AuditLog, Event, WeeklyRun
from bot.domain.jobs import JobKind, Lane
from bot.services.jobs import find_job
from tests.backends import ADMIN, NOON, Clock, TestBackend, open_test_backend
from tests.faults.forked_bot import end_of
from tests.outages import statements_seen
from tests.patience import patient, set_limits

CLOSE = datetime(2026, 11, 23, 2, tzinfo=UTC)
CLOSED = [202646, 202647]


@pytest.mark.long
async def test_a_close_killed_at_any_statement_is_finished_and_nothing_is_done_twice(database_url: URL) -> None:
    url = database_url.render_as_string(hide_password=False)
    interrupted = set()
    async with open_test_backend(database_url) as backend:
        # A server for each statement, since what was closed is not closed again.
        for statement in count():
            await set_up(backend, guild_id=statement)
            code = await end_of(close_and_die, url, statement)
            interrupted.add(len(await closed(backend, statement)))
            backend.clock.now = CLOSE + Lane.WEEKS.lease
            await backend.real.jobs.do_due()
            assert await closed(backend, statement) == CLOSED, f"killed at statement {statement}"
            assert await is_postponed(backend, statement)
            if code == 0:
                break
            assert code == -signal.SIGKILL
        assert await backend.differences() == []
    # It was killed before, between and after the weeks.
    assert interrupted == {0, 1, 2}


def close_and_die(url: str, statement: int) -> None:
    """Do what is due, up to a statement."""
    set_limits(setattr, patient())

    async def close() -> None:
        async with open_test_backend(parse_database_url(url), Clock(CLOSE)) as backend:
            statements = count()

            def die() -> None:
                if next(statements) == statement:
                    os.kill(os.getpid(), signal.SIGKILL)

            with statements_seen("", die):
                await backend.real.jobs.do_due()

    asyncio.run(close())


async def set_up(backend: TestBackend, guild_id: int) -> None:
    """A server whose weeks close by themselves, with an event that was played for two weeks."""
    backend.clock.now = NOON
    actor = replace(ADMIN, guild_id=guild_id)
    await backend.create_event(actor=actor)
    backend.clock.move(weeks=-1)
    await backend.submit(1, 100, guild_id=guild_id)
    backend.clock.move(weeks=1)
    await backend.submit(1, 300, guild_id=guild_id)
    await backend.submit(2, 200, guild_id=guild_id)
    await backend.real.services.settings.change(actor, closes_weeks=True)


async def closed(backend: TestBackend, guild_id: int) -> list[int]:
    """The weeks that were run, in the order of the runs; each is logged, and nothing else is."""

    def work(session: Session) -> tuple[list[int], list[str]]:
        runs = (
            select(WeeklyRun.week_number).join(Event, Event.id == WeeklyRun.event_id).where(Event.guild_id == guild_id)
        )
        log = select(AuditLog.detail).where(AuditLog.guild_id == guild_id, AuditLog.action == "weekly reset")
        return [*session.scalars(runs.order_by(WeeklyRun.id))], [*session.scalars(log.order_by(AuditLog.id))]

    weeks, logged = await backend.database.read(work)
    assert [line[:8] for line in logged] == [f"{code // 100}-W{code % 100:02}" for code in weeks]
    return weeks


async def is_postponed(backend: TestBackend, guild_id: int) -> bool:
    job = await backend.database.read(lambda session: find_job(session, JobKind.CLOSE_WEEKS, str(guild_id)))
    return job is not None and job.due_at is not None and job.due_at > backend.clock.now

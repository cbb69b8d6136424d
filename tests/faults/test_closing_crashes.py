"""A process that closes weeks automatically is killed at any of its statements; another one finishes the work."""

import asyncio
import os
import random
import secrets
import signal
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count, pairwise
from typing import Any

from sqlalchemy import URL, select
from sqlalchemy.orm import Session

from bot.database.dialect import parse_database_url
from bot.database.models import AuditLog, Event, WeeklyRun
from bot.domain.jobs import JobKind, Lane
from bot.services.jobs import find_job
from tests.backends import ADMIN, NOON, Clock, TestBackend, open_test_backend
from tests.faults.test_crashes import SEED
from tests.outages import statements_seen
from tests.patience import patient, set_limits
from tests.tracing import untraced
from tests.wire.forked_bot import end_of

pytestmark = untraced

CLOSE = datetime(2026, 11, 23, 2, tzinfo=UTC)
CLOSED = [202646, 202647]
PARTS = 7


async def test_a_close_killed_at_any_statement_is_finished_exactly_once(database_url: URL) -> None:
    url, seed = database_url.render_as_string(hide_password=False), int(os.environ.get(SEED) or secrets.randbits(32))
    interrupted = set()
    async with open_test_backend(database_url) as backend:
        await set_up(backend, guild_id=0)
        backend.clock.now = CLOSE
        with statements_seen("") as statements:
            await backend.real.jobs.do_due()
        assert await closed(backend, 0) == CLOSED
        # Use a server for each moment, because a closed week is not closed again.
        for guild_id, statement in enumerate(moments(len(statements), random.Random(seed)), start=1):
            killed = f"killed at statement {statement} of {len(statements)}, {SEED}={seed}"
            await set_up(backend, guild_id)
            assert await end_of(close_and_die, url, statement) == -signal.SIGKILL, killed
            interrupted.add(len(await closed(backend, guild_id)))
            backend.clock.now = CLOSE + Lane.WEEKS.lease
            await backend.real.jobs.do_due()
            assert await closed(backend, guild_id) == CLOSED, killed
            assert await is_postponed(backend, guild_id), killed
        assert await backend.differences() == []
    # It was killed before, between and after the weeks.
    assert interrupted == {0, 1, 2}


def moments(statements: int, chances: random.Random) -> list[int]:
    """Return some of the statements, from all parts of the work, and the last one."""
    bounds = [part * statements // PARTS for part in range(PARTS + 1)]
    return [*(chances.randrange(*part) for part in pairwise(bounds)), statements - 1]


def close_and_die(url: str, statement: int) -> None:
    """Run due jobs up to a statement, then die."""
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
    """A server with automatic closes, with an event that was played for two weeks."""
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
    """Return the closed weeks in the order of their runs; check that exactly these are logged."""

    def work(session: Session) -> tuple[list[int], list[dict[str, Any]]]:
        runs = (
            select(WeeklyRun.week_number).join(Event, Event.id == WeeklyRun.event_id).where(Event.guild_id == guild_id)
        )
        log = select(AuditLog.detail).where(AuditLog.guild_id == guild_id, AuditLog.action == "weekly reset")
        return [*session.scalars(runs.order_by(WeeklyRun.id))], [*session.scalars(log.order_by(AuditLog.id))]

    weeks, logged = await backend.database.read(work)
    assert [detail["week"] for detail in logged] == [f"{code // 100}-W{code % 100:02}" for code in weeks]
    return weeks


async def is_postponed(backend: TestBackend, guild_id: int) -> bool:
    job = await backend.database.read(lambda session: find_job(session, JobKind.CLOSE_WEEKS, str(guild_id)))
    return job is not None and job.due_at is not None and job.due_at > backend.clock.now

"""Write jobs in the transactions that cause them, and claim due jobs.

Each transaction locks the row of a job before any other row. Whoever reschedules a job therefore waits for the
transaction that works on it, and the worker then finds that its claim is lost.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.dialect import UtcDateTime
from bot.database.models import Job
from bot.database.rows import Columns, RowsStatement, insert_rows, read_first
from bot.domain.jobs import Claim, JobKind, Lane, Queue

LONGEST_ERROR = 300

_JOB: Columns = {"kind": sa.String(), "key": sa.String()}
_DUE: Any = {
    "due_at": sa.bindparam("due_at", type_=UtcDateTime()),
    "claimed_until": sa.null(),
    "tries": sa.literal(0),
    "last_error": sa.null(),
}
_IS_LATER = sa.or_(
    Job.due_at.is_(None), Job.claimed_until.is_not(None), Job.due_at > sa.bindparam("latest", type_=UtcDateTime())
)
SCHEDULE = RowsStatement("scheduled", _JOB, insert_rows(Job, _JOB, replaces=("kind", "key"), **_DUE))
"""Writes jobs that are due at `due_at`, as `schedule` does."""
HASTEN = RowsStatement(
    "hastened", _JOB, insert_rows(Job, _JOB, replaces=("kind", "key"), replaces_if=_IS_LATER, **_DUE)
)
"""Writes jobs as `SCHEDULE` does, but leaves unclaimed jobs that are due by `latest` unchanged."""


class ClaimLost(Exception):
    """Another process has taken over the job, or the job was rescheduled or dropped."""


def schedule(session: Session, kind: JobKind, key: str, due_at: datetime) -> None:
    """Schedule a job. An existing job of this kind and key moves to this time, and its worker loses its claim."""
    schedule_all(session, [(kind, key)], due_at)


def schedule_all(session: Session, jobs: Iterable[tuple[JobKind, str]], due_at: datetime) -> None:
    """Schedule several jobs, given by kind and key, as `schedule` does."""
    if rows := sorted({(kind.value, key) for kind, key in jobs}):
        SCHEDULE.write(session.connection(), rows, due_at=due_at)


def cancel(session: Session, kind: JobKind, key: str) -> None:
    """Drop a job if it exists; its worker loses its claim."""
    session.execute(sa.delete(Job).where(Job.kind == kind, Job.key == key))


def find_job(session: Session, kind: JobKind, key: str, *, lock: bool = False) -> Job | None:
    """Return the row of a job; None if there is none.

    Args:
        session: the transaction.
        kind: what the job does.
        key: the subject of the job.
        lock: keep workers off the job until the commit.
    """
    # Other statements of this transaction may have changed the row.
    found = sa.select(Job).where(Job.kind == kind, Job.key == key).execution_options(populate_existing=True)
    return session.scalar(found.with_for_update() if lock else found)


def hold(session: Session, claim: Claim) -> None:
    """Lock a claimed job until the commit; each transaction of the job does this first.

    Raises:
        ClaimLost: this process no longer holds the claim.
    """
    if session.scalar(sa.select(Job.id).where(*_is_held(claim)).with_for_update()) is None:
        raise ClaimLost


def finish(session: Session, claim: Claim) -> None:
    """Drop a claimed job, in the transaction of its last effect.

    Raises:
        ClaimLost: this process no longer holds the claim; the transaction must not commit.
    """
    if session.scalar(sa.delete(Job).where(*_is_held(claim)).returning(Job.id)) is None:
        raise ClaimLost


def postpone(session: Session, claim: Claim, due_at: datetime, error: str | None = None) -> None:
    """End the claim of a job and reschedule it, in the transaction of its last effect.

    Args:
        session: the transaction.
        claim: the job.
        due_at: when the job is due again, in UTC.
        error: which part of the job was given up this time.

    Raises:
        ClaimLost: this process no longer holds the claim; the transaction must not commit.
    """
    again = {"due_at": due_at, "claimed_until": None, "tries": 0, "last_error": _cut(error)}
    if session.scalar(sa.update(Job).where(*_is_held(claim)).values(**again).returning(Job.id)) is None:
        raise ClaimLost


def fail(session: Session, claim: Claim, error: str, due_at: datetime | None) -> None:
    """Store why a claimed job failed and when to retry it. Without a time, give the job up but keep its row.

    A job that is retried after its last try begins anew.
    """
    tries = 0 if claim.is_last_try and due_at is not None else claim.tries
    values = {"due_at": due_at, "claimed_until": None, "tries": tries, "last_error": _cut(error)}
    session.execute(sa.update(Job).where(*_is_held(claim)).values(**values))


def is_due(session: Session, now: datetime, kinds: Collection[JobKind]) -> bool:
    """Tell whether an unclaimed job of some kinds is due."""
    return session.scalar(sa.select(Job.id).where(*_is_free(now, kinds)).limit(1)) is not None


def claim_due(session: Session, now: datetime, lane: Lane, kinds: Collection[JobKind], most: int) -> list[Claim]:
    """Claim due jobs of some kinds, in the order of their lane; two processes never claim the same job."""
    order = Job.due_at.desc() if lane.is_latest_first else Job.due_at
    due = sa.select(Job.id).where(*_is_free(now, kinds)).order_by(order, Job.id).limit(most)
    free = read_first(due.with_for_update(skip_locked=True), "free")
    claimed = sa.update(Job).where(Job.id.in_(sa.select(free.c.id)))
    claimed = claimed.values(tries=Job.tries + 1, claimed_until=now + lane.lease)
    of_claim = Job.id, Job.kind, Job.key, Job.due_at, Job.tries, Job.claimed_until
    claims = [
        Claim(job_id, kind, key, due_at, tries, until)
        for job_id, kind, key, due_at, tries, until in session.execute(claimed.returning(*of_claim))
        if due_at is not None and until is not None
    ]
    return sorted(claims, key=lambda claim: (claim.due_at, claim.job_id), reverse=lane.is_latest_first)


def measure(session: Session, now: datetime, lane: Lane | None = None) -> Queue:
    """Return how many jobs wait, in one lane or in all lanes."""
    kinds = [kind for kind in JobKind if lane in (None, kind.lane)]
    is_given_up = Job.due_at.is_(None)
    due, oldest, given_up = session.execute(
        sa.select(
            sa.func.count().filter(Job.due_at <= now),
            sa.type_coerce(sa.func.min(Job.due_at).filter(Job.due_at <= now), Job.due_at.type),
            sa.func.count().filter(is_given_up),
        ).where(Job.kind.in_(kinds), is_given_up | (Job.due_at <= now))
    ).one()
    return Queue(due, None if oldest is None else now - oldest, given_up)


def _is_free(now: datetime, kinds: Collection[JobKind]) -> tuple[sa.ColumnElement[bool], ...]:
    return Job.due_at <= now, Job.claimed_until.is_(None) | (Job.claimed_until <= now), Job.kind.in_(kinds)


def _is_held(claim: Claim) -> tuple[sa.ColumnElement[bool], ...]:
    return Job.id == claim.job_id, Job.claimed_until == claim.until, Job.due_at == claim.due_at


def _cut(error: str | None) -> str | None:
    return None if error is None else error[:LONGEST_ERROR]

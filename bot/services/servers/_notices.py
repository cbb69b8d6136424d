"""Store notices for admins until an admin has seen them, and remind admins of waiting scores."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database import models
from bot.database.models import Event, HeldScore
from bot.domain.jobs import JobKind
from bot.domain.reviews import HeldState
from bot.domain.servers import Notice, Trouble
from bot.services.jobs import schedule_all


def leave_notice(
    session: Session, guild_id: int, kind: JobKind, trouble: Trouble, place_id: int, now: datetime
) -> None:
    """Leave a notice for the admins of a server, in place of any earlier notice of this kind."""
    row = models.Notice(guild_id=guild_id, kind=kind, trouble=trouble, place_id=place_id, noted_at=now, shown_at=None)
    session.merge(row)


def find_notices(session: Session, guild_id: int) -> tuple[Notice, ...]:
    """Return the notices of a server, the earliest first."""
    return _describe(session, guild_id, models.Notice.guild_id == guild_id)


def find_unseen(session: Session, guild_id: int, besides: JobKind | None = None) -> tuple[Notice, ...]:
    """Return the notices of a server that no admin has seen, the earliest first, except those of the kind `besides`."""
    return _describe(session, guild_id, *_unseen(guild_id, besides))


def mark_seen(session: Session, guild_id: int, now: datetime, besides: JobKind | None = None) -> None:
    """Mark the notices of a server as seen by an admin, except those of the kind `besides`."""
    session.execute(sa.update(models.Notice).where(*_unseen(guild_id, besides)).values(shown_at=now))


def mark_unseen(session: Session, guild_id: int, kinds: Collection[JobKind]) -> None:
    """Mark the notices of a server of some kinds as unseen."""
    of_kinds = models.Notice.guild_id == guild_id, models.Notice.kind.in_(kinds)
    session.execute(sa.update(models.Notice).where(*of_kinds).values(shown_at=None))


def drop_notices(session: Session, guild_id: int, *kinds: JobKind, of: Collection[Trouble] = tuple(Trouble)) -> None:
    """Delete the notices of some kinds `of` some troubles, because their subject has been dealt with."""
    row = models.Notice
    of_kinds = row.guild_id == guild_id, row.kind.in_(kinds), row.trouble.in_(of)
    session.execute(sa.delete(row).where(*of_kinds))


def waiting_in(guild_id: int) -> sa.Select[HeldScore]:
    """Select the waiting held scores of a server."""
    of_guild = Event.guild_id == guild_id, HeldScore.state == HeldState.WAITING
    return sa.select(HeldScore).join(Event, Event.id == HeldScore.event_id).where(*of_guild)


def hasten_reviews(session: Session, guild_id: int, now: datetime) -> None:
    """Remind the admins of a server of all waiting scores at once.

    It runs in the transaction that changes where the server shows held scores.
    """
    waiting = waiting_in(guild_id).with_only_columns(HeldScore.interaction_id)
    schedule_all(session, [(JobKind.REVIEW, str(key)) for key in session.scalars(waiting)], now)


def _unseen(guild_id: int, besides: JobKind | None) -> list[sa.ColumnElement[bool]]:
    row = models.Notice
    unseen = [row.guild_id == guild_id, row.shown_at.is_(None)]
    return unseen if besides is None else [*unseen, row.kind != besides]


def _describe(session: Session, guild_id: int, *wanted: sa.ColumnElement[bool]) -> tuple[Notice, ...]:
    row, count = models.Notice, sa.select(sa.func.count())
    found = session.scalars(sa.select(row).where(*wanted).order_by(row.noted_at, row.kind)).all()
    is_held = any(one.trouble is Trouble.SCORE_HELD for one in found)
    waiting = session.scalars(count.select_from(waiting_in(guild_id).subquery())).one() if is_held else 0
    return tuple(Notice(one.kind, one.trouble, one.place_id, waiting) for one in found)

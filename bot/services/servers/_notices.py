"""Keep what admins have to know until they have seen it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database import models
from bot.domain.jobs import JobKind
from bot.domain.servers import Notice, Trouble


def leave_notice(
    session: Session, guild_id: int, kind: JobKind, trouble: Trouble, place_id: int, now: datetime
) -> None:
    """Leave a notice for the admins of a server, in place of an earlier one of the kind."""
    row = models.Notice(guild_id=guild_id, kind=kind, trouble=trouble, place_id=place_id, noted_at=now, shown_at=None)
    session.merge(row)


def find_notices(session: Session, guild_id: int, *, unseen: bool = False) -> tuple[Notice, ...]:
    """Return the notices of a server, or those that no admin has seen, the earliest first."""
    rows = sa.select(models.Notice).where(models.Notice.guild_id == guild_id)
    if unseen:
        rows = rows.where(models.Notice.shown_at.is_(None))
    found = session.scalars(rows.order_by(models.Notice.noted_at, models.Notice.kind))
    return tuple(Notice(row.kind, row.trouble, row.place_id, row.noted_at) for row in found)


def mark_seen(session: Session, guild_id: int, now: datetime) -> None:
    """Mark all notices of a server as seen by an admin."""
    unseen = models.Notice.guild_id == guild_id, models.Notice.shown_at.is_(None)
    session.execute(sa.update(models.Notice).where(*unseen).values(shown_at=now))


def drop_notices(session: Session, guild_id: int, *kinds: JobKind) -> None:
    """Forget the notices of some kinds, since an admin has changed what they were about."""
    of_kinds = models.Notice.guild_id == guild_id, models.Notice.kind.in_(kinds)
    session.execute(sa.delete(models.Notice).where(*of_kinds))

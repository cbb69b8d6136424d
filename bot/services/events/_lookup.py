"""Find, lock and describe events."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event
from bot.domain.events import EventInfo
from bot.domain.scores import ScoreStyle
from bot.domain.text import name_key
from bot.errors import EventNotFound


def find_event(session: Session, guild_id: int, event: str | int, *, lock: bool = False) -> Event:
    """Return an event of a server, active or archived.

    Args:
        session: the transaction.
        guild_id: the server.
        event: the name as typed, ignoring case, or the key from a button.
        lock: lock the event and all its rows until the commit. The version of the event moves, so that submissions
            decided by the old state conflict.

    Raises:
        EventNotFound: the server has no such event.
    """
    # A button's key may be forged, and too large for the column.
    wanted = (
        Event.id == sa.literal(event, sa.BigInteger) if isinstance(event, int) else Event.name_key == name_key(event)
    )
    statement = sa.select(Event).where(wanted, Event.guild_id == guild_id)
    found = session.scalars(_locked(statement) if lock else statement).one_or_none()
    if found is None:
        raise EventNotFound
    if lock:
        found.version += 1
    return found


def lock_event(session: Session, event_id: int) -> Event:
    """Return an existing event, locked until the commit.

    Its version stays, so callers change only columns that submissions do not depend on.
    """
    return session.scalars(_locked(sa.select(Event).where(Event.id == event_id))).one()


def _locked(statement: sa.Select[Event]) -> sa.Select[Event]:
    # FOR NO KEY UPDATE lets other transactions insert rows that refer to the event.
    return statement.with_for_update(key_share=True)


def describe(event: Event | sa.Row[Any]) -> EventInfo:
    """Return an event as users see it."""
    return EventInfo(
        id=event.id,
        guild_id=event.guild_id,
        name=event.name,
        direction=event.score_direction,
        style=ScoreStyle(event.score_format, event.score_unit),
        min_score=event.min_score,
        max_score=event.max_score,
        is_active=event.is_active,
    )

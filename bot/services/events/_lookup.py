"""Find the event that a user means, and lock it."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event
from bot.domain.events import EventInfo
from bot.domain.scores import ScoreStyle
from bot.domain.text import name_key
from bot.errors import EventNotFound


def find_event(session: Session, guild_id: int, event: str | int, *, lock: bool = False) -> Event:
    """Return an event of a server, archived ones too.

    Args:
        session: the transaction.
        guild_id: the server; another's events do not exist for it.
        event: its name, ignoring case, as typed or chosen from the suggestions; or its key, from a button.
        lock: wait for the right to change the event and all that hangs on it, and keep it until the commit. The
            event's version moves, so that no submission counts by what the event was before.

    Raises:
        EventNotFound: the server has no such event.
    """
    # A button's key may be forged, and greater than any that fits the column.
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
    """Return an event that exists, locked until the commit, to change what no submission is decided by."""
    return session.scalars(_locked(sa.select(Event).where(Event.id == event_id))).one()


def _locked(statement: sa.Select[Event]) -> sa.Select[Event]:
    # FOR NO KEY UPDATE: others can still insert rows that refer to the event.
    return statement.with_for_update(key_share=True)


def describe(event: Event | sa.Row[Any]) -> EventInfo:
    """Return what the world may know of an event."""
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

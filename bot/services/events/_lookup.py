"""Finding the event that a user means, and locking it."""

from typing import Any

from sqlalchemy import BigInteger, Integer, Row, Select, bindparam, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.models import Event
from bot.domain.results import EventInfo
from bot.domain.scores import ScoreStyle
from bot.domain.text import name_key
from bot.errors import EventNotFound


async def find_event(session: AsyncSession, guild_id: int, event: str | int, *, lock: bool = False) -> Event:
    """Return a leaderboard event of a server, archived ones too.

    Args:
        session: the transaction.
        guild_id: the server; another's events do not exist for it.
        event: its name, ignoring case, as typed or chosen from the suggestions; or its key, from a button.
        lock: wait for, and keep until the commit, the right to change the event and all that hangs on it.

    Raises:
        EventNotFound: the server has no such leaderboard event.
    """
    # A button's key may be forged, and greater than any that fits the column.
    wanted = Event.id == literal(event, BigInteger) if isinstance(event, int) else Event.name_key == name_key(event)
    statement = select(Event).where(wanted, Event.guild_id == guild_id, Event.score_direction.is_not(None))
    found = (await session.scalars(_locked(statement) if lock else statement)).one_or_none()
    if found is None:
        raise EventNotFound
    if lock:
        await move_version(session, found)
    return found


async def lock_event(session: AsyncSession, event_id: int) -> Event:
    """Return an event that is known to exist, locked until the commit, for what no submission is decided by."""
    return (await session.scalars(_LOCK, {"event_id": event_id})).one()


async def move_version(session: AsyncSession, event: Event) -> None:
    """Make the row of a locked event another one, so that nobody counts a submission by what it was until now."""
    touched = update(Event).where(Event.id == event.id).values(is_active=Event.is_active)
    await session.execute(touched.execution_options(synchronize_session=False))


def _locked(statement: Select[Event]) -> Select[Event]:
    # FOR NO KEY UPDATE: rows that merely refer to the event can still be inserted beside it.
    return statement.with_for_update(key_share=True)


_LOCK = _locked(select(Event).where(Event.id == bindparam("event_id", type_=Integer())))


def describe(event: Event | Row[Any]) -> EventInfo:
    """Return what the world may know of an event that `find_event` found."""
    assert event.guild_id is not None  # noqa: S101 - what find_event found is a leaderboard event
    assert event.score_direction is not None  # noqa: S101 - and has what such an event has
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

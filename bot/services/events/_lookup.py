"""Find, lock and describe events."""

from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event, WeeklyRun
from bot.domain.events import Alarm, EventInfo, meant_event
from bot.domain.rules import Rules
from bot.domain.scores import ScoreStyle
from bot.domain.text import name_key
from bot.domain.weeks import Week
from bot.errors import EventNotFound, EventUnknown, NoEvents, NoOwnScores, NoOwnScoresYet, NoScores, SeasonUnknown
from bot.services.servers import current_week

_OF_GUILD = sa.select(Event).where(Event.guild_id == sa.bindparam("guild_id", type_=sa.BigInteger()))
# Forged buttons may send a key that is too large for the column.
_BY_KEY = _OF_GUILD.where(Event.id == sa.bindparam("wanted", type_=sa.BigInteger()))
_BY_NAME = _OF_GUILD.where(Event.name_key == sa.bindparam("wanted", type_=sa.String()))
_RULES = tuple(rule.name for rule in fields(Rules))


def find_event(session: Session, guild_id: int, event: str | int, *, lock: bool = False) -> Event:
    """Return an event of a server, active or archived, by its whole name.

    Commands that change an event, its weeks or other players' scores take whole names only. A part of a name could
    match a different event from the one that the admin has in mind.

    Args:
        session: the transaction.
        guild_id: the server.
        event: the name as typed, ignoring case, or the key from a button.
        lock: lock the event and all its rows until the commit. This raises the event's version, so that submissions
            decided on the old state conflict.

    Raises:
        EventNotFound: the server has no such event. For a name, a subclass suggests what the admin may have meant.
    """
    found = get_event(session, guild_id, event, lock=lock)
    if found is None:
        raise EventNotFound if isinstance(event, int) else EventUnknown((_meant(session, guild_id, event),), event)
    if lock:
        found.version += 1
    return found


def find_meant_event(
    session: Session, guild_id: int, event: str | int, *, season: str | None = None, archived: bool = True
) -> Event:
    """Return an event of a server by its whole name, or by a part that no other name has.

    It serves commands that only show an event, or that count the user's own score: their answer names the event, so
    users notice a wrong match at once.

    Args:
        session: the transaction.
        guild_id: the server.
        event: the name as typed, ignoring case, or the key from a button.
        season: the number of a season of that event, as typed; None for the event itself.
        archived: whether a part of a name may match an archived event; a whole name always may.

    Raises:
        EventNotFound: as in `find_event`.
        SeasonUnknown: the event has no such season.
    """
    found = get_event(session, guild_id, event)
    if found is None and isinstance(event, str):
        found = get_event(session, guild_id, _meant(session, guild_id, event, archived=archived))
    if found is None:
        raise EventNotFound
    return found if season is None else _find_season(session, found, season)


def takes_scores(week: Week) -> sa.ColumnElement[bool]:
    """Return the condition that an event takes scores in the current week, which is `week`.

    Once an admin has closed the last week of an event, the event takes no more scores, even before that week is over.
    """
    has_begun = sa.func.coalesce(Event.first_week, week.code) <= week.code
    goes_on = sa.func.coalesce(Event.last_week, week.code) >= week.code
    last_run = WeeklyRun.event_id == Event.id, WeeklyRun.week_number == Event.last_week
    return sa.and_(Event.is_active, has_begun, goes_on, ~sa.exists().where(*last_run))


def is_taking_scores(session: Session, event: Event, week: Week) -> bool:
    """Tell whether an event takes scores in the current week, which is `week`."""
    return session.execute(sa.select(takes_scores(week)).where(Event.id == event.id)).scalar_one()


def open_events(guild_id: int, week: Week) -> sa.Select[Event]:
    """Return the query for the events of a server that take scores in the current week, by name."""
    return sa.select(Event).where(Event.guild_id == guild_id, takes_scores(week)).order_by(Event.name_key)


def without_scores(session: Session, event: Event, player: int, viewer: int, now: datetime) -> NoScores:
    """Return the error for a player without a score in an event; it depends on who asks, and who may submit.

    Args:
        session: the transaction.
        event: the event.
        player: Discord's id of the player.
        viewer: Discord's id of the user who asks.
        now: the time, which tells whether the event takes scores.
    """
    if player != viewer:
        return NoScores(player, event.name)
    may_submit = is_taking_scores(session, event, current_week(session, event.guild_id, now))
    return (NoOwnScoresYet if may_submit else NoOwnScores)(player, event.name)


def find_seasons(session: Session, event: Event) -> list[Event]:
    """Return all seasons of an event, the latest first; the event may be given as any of them."""
    current = event.id if event.season_of is None else event.season_of
    seasons = sa.select(Event).where(sa.or_(Event.id == current, Event.season_of == current))
    return list(session.scalars(seasons.order_by(Event.season.desc())))


def _find_season(session: Session, event: Event, season: str) -> Event:
    seasons = find_seasons(session, event)
    for one in seasons:
        if str(one.season) == season.strip():
            return one
    raise SeasonUnknown(event.name, season, seasons[0].season)


def lock_event(session: Session, event_id: int) -> Event:
    """Return an existing event, locked until the commit.

    This does not raise the event's version, so callers may change only columns that submissions do not depend on.
    """
    return session.scalars(_locked(sa.select(Event).where(Event.id == event_id))).one()


def _locked(statement: sa.Select[Event]) -> sa.Select[Event]:
    # FOR NO KEY UPDATE lets other transactions insert rows that refer to the event.
    return statement.with_for_update(key_share=True)


def get_event(session: Session, guild_id: int, event: str | int, *, lock: bool = False) -> Event | None:
    """Return an event of a server by its whole name, ignoring case, or by its key; None if there is none."""
    statement, wanted = (_BY_KEY, event) if isinstance(event, int) else (_BY_NAME, name_key(event))
    found = session.scalars(_locked(statement) if lock else statement, {"wanted": wanted, "guild_id": guild_id})
    return found.one_or_none()


def _meant(session: Session, guild_id: int, typed: str, *, archived: bool = True) -> str:
    of_guild = sa.select(Event.id, Event.season_of, Event.name_key, Event.name, Event.is_active)
    events = session.execute(of_guild.where(Event.guild_id == guild_id).order_by(Event.name_key)).all()
    if not events:
        raise NoEvents
    keys = {event.id: event.name_key for event in events}
    # Unless it has been renamed, a past season has the name of its event with an addition. It would match every text
    # that the event does.
    return meant_event(
        typed,
        {
            event.name_key: event.name
            for event in events
            if (archived or event.is_active)
            and (event.season_of is None or keys[event.season_of] not in event.name_key)
        },
    )


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
        rules=Rules(*(getattr(event, name) for name in _RULES)),
        season=event.season,
        first_week=event.first_week,
        last_week=event.last_week,
        alarm=Alarm(event.alarm_elo, event.alarm_min, event.alarm_max),
    )

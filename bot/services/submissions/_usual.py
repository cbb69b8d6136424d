"""Find the event that a player means if they name none."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event, HeldScore, Player, ScoreSubmission
from bot.domain.weeks import Week
from bot.errors import NoEvents, NoOpenEvents
from bot.services.events import open_events, takes_scores


def find_usual_event(
    session: Session, guild_id: int, channel_id: int | None, discord_id: int, week: Week
) -> Event | None:
    """Return the event of a server that a submission without a name is for; None if there is none.

    It is the default event of the channel, even while that takes no scores. Otherwise, among the events that take
    scores in `week`, it is the one that the player used last, even if that score was held, or the only one.
    """
    of_guild = sa.select(Event).where(Event.guild_id == guild_id)
    if channel_id is not None:
        of_channel = of_guild.where(Event.is_active, Event.default_channel_id == channel_id)
        if (default := session.scalar(of_channel)) is not None:
            return default
    is_open, uses = of_guild.where(takes_scores(week)), _uses_of(discord_id, guild_id).subquery()
    used = is_open.join(uses, uses.c.event_id == Event.id)
    if (latest := session.scalar(used.order_by(uses.c.at.desc(), uses.c.interaction_id.desc()).limit(1))) is not None:
        return latest
    events = session.scalars(is_open.limit(2)).all()
    return events[0] if len(events) == 1 else None


def _uses_of(discord_id: int, guild_id: int) -> sa.CompoundSelect[Any]:
    """Return the query for the scores that a player has submitted in a server; some may be held or have been.

    What an admin added or imported is none of them. A score of a past season is one of the event that goes on.
    """
    log, held = ScoreSubmission, HeldScore
    goes_on = sa.func.coalesce(Event.season_of, Event.id).label("event_id")
    counted = sa.select(goes_on, log.interaction_id, log.submitted_at.label("at")).where(log.added_by.is_(None))
    waited = sa.select(goes_on, held.interaction_id, held.held_at)
    return sa.union_all(
        *(
            uses.select_from(table)
            .join(Event, Event.id == table.event_id)
            .join(Player, Player.id == table.player_id)
            .where(Player.discord_id == discord_id, Event.guild_id == guild_id)
            for uses, table in ((counted, log), (waited, held))
        )
    )


def find_open_names(session: Session, guild_id: int, week: Week) -> tuple[str, ...]:
    """Return the names of the events of a server that take scores in a week."""
    return tuple(event.name for event in session.scalars(open_events(guild_id, week)))


def check_any_open(session: Session, guild_id: int, week: Week) -> None:
    """Check that an event of a server takes scores in a week.

    Raises:
        NoEvents: the server has no events.
        NoOpenEvents: none of its events takes scores.
    """
    of_guild = sa.exists().where(Event.guild_id == guild_id)
    if not session.scalar(sa.select(of_guild.where(takes_scores(week)))):
        raise NoOpenEvents if session.scalar(sa.select(of_guild)) else NoEvents

"""Find the event that a player means without naming one."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event, Player, ScoreSubmission


def find_usual_event(session: Session, guild_id: int, channel_id: int | None, discord_id: int) -> Event | None:
    """Return the event of a server that takes scores and is meant; None if none is.

    It is the default event of the channel; else the one that the player used last; else the only one.
    """
    active = sa.select(Event).where(Event.guild_id == guild_id, Event.is_active)
    if channel_id is not None and (default := session.scalar(active.where(Event.default_channel_id == channel_id))):
        return default
    log = ScoreSubmission
    used = active.join(log, log.event_id == Event.id).join(Player, Player.id == log.player_id)
    of_player = used.where(Player.discord_id == discord_id)
    if (latest := session.scalar(of_player.order_by(log.submitted_at.desc(), log.id.desc()).limit(1))) is not None:
        return latest
    events = session.scalars(active.limit(2)).all()
    return events[0] if len(events) == 1 else None


def has_events(session: Session, guild_id: int) -> bool:
    """Return whether any event of a server takes scores."""
    return session.scalar(sa.select(sa.exists().where(Event.guild_id == guild_id, Event.is_active))) is True

"""Lock the events of a player, and clear the player's ratings in them."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event, Member, PlayerEventStats
from bot.domain.ratings import RatingScale
from bot.services.ratings import event_elo_expression, rating_of, weight_parameters

_STATS = PlayerEventStats
_UNRATE = sa.update(_STATS).values(
    all_time_leaderboard_elo=None,
    calculated_event_elo=sa.case(
        (_STATS.weeks_participated > 0, event_elo_expression(sa.null(), _STATS.weekly_elo_average))
    ),
)


def unrate(session: Session, player_id: int, events: Iterable[Event], scale: RatingScale) -> None:
    """Clear the all-time Elos of a player without personal bests in some events; archived weeks still count."""
    rated = _UNRATE.where(_STATS.player_id == player_id, _STATS.all_time_leaderboard_elo.is_not(None))
    for event in events:
        weights = weight_parameters(rating_of(event, scale))
        session.connection().execute(rated.where(_STATS.event_id == event.id), weights)


def lock_events(session: Session, member: Member) -> dict[int, Event]:
    """Return the events that a player has ever submitted to, locked, by key.

    This locks all events of the server, because an admin may be adding the player's first score to any of them.
    """
    wanted = sa.select(Event).where(Event.guild_id == member.guild_id).order_by(Event.id)
    # FOR NO KEY UPDATE lets other transactions insert rows that refer to the events.
    events = {event.id: event for event in session.scalars(wanted.with_for_update(key_share=True))}
    ever = sa.select(_STATS.event_id).where(_STATS.player_id == member.player_id, _STATS.event_id.in_(events))
    entered = set(session.scalars(ever))
    return {key: event for key, event in events.items() if key in entered}

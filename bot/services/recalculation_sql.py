"""The statements of a recalculation. Building them anew each time would take a quarter longer at 1,000 players."""

from sqlalchemy import Integer, bindparam, case, func, null, select, update

from bot.database.models import LeaderboardScore, PlayerEventStats
from bot.services.rating_sql import elo_expression, event_elo_expression, is_personal_best

_EVENT = bindparam("of_event", type_=Integer())
_STATS = PlayerEventStats
_BESTS = (
    select(LeaderboardScore.player_id, elo_expression(LeaderboardScore.score).label("elo"))
    .where(is_personal_best(_EVENT))
    .subquery()
)

WRITE_ELOS = (
    update(_STATS)
    .where(
        _STATS.event_id == _EVENT,
        _STATS.player_id == _BESTS.c.player_id,
        _STATS.all_time_leaderboard_elo.is_distinct_from(_BESTS.c.elo),
    )
    .values(
        all_time_leaderboard_elo=_BESTS.c.elo,
        calculated_event_elo=case(
            (_STATS.weeks_participated > 0, event_elo_expression(_BESTS.c.elo, _STATS.weekly_elo_average))
        ),
        updated_at=func.now(),
    )
)
"""Writes the all-time Elos that differ from those of the field, and the event Elos that follow from them."""

RATE_WITHOUT_BEST = (
    update(_STATS)
    .where(
        _STATS.event_id == _EVENT,
        _STATS.all_time_leaderboard_elo.is_(None),
        _STATS.weeks_participated > 0,
    )
    .values(calculated_event_elo=event_elo_expression(null(), _STATS.weekly_elo_average))
)
"""Writes the event Elos of those whose scores were all removed, and whose weeks go on counting."""

"""The current bests of an event: read, and found again in the log."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import LeaderboardScore, ScoreSubmission
from bot.domain.ratings import ScoreDirection
from bot.services.ratings._expressions import best_first


def current_best(session: Session, player_id: int, condition: sa.ColumnElement[bool]) -> LeaderboardScore | None:
    """Return the row of a player that fulfils `is_personal_best` or `is_weekly_best`, or None."""
    of_player = sa.select(LeaderboardScore).where(LeaderboardScore.player_id == player_id)
    return session.scalars(of_player.where(condition)).one_or_none()


def logged_bests(
    event_id: int, direction: ScoreDirection, *conditions: sa.ColumnElement[bool]
) -> sa.Select[int, float, datetime]:
    """Return the query for each player's best logged score, of equal ones the first, and when it was submitted.

    Args:
        event_id: the event.
        direction: which of two scores is better.
        conditions: which rows of its log count, besides not having been removed.
    """
    log = ScoreSubmission
    order = (best_first(log.score, direction), log.id)
    place = sa.func.row_number().over(partition_by=log.player_id, order_by=order)
    ordered = (
        sa.select(log.player_id, log.score, log.submitted_at, place.label("place"))
        .where(log.event_id == event_id, log.removed_at.is_(None), *conditions)
        .subquery()
    )
    return sa.select(ordered.c.player_id, ordered.c.score, ordered.c.submitted_at).where(ordered.c.place == 1)

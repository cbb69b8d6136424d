"""Reverse the direction of an event: find its bests anew in the log, also those of closed weeks."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.dialect import join_in_memory
from bot.database.models import Event, LeaderboardScore, ScoreSubmission, ScoreType, WeeklyResult, WeeklyRun
from bot.services.ratings import (
    best_first,
    count_field,
    counted_bests,
    has_type,
    is_personal_best,
    is_weekly_best,
    logged_bests,
    store_week_statistics,
)


def reverse(session: Session, event: Event) -> None:
    """Reverse the direction of a locked event; its Elos are wrong until `rerate`.

    Who has a best and who missed a week depends on the log alone, so rows change but none come or go.
    """
    join_in_memory(session)
    event.score_direction = event.score_direction.opposite
    _move_bests(session, event, is_personal_best(event.id))
    for week in _open_weeks(session, event):
        _move_bests(session, event, is_weekly_best(event.id, week), ScoreSubmission.week_number == week)
        if event.week_number == week:
            store_week_statistics(event, week, count_field(session, is_weekly_best(event.id, week)))
    for run in session.scalars(sa.select(WeeklyRun).where(WeeklyRun.event_id == event.id).order_by(WeeklyRun.id)):
        _move_results(session, event, run)
    event.statistics = count_field(session, is_personal_best(event.id))
    event.scores_version += 1


def _open_weeks(session: Session, event: Event) -> list[int]:
    scores = LeaderboardScore
    weeks = sa.select(scores.week_number).where(scores.event_id == event.id, has_type(ScoreType.WEEKLY)).distinct()
    return [week for week in session.scalars(weeks) if week is not None]


def _move_bests(
    session: Session, event: Event, are_moved: sa.ColumnElement[bool], *of_log: sa.ColumnElement[bool]
) -> None:
    """Replace bests by those of the part of the log that `of_log` selects."""
    best = logged_bests(event.id, event.score_direction, *of_log).subquery()
    write = sa.update(LeaderboardScore).where(are_moved, LeaderboardScore.player_id == best.c.player_id)
    session.connection().execute(write.values(score=best.c.score, submitted_at=best.c.submitted_at))


def _move_results(session: Session, event: Event, run: WeeklyRun) -> None:
    result, direction = WeeklyResult, event.score_direction
    best = counted_bests(run, direction).subquery()
    rank = sa.func.rank().over(order_by=best_first(best.c.score, direction)).label("rank")
    ranked = sa.select(best, rank).subquery()
    write = sa.update(result).where(result.run_id == run.id, result.player_id == ranked.c.player_id)
    values = {"score": ranked.c.score, "submitted_at": ranked.c.submitted_at, "rank": ranked.c.rank}
    session.connection().execute(write.values(values))

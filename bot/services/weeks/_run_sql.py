"""The statements of a weekly run over all players, built once: that is a fiftieth of a run of 10,000 players."""

from functools import cache

from sqlalchemy import ColumnElement, Insert, Integer, bindparam, delete, exists, func, insert, select
from sqlalchemy.orm import aliased

from bot.database.dialect import LongId
from bot.database.models import LeaderboardScore, WeeklyResult, WeeklyRun
from bot.domain.ratings import ScoreDirection
from bot.services.ratings._expressions import best_first, elo_expression, is_weekly_best

_RUN = bindparam("of_run", type_=LongId)
_KNOWN_BY = bindparam("known_by", type_=LongId)
_EVENT = bindparam("of_event", type_=Integer())
_WEEK = bindparam("of_week", type_=Integer())


@cache
def archive_scores(direction: ScoreDirection) -> Insert:
    """Return what archives the bests of a week, rated and ranked."""
    scores = LeaderboardScore
    rated = select(
        _RUN,
        scores.player_id,
        scores.score,
        scores.submitted_at,
        elo_expression(scores.score),
        func.rank().over(order_by=best_first(scores.score, direction)),
    ).where(is_weekly_best(_EVENT, _WEEK))
    # In the order of the keys, in which SQLite then updates the ratings in a quarter less time.
    rated = rated.order_by(scores.player_id)
    columns = ["run_id", "player_id", "score", "submitted_at", "weekly_elo", "rank"]
    return insert(WeeklyResult).from_select(columns, rated)


def _add_missed(runs: ColumnElement[bool]) -> Insert:
    known = aliased(WeeklyResult)
    has_row = exists().where(WeeklyResult.run_id == WeeklyRun.id, WeeklyResult.player_id == known.player_id)
    missed = (
        select(WeeklyRun.id, known.player_id, WeeklyRun.missed_week_elo)
        .join(known, known.run_id == _KNOWN_BY)
        .where(runs, ~has_row)
    )
    return insert(WeeklyResult).from_select(["run_id", "player_id", "weekly_elo"], missed)


ADD_MISSED = _add_missed(WeeklyRun.id == _RUN)
"""Archives a missed week in a run that lacks a row for a player whom another run has one for."""
ADD_MISSED_LATER = _add_missed((WeeklyRun.event_id == _EVENT) & (WeeklyRun.week_number > _WEEK))
"""Does so in every run of an event of a later week."""
CLEAR = delete(LeaderboardScore).where(is_weekly_best(_EVENT, _WEEK))
"""Deletes the bests of a week of an event."""

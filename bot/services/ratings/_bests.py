"""Express in SQL which scores are bests and which of two is better, and find bests in the log."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.database.dialect import UtcDateTime, constant
from bot.database.models import Event, LeaderboardScore, Member, ScoreSubmission, ScoreType, WeeklyOmission, WeeklyRun
from bot.domain.scores import ScoreDirection

ScoreColumn = sa.SQLColumnExpression[float] | sa.SQLColumnExpression[float | None]
"""A column of scores, or of any other value that orders a board."""


def is_personal_best(
    event_id: int | sa.SQLColumnExpression[int], scores: type[LeaderboardScore] = LeaderboardScore
) -> sa.ColumnElement[bool]:
    """Return the condition for the personal bests of an event."""
    return (scores.event_id == event_id) & has_type(ScoreType.ALL_TIME, scores) & scores.week_number.is_(None)


def is_weekly_best(
    event_id: int | sa.ColumnElement[int], week_code: int | sa.ColumnElement[int]
) -> sa.ColumnElement[bool]:
    """Return the condition for the weekly bests of one week of an event."""
    scores = LeaderboardScore
    return (scores.event_id == event_id) & has_type(ScoreType.WEEKLY) & (scores.week_number == week_code)


def is_of_event(event_id: int, log: type[ScoreSubmission] = ScoreSubmission) -> sa.ColumnElement[bool]:
    """Return the condition for rows of the log of an event, for queries that look rows up by player.

    The addition of 0 keeps the planner from using the index by event: a player has few rows, but an event may have
    many.
    """
    return log.event_id + 0 == event_id


def has_type(score_type: ScoreType, scores: type[LeaderboardScore] = LeaderboardScore) -> sa.ColumnElement[bool]:
    """Return the condition for scores of one type."""
    return sa.type_coerce(scores.score_type, sa.String) == constant(score_type)


def is_better(
    score: sa.SQLColumnExpression[Any], than: float | sa.SQLColumnExpression[Any], direction: ScoreDirection
) -> sa.ColumnElement[bool]:
    """Return `ScoreDirection.is_better` in SQL."""
    return score > than if direction is ScoreDirection.HIGH else score < than


def best_first(score: ScoreColumn, direction: ScoreDirection) -> sa.ColumnElement[Any]:
    """Return the ORDER BY term that puts the best score first."""
    return score.desc() if direction is ScoreDirection.HIGH else score.asc()


def best_of(score: ScoreColumn, direction: ScoreDirection) -> sa.ColumnElement[Any]:
    """Return the aggregate that is the best score of a group."""
    return sa.func.max(score) if direction is ScoreDirection.HIGH else sa.func.min(score)


def logged_bests(
    event_id: int, direction: ScoreDirection, *conditions: sa.ColumnElement[bool]
) -> sa.Select[int, float, datetime]:
    """Return the query for each player's best logged score and its time; of equal scores, the first.

    Args:
        event_id: the event.
        direction: the direction of the event.
        conditions: select some of the rows that count; all other rows are always excluded.
    """
    return _bests(direction, *counts_in(event_id), *conditions)


def logged_best(
    event_id: int, direction: ScoreDirection, player_id: int, *conditions: sa.ColumnElement[bool]
) -> sa.Select[float, datetime]:
    """Return the query for one player's best logged score and its time, as `logged_bests` does for all players."""
    log = ScoreSubmission
    best = sa.select(log.score, log.submitted_at).where(*counts_of(event_id, player_id), *conditions)
    return best.order_by(best_first(log.score, direction), log.id).limit(1)


def counts_in(event_id: int, log: type[ScoreSubmission] = ScoreSubmission) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions for the rows of an event's log that count: not removed, and not of withdrawn players."""
    return log.event_id == event_id, *_counts(event_id, log)


def counts_of(event_id: int, player_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions of `counts_in` for the rows of one player, which are looked up by player."""
    log = ScoreSubmission
    return log.player_id == player_id, is_of_event(event_id), *_counts(event_id, log)


def _counts(event_id: int, log: type[ScoreSubmission]) -> tuple[sa.ColumnElement[bool], ...]:
    withdrawn = (
        sa.select(Member.player_id)
        .join(Event, Event.guild_id == Member.guild_id)
        .where(Event.id == event_id, Member.withdrawn_at.is_not(None))
    )
    return log.removed_at.is_(None), log.player_id.not_in(withdrawn)


def was_counted(run: WeeklyRun) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions for the rows of the log that a run counts: `verification.was_counted` in SQL."""
    log, omission = ScoreSubmission, WeeklyOmission
    of_week = log.event_id == run.event_id, log.week_number == run.week_number
    is_gone = sa.exists().where(omission.run_id == run.id, omission.player_id == log.player_id)
    was_there = log.removed_at.is_(None) | (log.removed_at > sa.literal(run.ran_at, UtcDateTime))
    return *of_week, log.is_late | (was_there & ~is_gone), ~log.is_omitted


def counted_bests(run: WeeklyRun, direction: ScoreDirection) -> sa.Select[int, float, datetime]:
    """Return the query for each player's best score that a run counts, as `logged_bests` does."""
    return _bests(direction, *was_counted(run))


def _bests(direction: ScoreDirection, *conditions: sa.ColumnElement[bool]) -> sa.Select[int, float, datetime]:
    log = ScoreSubmission
    order = (best_first(log.score, direction), log.id)
    place = sa.func.row_number().over(partition_by=log.player_id, order_by=order)
    ordered = sa.select(log.player_id, log.score, log.submitted_at, place.label("place")).where(*conditions).subquery()
    return sa.select(ordered.c.player_id, ordered.c.score, ordered.c.submitted_at).where(ordered.c.place == 1)

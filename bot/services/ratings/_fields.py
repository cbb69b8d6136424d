"""Compute fields, and update the running statistics that an event stores: of its personal bests and of one week.

That week is the latest one with a new weekly best. `count_field` computes the fields of other weeks from their rows.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event, LeaderboardScore
from bot.domain.statistics import RunningStatistics
from bot.services.ratings._bests import ScoreColumn, is_personal_best, is_weekly_best
from bot.services.ratings._expressions import number


def count_field(
    connection: sa.Connection | Session,
    condition: sa.ColumnElement[bool],
    score: ScoreColumn = LeaderboardScore.score,
) -> RunningStatistics:
    """Compute the statistics of a field from its rows, in two passes relative to its lowest score.

    The formula `avg(x²) − avg(x)²` would have no correct digit for scores near 900,000,000.
    """
    origin = connection.execute(sa.select(sa.func.min(score)).where(condition)).scalar_one()
    if origin is None:
        return RunningStatistics()
    offset = score - number(origin)
    size, mean = connection.execute(sa.select(sa.func.count(), sa.func.avg(offset)).where(condition)).one()
    deviation = offset - number(mean)
    m2 = connection.execute(sa.select(sa.func.sum(deviation * deviation)).where(condition)).scalar_one()
    return RunningStatistics(size, origin, mean, m2, m2)


def week_statistics_of(event: Event, week_code: int) -> RunningStatistics | None:
    """Return the running statistics of a week's bests, or None if the event stores another week's."""
    return event.week_statistics if event.week_number == week_code else None


def count_week(session: Session, event: Event, week_code: int) -> RunningStatistics:
    """Return the statistics of a week's bests: the stored ones or, for another week, recomputed from the rows."""
    statistics = week_statistics_of(event, week_code)
    return count_field(session, is_weekly_best(event.id, week_code)) if statistics is None else statistics


def store_week_statistics(event: Event, week_code: int, statistics: RunningStatistics) -> None:
    """Store the running statistics of a week's bests in a locked event, in place of any other week's."""
    event.week_number, event.week_statistics = week_code, statistics


def forget_week_statistics(event: Event, week_code: int) -> None:
    """Drop the running statistics of a week whose bests a locked event no longer has."""
    if event.week_number == week_code:
        event.week_number = None


def count_personal_best(session: Session, event: Event, old: float | None, new: float | None) -> None:
    """Update the running statistics and the `scores_version` of a locked event after a personal best has changed.

    The next recalculation looks at every player, because the log reveals new submissions but no other changes of bests.

    Args:
        session: the transaction.
        event: the event.
        old: the previous personal best; None for a first score.
        new: the new personal best, already stored; None if the player has none left.
    """
    event.statistics = _with_all_digits(session, event.statistics.change(old, new), is_personal_best(event.id))
    event.scores_version += 1
    event.elo_field_version = None


def count_weekly_best(session: Session, event: Event, week_code: int, old: float | None, new: float | None) -> None:
    """Update the running statistics of a week, if the event stores them; see `count_personal_best`."""
    statistics = week_statistics_of(event, week_code)
    if statistics is not None:
        changed = _with_all_digits(session, statistics.change(old, new), is_weekly_best(event.id, week_code))
        store_week_statistics(event, week_code, changed)


def _with_all_digits(
    session: Session, statistics: RunningStatistics, condition: sa.ColumnElement[bool]
) -> RunningStatistics:
    """Return the statistics of the scores that match a condition; if they have lost precision, recount the rows."""
    if not statistics.has_lost_digits:
        return statistics
    session.flush()
    return count_field(session, condition)

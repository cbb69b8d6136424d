"""Running statistics that an event stores: of its personal bests, and of the bests of one week.

That week is the last one that somebody submitted for; a page of its board reads the field here. Fields of other weeks
are counted from their rows when somebody asks.
"""

from typing import Any

from sqlalchemy import ColumnElement, Row
from sqlalchemy.orm import Session

from bot.database.models import Event
from bot.domain.statistics import RunningStatistics
from bot.services.ratings._expressions import count_field, is_personal_best, is_weekly_best


def statistics_of(event: Event | Row[Any]) -> RunningStatistics:
    """Return the running statistics of an event's personal bests."""
    return RunningStatistics(
        event.score_count, event.score_origin, event.score_mean, event.score_m2, event.score_m2_peak
    )


def week_statistics_of(event: Event | Row[Any], week_code: int | None) -> RunningStatistics | None:
    """Return the running statistics of the bests of a week, or None where they are not those that are kept."""
    if week_code is None or event.week_number != week_code:
        return None
    return RunningStatistics(event.week_count, event.week_origin, event.week_mean, event.week_m2, event.week_m2_peak)


def store_statistics(event: Event, statistics: RunningStatistics) -> None:
    """Set the running statistics of a locked event's personal bests."""
    event.score_count = statistics.count
    event.score_origin = statistics.origin
    event.score_mean = statistics.mean
    event.score_m2 = statistics.m2
    event.score_m2_peak = statistics.m2_peak


def store_week_statistics(event: Event, week_code: int, statistics: RunningStatistics) -> None:
    """Keep the running statistics of the bests of a week with a locked event, in place of another week's."""
    event.week_number = week_code
    event.week_count = statistics.count
    event.week_origin = statistics.origin
    event.week_mean = statistics.mean
    event.week_m2 = statistics.m2
    event.week_m2_peak = statistics.m2_peak


def forget_week_statistics(event: Event, week_code: int) -> None:
    """Keep the running statistics of a week no longer, whose bests go from a locked event."""
    if event.week_number == week_code:
        event.week_number = None


def count_personal_best(session: Session, event: Event, old: float | None, new: float | None) -> None:
    """Move the running statistics of a locked event from one personal best of a player to another.

    Args:
        session: the transaction.
        event: the event, whose `scores_version` moves too. Its next recalculation looks at everybody, since the log
            tells who has submitted since the last one, and not whose best has changed otherwise.
        old: the personal best before; None for a first score.
        new: the personal best from now on, stored already; None where none is left.
    """
    changed = statistics_of(event).change(old, new)
    store_statistics(event, _with_all_digits(session, changed, is_personal_best(event.id)))
    event.scores_version += 1
    event.elo_field_version = None


def count_weekly_best(session: Session, event: Event, week_code: int, old: float | None, new: float | None) -> None:
    """Move the running statistics of a week, if they are kept; the arguments are as for a personal best."""
    statistics = week_statistics_of(event, week_code)
    if statistics is not None:
        condition = is_weekly_best(event.id, week_code)
        changed = _with_all_digits(session, statistics.change(old, new), condition)
        store_week_statistics(event, week_code, changed)


def _with_all_digits(
    session: Session, statistics: RunningStatistics, condition: ColumnElement[bool]
) -> RunningStatistics:
    """Return the statistics of the scores that fulfil a condition, counted anew if they have lost digits."""
    if not statistics.has_lost_digits:
        return statistics
    session.flush()
    return count_field(session, condition)

"""Compute the weekly averages of an event from its archive, according to its attendance."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import PlayerEventStats, WeeklyResult, WeeklyRun
from bot.database.streams import AnySelect
from bot.domain.methods import Rating
from bot.domain.rules import WEEKS_ADDED, Attendance
from bot.services.ratings._expressions import event_elo_expression, number
from bot.services.ratings._methods import weight_parameters


def count_averages(session: Session, event_id: int, rating: Rating) -> None:
    """Write the averages, weeks and event Elos of all players of a locked event, where they have changed.

    The averages equal those of `Rules.weekly_average`.
    """
    stats, counted = PlayerEventStats, weekly_averages(event_id, rating).subquery()
    weeks = sa.func.coalesce(counted.c.weeks, 0)
    average = sa.func.coalesce(counted.c.average, number(0.0), type_=sa.Double)
    # Join everything that the event Elo depends on into one row.
    players = (
        sa.select(
            stats.id,
            weeks.label("weeks"),
            average.label("average"),
            sa.case((weeks > 0, event_elo_expression(stats.all_time_leaderboard_elo, average))).label("event_elo"),
        )
        .outerjoin(counted, counted.c.player_id == stats.player_id)
        .where(stats.event_id == event_id)
        .subquery()
    )
    changes = sa.or_(
        stats.weeks_participated != players.c.weeks,
        stats.weekly_elo_average != players.c.average,
        stats.calculated_event_elo.is_distinct_from(players.c.event_elo),
    )
    write = (
        sa.update(stats)
        .where(stats.id == players.c.id, changes)
        .values(
            weekly_elo_average=players.c.average,
            weeks_participated=players.c.weeks,
            calculated_event_elo=players.c.event_elo,
        )
    )
    session.connection().execute(write, weight_parameters(rating))


def weekly_averages(event_id: int, rating: Rating, *conditions: sa.ColumnElement[bool]) -> AnySelect:
    """Return the query for each player's weekly average and number of counted weeks, including missed ones.

    Args:
        event_id: the event.
        rating: the rating whose attendance the query follows.
        conditions: which runs count; none means all.
    """
    rules, result = rating.rules, WeeklyResult
    counted = (
        sa.select(result.player_id, result.weekly_elo, result.score)
        .join(WeeklyRun, WeeklyRun.id == result.run_id)
        .where(WeeklyRun.event_id == event_id, result.weekly_elo.is_not(None), *conditions)
    )
    if rules.attendance is Attendance.BEST:
        return _best_weeks(counted, rules.best_of, rules.last_weeks)
    weeks = counted.subquery()
    elos: sa.ColumnElement[int] = sa.func.sum(weeks.c.weekly_elo)
    number_of: sa.ColumnElement[int] = sa.func.count()
    if rules.attendance is Attendance.PLAYED:
        played = weeks.c.score.is_not(None)
        elos = sa.func.coalesce(elos.filter(played), 0) + WEEKS_ADDED * rating.scale.base_elo
        number_of = sa.func.count().filter(played) + WEEKS_ADDED
    average = sa.cast(elos, sa.Double) / sa.cast(number_of, sa.Double)
    return sa.select(weeks.c.player_id, average.label("average"), sa.func.count().label("weeks")).group_by(
        weeks.c.player_id
    )


def _best_weeks(counted: AnySelect, best_of: int, last_weeks: int) -> AnySelect:
    of_player = WeeklyResult.player_id
    latest = sa.func.row_number().over(partition_by=of_player, order_by=WeeklyRun.week_number.desc())
    weeks = counted.add_columns(latest.label("age"), sa.func.count().over(partition_by=of_player).label("weeks"))
    late = weeks.subquery()
    place = sa.func.row_number().over(partition_by=late.c.player_id, order_by=late.c.weekly_elo.desc())
    best = sa.select(late.c.player_id, late.c.weekly_elo, late.c.weeks, place.label("place"))
    ordered = best.where(late.c.age <= last_weeks).subquery()
    average = sa.cast(sa.func.sum(ordered.c.weekly_elo), sa.Double) / sa.cast(sa.func.count(), sa.Double)
    return (
        sa.select(ordered.c.player_id, average.label("average"), sa.func.max(ordered.c.weeks).label("weeks"))
        .where(ordered.c.place <= best_of)
        .group_by(ordered.c.player_id)
    )

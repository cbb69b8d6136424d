"""Move weekly averages and event Elos by the runs that begin or cease to count."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import PlayerEventStats, WeeklyResult, WeeklyRun
from bot.domain.ratings import RatingScale
from bot.services.ratings import event_elo_expression, event_elo_parameters, number


def count_in(session: Session, run: WeeklyRun, scale: RatingScale, *, is_last: bool) -> None:
    """Have a run of a locked event, and those of later weeks, count in averages and event Elos.

    Args:
        session: the transaction.
        run: the first of them.
        scale: the constants of the event Elos.
        is_last: whether there is no run after it, so that no player has several results in question.
    """
    _count(session, run, scale, sign=1, is_last=is_last)


def count_out(session: Session, run: WeeklyRun, scale: RatingScale, *, is_last: bool) -> None:
    """Have these runs count no more, before their results change or go; the arguments are those of `count_in`."""
    _count(session, run, scale, sign=-1, is_last=is_last)


def _count(session: Session, run: WeeklyRun, scale: RatingScale, *, sign: int, is_last: bool) -> None:
    """Add results to the averages, or take them out, with the players' event Elos.

    Weekly Elos are integers, so the rounded product of average and weeks is their sum, exactly (for sums below 2⁵¹).
    Any order of additions and subtractions therefore ends in the same bits as a count of the whole archive, and a run
    reads its own results only.
    """
    stats = PlayerEventStats
    counted = (_results_of(run) if is_last else _results_since(run)).subquery()
    elos_before = sa.func.round(
        stats.weekly_elo_average * sa.cast(stats.weeks_participated, sa.Double), type_=sa.Double
    )
    elos = elos_before + sa.cast(sign * counted.c.elos, sa.Double)
    weeks = stats.weeks_participated + sign * counted.c.weeks
    average = sa.type_coerce(elos / sa.cast(weeks, sa.Double), sa.Double)
    count = (
        sa.update(stats)
        .where(stats.event_id == run.event_id, stats.player_id == counted.c.player_id)
        .values(
            weekly_elo_average=sa.case((weeks > 0, average), else_=number(0.0)),
            weeks_participated=weeks,
            calculated_event_elo=sa.case((weeks > 0, event_elo_expression(stats.all_time_leaderboard_elo, average))),
            updated_at=sa.func.now(),
        )
    )
    session.connection().execute(count, event_elo_parameters(scale))


def _results_of(run: WeeklyRun) -> sa.Select[int, int, int]:
    # Without the grouping of several runs' results, which would take longer.
    return sa.select(WeeklyResult.player_id, WeeklyResult.weekly_elo.label("elos"), sa.literal(1).label("weeks")).where(
        WeeklyResult.run_id == run.id
    )


def _results_since(run: WeeklyRun) -> sa.Select[int, int, int]:
    sums = sa.func.sum(WeeklyResult.weekly_elo).label("elos"), sa.func.count().label("weeks")
    results = sa.select(WeeklyResult.player_id, *sums).join(WeeklyRun, WeeklyRun.id == WeeklyResult.run_id)
    since = WeeklyRun.event_id == run.event_id, WeeklyRun.week_number >= run.week_number
    return results.where(*since).group_by(WeeklyResult.player_id)

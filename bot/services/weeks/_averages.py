"""Weekly averages and event Elos, moved by the runs that count or count no more."""

from functools import cache

from sqlalchemy import (
    BindParameter,
    Double,
    Integer,
    Select,
    Update,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.built_statements import execute_built
from bot.database.dialect import LongId
from bot.database.models import PlayerEventStats, WeeklyResult, WeeklyRun
from bot.domain.ratings import RatingScale
from bot.services.ratings._expressions import event_elo_expression, event_elo_parameters, number


async def count_in(session: AsyncSession, run: WeeklyRun, scale: RatingScale, *, is_last: bool) -> None:
    """Have a run of a locked event, and those of later weeks, count in averages and event Elos.

    Args:
        session: the transaction.
        run: the first of them.
        scale: the constants of the event Elos.
        is_last: whether there is no run after it, so that no player has several results in question.
    """
    await _count(session, run, scale, sign=1, is_last=is_last)


async def count_out(session: AsyncSession, run: WeeklyRun, scale: RatingScale, *, is_last: bool) -> None:
    """Have these runs count no more, before their results change or go; the arguments are those of `count_in`."""
    await _count(session, run, scale, sign=-1, is_last=is_last)


async def _count(session: AsyncSession, run: WeeklyRun, scale: RatingScale, *, sign: int, is_last: bool) -> None:
    """Add results to the averages, or take them out, with the players' event Elos.

    Weekly Elos are integers, so that their sum is the rounded product of average and weeks, exactly (for sums below
    2⁵¹). Any order of additions and subtractions therefore ends in the same bits as a count of the whole archive, and
    a run reads its own results, not those of all weeks: at 100,000 players and 50 weeks that would be 5 million rows.
    """
    runs = {"of_run": run.id} if is_last else {"since_week": run.week_number}
    counting = {"of_event": run.event_id, "sign": sign, **runs}
    await execute_built(session, _moving(is_last=is_last), **counting, **event_elo_parameters(scale))


@cache
def _moving(*, is_last: bool) -> Update:
    stats = PlayerEventStats
    of_event, sign = bindparam("of_event", type_=Integer()), bindparam("sign", type_=Integer())
    # Grouping by player takes a third longer, which the usual run of the last week is spared.
    counted = (_results_of_one() if is_last else _results_since(of_event)).subquery()
    elos_before = func.round(stats.weekly_elo_average * cast(stats.weeks_participated, Double), type_=Double)
    elos = elos_before + cast(sign * counted.c.elos, Double)
    weeks = stats.weeks_participated + sign * counted.c.weeks
    average = type_coerce(elos / cast(weeks, Double), Double)
    return (
        update(stats)
        .where(stats.event_id == of_event, stats.player_id == counted.c.player_id)
        .values(
            weekly_elo_average=case((weeks > 0, average), else_=number(0.0)),
            weeks_participated=weeks,
            calculated_event_elo=case((weeks > 0, event_elo_expression(stats.all_time_leaderboard_elo, average))),
            updated_at=func.now(),
        )
    )


def _results_of_one() -> Select[int, int, int]:
    of_run = WeeklyResult.run_id == bindparam("of_run", type_=LongId)
    return select(WeeklyResult.player_id, WeeklyResult.weekly_elo.label("elos"), literal(1).label("weeks")).where(
        of_run
    )


def _results_since(of_event: BindParameter[int]) -> Select[int, int, int]:
    since = WeeklyRun.week_number >= bindparam("since_week", type_=Integer())
    sums = func.sum(WeeklyResult.weekly_elo).label("elos"), func.count().label("weeks")
    results = select(WeeklyResult.player_id, *sums).join(WeeklyRun, WeeklyRun.id == WeeklyResult.run_id)
    return results.where(WeeklyRun.event_id == of_event, since).group_by(WeeklyResult.player_id)

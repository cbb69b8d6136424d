"""One weekly run, inside its transaction: set-based, written once, undone exactly."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, delete, exists, func, insert, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.database.built_statements import execute_built
from bot.database.join_memory import join_in_memory
from bot.database.models import Event, LeaderboardScore, ScoreSubmission, ScoreType, WeeklyResult, WeeklyRun
from bot.domain.ratings import Field, RatingScale
from bot.domain.weeks import Week
from bot.errors import WeekNotRunnable
from bot.services.events._lookup import describe
from bot.services.ratings._expressions import count_field, elo_parameters, is_weekly_best
from bot.services.ratings._fields import forget_week_statistics
from bot.services.ratings._logged_bests import logged_bests
from bot.services.ratings._recalculation import recalculate
from bot.services.weeks import _run_sql as sql
from bot.services.weeks._averages import count_in, count_out


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """The runs of an event around one week.

    Attributes:
        before: the key of the last one before it; None where it is the first.
        has_later: whether weeks after it were run already.
    """

    before: int | None
    has_later: bool


async def run_week(
    session: AsyncSession, event: Event, week: Week, scale: RatingScale, now: datetime, actor_id: int
) -> WeeklyRun:
    """Process a week of a locked event that has not been run.

    All-time Elos are brought up to date; the week's bests are rated and archived; whoever took part earlier and
    missed it is archived with `missed_week_elo`; averages and event Elos follow; the week's bests are cleared.

    What the statements read and write depends on nothing but the players: a hundredth week takes no longer than the
    second.

    Raises:
        WeekNotRunnable: it has no scores.
    """
    await session.run_sync(join_in_memory)
    await recalculate(session, event, scale)
    log = ScoreSubmission
    removals = log.event_id == event.id, log.week_number == week.code, log.removed_at.is_not(None)
    removed_at = await session.scalar(select(func.max(log.removed_at)).where(*removals))
    field = (await session.run_sync(count_field, is_weekly_best(event.id, week.code))).field
    if field.size == 0:
        raise WeekNotRunnable(f"Nobody has submitted a score for {week}, so there is nothing to close.")
    neighbours = await _neighbours(session, event, week.code)
    run = WeeklyRun(
        event_id=event.id,
        week_number=week.code,
        # Not before what was removed already, also where the clock has been set back since.
        ran_at=now if removed_at is None else max(now, removed_at),
        ran_by=actor_id,
        field_size=field.size,
        field_origin=field.origin,
        field_mean=field.mean,
        field_sd=field.sd,
        base_elo=scale.base_elo,
        elo_per_sigma=scale.elo_per_sigma,
        missed_week_elo=scale.missed_week_elo,
    )
    session.add(run)
    await session.flush()
    if neighbours.has_later:
        await count_out(session, run, scale, is_last=False)
    await _archive_scores(session, event, run, field, scale)
    await _add_missed_weeks(session, event, run, neighbours)
    await count_in(session, run, scale, is_last=not neighbours.has_later)
    await execute_built(session, sql.CLEAR, of_event=event.id, of_week=week.code)
    forget_week_statistics(event, week.code)
    return run


async def undo_run(session: AsyncSession, event: Event, run: WeeklyRun, scale: RatingScale) -> int:
    """Take the latest run of a locked event back, and return how many scores of its week are open again.

    They come from the log, so that one which was removed since stays away. Afterwards averages are those of the runs
    that are left, as if this one had never been made.
    """
    await session.run_sync(join_in_memory)
    of_week = ScoreSubmission.week_number == run.week_number
    logged = logged_bests(event.id, describe(event).direction, of_week).subquery()
    reopened = select(
        logged.c.player_id,
        literal(event.id, Integer),
        logged.c.score,
        literal(ScoreType.WEEKLY, LeaderboardScore.score_type.type),
        literal(run.week_number, Integer),
        logged.c.submitted_at,
    )
    columns = ["player_id", "event_id", "score", "score_type", "week_number", "submitted_at"]
    await session.execute(insert(LeaderboardScore).from_select(columns, reopened))
    neighbours = await _neighbours(session, event, run.week_number)
    await count_out(session, run, scale, is_last=not neighbours.has_later)
    await session.execute(delete(WeeklyResult).where(WeeklyResult.run_id == run.id))
    await session.delete(run)
    await session.flush()
    if neighbours.has_later:
        await _drop_weeks_missed_before_the_first(session, event, since=run.week_number)
        await count_in(session, run, scale, is_last=False)
    open_again = select(func.count()).where(is_weekly_best(event.id, run.week_number))
    return (await session.execute(open_again)).scalar_one()


async def _neighbours(session: AsyncSession, event: Event, week_code: int) -> _Neighbours:
    runs = select(WeeklyRun.id, WeeklyRun.week_number).where(WeeklyRun.event_id == event.id)
    found = (await session.execute(runs.order_by(WeeklyRun.week_number))).all()
    before = [run_id for run_id, code in found if code < week_code]
    return _Neighbours(before[-1] if before else None, has_later=any(code > week_code for _, code in found))


async def _archive_scores(
    session: AsyncSession, event: Event, run: WeeklyRun, field: Field, scale: RatingScale
) -> None:
    direction = describe(event).direction
    of_week = {"of_run": run.id, "of_event": event.id, "of_week": run.week_number}
    ratings = elo_parameters(field, direction, scale)
    await execute_built(session, sql.archive_scores(direction), **of_week, **ratings)


async def _add_missed_weeks(session: AsyncSession, event: Event, run: WeeklyRun, neighbours: _Neighbours) -> None:
    """Archive a missed week wherever a player who had taken part before has no row, in this run and in later ones.

    Weeks may be run in any order: one that is run late can be somebody's first, which makes later ones missed. A run
    has a row for everybody who had taken part by then, so that those who miss it are all in the one before it.
    """
    if neighbours.before is not None:
        await execute_built(session, sql.ADD_MISSED, known_by=neighbours.before, of_run=run.id)
    if neighbours.has_later:
        later = {"known_by": run.id, "of_event": event.id, "of_week": run.week_number}
        await execute_built(session, sql.ADD_MISSED_LATER, **later)


async def _drop_weeks_missed_before_the_first(session: AsyncSession, event: Event, since: int) -> None:
    """Take back missed weeks of players who, without the run of week `since`, had not taken part before them."""
    earlier, earlier_run = aliased(WeeklyResult), aliased(WeeklyRun)
    took_part_before = exists().where(
        earlier.run_id == earlier_run.id,
        earlier.player_id == WeeklyResult.player_id,
        earlier.score.is_not(None),
        earlier_run.event_id == event.id,
        earlier_run.week_number < WeeklyRun.week_number,
    )
    groundless = (
        select(WeeklyResult.run_id, WeeklyResult.player_id)
        .join(WeeklyRun, WeeklyRun.id == WeeklyResult.run_id)
        .where(
            WeeklyRun.event_id == event.id,
            WeeklyRun.week_number > since,
            WeeklyResult.score.is_(None),
            ~took_part_before,
        )
    )
    await session.execute(
        delete(WeeklyResult)
        .where(tuple_(WeeklyResult.run_id, WeeklyResult.player_id).in_(groundless))
        .execution_options(synchronize_session=False)
    )

"""One weekly run, inside its transaction: set-based, written once, undone exactly."""

from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Double,
    Integer,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    tuple_,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.database.dialect import LongId
from bot.database.models import (
    Event,
    LeaderboardScore,
    Player,
    PlayerEventStats,
    ScoreSubmission,
    ScoreType,
    WeeklyResult,
    WeeklyRun,
)
from bot.domain import weekly_results as results
from bot.domain.ratings import Field, RatingScale
from bot.domain.results import PlayerName
from bot.domain.weeks import Week
from bot.services.current_bests import logged_bests
from bot.services.event_lookup import describe
from bot.services.leaderboard_scoring_service import recalculate
from bot.services.rating_sql import best_first, count_field, elo_expression, event_elo_expression, is_weekly_best

LISTED = 10


async def run_week(
    session: AsyncSession, event: Event, week: Week, scale: RatingScale, now: datetime, actor_id: int
) -> WeeklyRun:
    """Process a week of a locked event that has scores and has not been run.

    All-time Elos are brought up to date; the week's bests are rated and archived; whoever took part earlier and
    missed it is archived with `missed_week_elo`; averages and event Elos follow; the week's bests are cleared.
    """
    await recalculate(session, event, scale)
    removed_at = await session.scalar(
        select(func.max(ScoreSubmission.removed_at)).where(
            ScoreSubmission.event_id == event.id, ScoreSubmission.week_number == week.code
        )
    )
    field = (await count_field(session, is_weekly_best(event.id, week.code))).field
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
    await _archive_scores(session, event, run, field, scale)
    await _add_missed_weeks(session, event, since=week.code)
    await _update_averages(session, event, scale)
    await session.execute(delete(LeaderboardScore).where(is_weekly_best(event.id, week.code)))
    return run


async def undo_run(session: AsyncSession, event: Event, run: WeeklyRun, scale: RatingScale) -> int:
    """Take the latest run of a locked event back, and return how many scores of its week are open again.

    They come from the log, so that one which was removed since stays away. Afterwards averages are those of the runs
    that are left, as if this one had never been made.
    """
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
    await session.execute(delete(WeeklyResult).where(WeeklyResult.run_id == run.id))
    await session.delete(run)
    await session.flush()
    await _drop_weeks_missed_before_the_first(session, event, since=run.week_number)
    await _update_averages(session, event, scale)
    open_again = select(func.count()).where(is_weekly_best(event.id, run.week_number))
    return (await session.execute(open_again)).scalar_one()


async def report(session: AsyncSession, event: Event, run: WeeklyRun, *, closed_early: bool) -> results.WeeklyRunResult:
    """Return what a run of an event did, as it is told to users."""
    result, stats = WeeklyResult, PlayerEventStats
    of_player = (stats.player_id == result.player_id) & (stats.event_id == event.id)
    event_elo = type_coerce(stats.calculated_event_elo, Integer)
    names = (Player.discord_id, Player.display_name, event_elo)
    rows = (
        select(*names).join(result, result.player_id == Player.id).join(stats, of_player).where(result.run_id == run.id)
    )
    best = rows.add_columns(result.rank, result.score, result.weekly_elo).where(result.score.is_not(None))
    missed = rows.where(result.score.is_(None))
    podium = await session.execute(best.order_by(result.rank, result.submitted_at, Player.id).limit(LISTED))
    absent = await session.execute(missed.order_by(Player.display_name, Player.id).limit(LISTED))
    penalised = select(func.count()).where(result.run_id == run.id, result.score.is_(None))
    return results.WeeklyRunResult(
        event=describe(event),
        week=Week.from_code(run.week_number),
        field=Field(run.field_size, run.field_origin, run.field_mean, run.field_sd),
        podium=tuple(
            results.WeeklyResult(rank, PlayerName(discord_id, name), score, elo, event_elo)
            for discord_id, name, event_elo, rank, score, elo in podium
        ),
        penalties=tuple(
            results.Penalty(PlayerName(discord_id, name), event_elo) for discord_id, name, event_elo in absent
        ),
        penalised=(await session.execute(penalised)).scalar_one(),
        closed_early=closed_early,
        missed_week_elo=run.missed_week_elo,
    )


async def _archive_scores(
    session: AsyncSession, event: Event, run: WeeklyRun, field: Field, scale: RatingScale
) -> None:
    direction, scores = describe(event).direction, LeaderboardScore
    rated = select(
        literal(run.id, LongId),
        scores.player_id,
        scores.score,
        scores.submitted_at,
        elo_expression(scores.score, field, direction, scale),
        func.rank().over(order_by=best_first(scores.score, direction)),
    ).where(is_weekly_best(event.id, run.week_number))
    columns = ["run_id", "player_id", "score", "submitted_at", "weekly_elo", "rank"]
    await session.execute(insert(WeeklyResult).from_select(columns, rated))


async def _add_missed_weeks(session: AsyncSession, event: Event, since: int) -> None:
    """Archive a missed week wherever a player who had taken part before has no row, in runs from `since` on.

    Weeks may be run in any order: one that is run late can be somebody's first, which makes later ones missed.
    """
    started = (
        select(WeeklyResult.player_id, func.min(WeeklyRun.week_number).label("week"))
        .join(WeeklyRun, WeeklyRun.id == WeeklyResult.run_id)
        .where(WeeklyRun.event_id == event.id, WeeklyResult.score.is_not(None))
        .group_by(WeeklyResult.player_id)
        .subquery()
    )
    has_row = exists().where(WeeklyResult.run_id == WeeklyRun.id, WeeklyResult.player_id == started.c.player_id)
    missed = (
        select(WeeklyRun.id, started.c.player_id, WeeklyRun.missed_week_elo)
        .join(started, started.c.week < WeeklyRun.week_number)
        .where(WeeklyRun.event_id == event.id, WeeklyRun.week_number >= since, ~has_row)
    )
    await session.execute(insert(WeeklyResult).from_select(["run_id", "player_id", "weekly_elo"], missed))


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


async def _update_averages(session: AsyncSession, event: Event, scale: RatingScale) -> None:
    """Recompute averages and event Elos of all players of an event from the archive."""
    stats = PlayerEventStats
    counted = (
        select(
            WeeklyResult.player_id,
            func.count().label("weeks"),
            (cast(func.sum(WeeklyResult.weekly_elo), Double) / cast(func.count(), Double)).label("average"),
        )
        .join(WeeklyRun, WeeklyRun.id == WeeklyResult.run_id)
        .where(WeeklyRun.event_id == event.id)
        .group_by(WeeklyResult.player_id)
        .subquery()
    )
    await _set_stats(
        session,
        (stats.event_id == event.id) & (stats.player_id == counted.c.player_id),
        weekly_elo_average=counted.c.average,
        weeks_participated=counted.c.weeks,
        calculated_event_elo=event_elo_expression(stats.all_time_leaderboard_elo, counted.c.average, scale),
    )
    is_counted = exists().where(
        WeeklyResult.player_id == stats.player_id,
        WeeklyResult.run_id == WeeklyRun.id,
        WeeklyRun.event_id == event.id,
    )
    await _set_stats(
        session,
        (stats.event_id == event.id) & (stats.weeks_participated > 0) & ~is_counted,
        weekly_elo_average=0.0,
        weeks_participated=0,
        calculated_event_elo=None,
    )


async def _set_stats(session: AsyncSession, where: ColumnElement[bool], **values: object) -> None:
    statement = update(PlayerEventStats).where(where).values(updated_at=func.now(), **values)
    await session.execute(statement.execution_options(synchronize_session=False))

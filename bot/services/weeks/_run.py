"""One weekly run, inside its transaction: set-based, written once, undone exactly."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from bot.database.dialect import LongId, join_in_memory
from bot.database.models import Event, LeaderboardScore, ScoreSubmission, ScoreType, WeeklyResult, WeeklyRun
from bot.domain.ratings import Field, RatingScale
from bot.domain.weeks import Week
from bot.errors import WeekWithoutScores
from bot.services.ratings import (
    best_first,
    count_field,
    elo_expression,
    elo_parameters,
    forget_week_statistics,
    is_weekly_best,
    logged_bests,
    recalculate,
)
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


def run_week(session: Session, event: Event, week: Week, scale: RatingScale, now: datetime, actor_id: int) -> WeeklyRun:
    """Process a week of a locked event that has not been run.

    All-time Elos are brought up to date; the week's bests are rated and archived; whoever took part earlier and
    missed it is archived with `missed_week_elo`; averages and event Elos follow; the week's bests are cleared.

    What the statements read and write depends on nothing but the players: a hundredth week takes no longer than the
    second.

    Raises:
        WeekWithoutScores: it has none.
    """
    join_in_memory(session)
    recalculate(session, event, scale)
    log = ScoreSubmission
    removals = log.event_id == event.id, log.week_number == week.code, log.removed_at.is_not(None)
    removed_at = session.scalar(sa.select(sa.func.max(log.removed_at)).where(*removals))
    field = count_field(session, is_weekly_best(event.id, week.code)).field
    if field.size == 0:
        raise WeekWithoutScores(str(week))
    neighbours = _neighbours(session, event, week.code)
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
    session.flush()
    if neighbours.has_later:
        count_out(session, run, scale, is_last=False)
    _archive_scores(session, event, run, field, scale)
    _add_missed_weeks(session, event, run, neighbours)
    count_in(session, run, scale, is_last=not neighbours.has_later)
    session.connection().execute(sa.delete(LeaderboardScore).where(is_weekly_best(event.id, week.code)))
    forget_week_statistics(event, week.code)
    return run


def undo_run(session: Session, event: Event, run: WeeklyRun, scale: RatingScale) -> int:
    """Take the latest run of a locked event back, and return how many scores of its week are open again.

    They come from the log, so that one which was removed since stays away. Afterwards averages are those of the runs
    that are left, as if this one had never been made.
    """
    join_in_memory(session)
    of_week = ScoreSubmission.week_number == run.week_number
    logged = logged_bests(event.id, event.score_direction, of_week).subquery()
    reopened = sa.select(
        logged.c.player_id,
        sa.literal(event.id, sa.Integer),
        logged.c.score,
        sa.literal(ScoreType.WEEKLY, LeaderboardScore.score_type.type),
        sa.literal(run.week_number, sa.Integer),
        logged.c.submitted_at,
    )
    columns = ["player_id", "event_id", "score", "score_type", "week_number", "submitted_at"]
    session.execute(sa.insert(LeaderboardScore).from_select(columns, reopened))
    neighbours = _neighbours(session, event, run.week_number)
    count_out(session, run, scale, is_last=not neighbours.has_later)
    session.execute(sa.delete(WeeklyResult).where(WeeklyResult.run_id == run.id))
    session.delete(run)
    session.flush()
    if neighbours.has_later:
        _drop_weeks_missed_before_the_first(session, event, since=run.week_number)
        count_in(session, run, scale, is_last=False)
    open_again = sa.select(sa.func.count()).where(is_weekly_best(event.id, run.week_number))
    return session.scalars(open_again).one()


def _neighbours(session: Session, event: Event, week_code: int) -> _Neighbours:
    runs = sa.select(WeeklyRun.id, WeeklyRun.week_number).where(WeeklyRun.event_id == event.id)
    found = session.execute(runs.order_by(WeeklyRun.week_number)).all()
    before = [run_id for run_id, code in found if code < week_code]
    return _Neighbours(before[-1] if before else None, has_later=any(code > week_code for _, code in found))


def _archive_scores(session: Session, event: Event, run: WeeklyRun, field: Field, scale: RatingScale) -> None:
    scores, direction = LeaderboardScore, event.score_direction
    rated = (
        sa.select(
            sa.literal(run.id, LongId),
            scores.player_id,
            scores.score,
            scores.submitted_at,
            elo_expression(scores.score),
            sa.func.rank().over(order_by=best_first(scores.score, direction)),
        )
        .where(is_weekly_best(event.id, run.week_number))
        # In the order of the archive's key, which is also the order in which SQLite then updates the ratings.
        .order_by(scores.player_id)
    )
    columns = ["run_id", "player_id", "score", "submitted_at", "weekly_elo", "rank"]
    archive = sa.insert(WeeklyResult).from_select(columns, rated)
    session.connection().execute(archive, elo_parameters(field, direction, scale))


def _add_missed_weeks(session: Session, event: Event, run: WeeklyRun, neighbours: _Neighbours) -> None:
    """Archive a missed week wherever a player who had taken part before has no row, in this run and in later ones.

    Weeks may be run in any order: one that is run late can be somebody's first, which makes later ones missed. Each run
    has a row for everybody who had taken part by then, so the one before a run knows all who may miss it.
    """
    if neighbours.before is not None:
        _add_missed(session, neighbours.before, WeeklyRun.id == run.id)
    if neighbours.has_later:
        _add_missed(session, run.id, WeeklyRun.event_id == event.id, WeeklyRun.week_number > run.week_number)


def _add_missed(session: Session, known_by: int, *runs: sa.ColumnElement[bool]) -> None:
    """Archive a missed week in those `runs` that lack a row for a player of the run `known_by`."""
    known = aliased(WeeklyResult)
    has_row = sa.exists().where(WeeklyResult.run_id == WeeklyRun.id, WeeklyResult.player_id == known.player_id)
    missed = (
        sa.select(WeeklyRun.id, known.player_id, WeeklyRun.missed_week_elo)
        .join(known, known.run_id == known_by)
        .where(*runs, ~has_row)
    )
    archive = sa.insert(WeeklyResult).from_select(["run_id", "player_id", "weekly_elo"], missed)
    session.connection().execute(archive)


def _drop_weeks_missed_before_the_first(session: Session, event: Event, since: int) -> None:
    """Take back missed weeks of players who, without the run of week `since`, had not taken part before them."""
    earlier, earlier_run = aliased(WeeklyResult), aliased(WeeklyRun)
    took_part_before = sa.exists().where(
        earlier.run_id == earlier_run.id,
        earlier.player_id == WeeklyResult.player_id,
        earlier.score.is_not(None),
        earlier_run.event_id == event.id,
        earlier_run.week_number < WeeklyRun.week_number,
    )
    groundless = (
        sa.select(WeeklyResult.run_id, WeeklyResult.player_id)
        .join(WeeklyRun, WeeklyRun.id == WeeklyResult.run_id)
        .where(
            WeeklyRun.event_id == event.id,
            WeeklyRun.week_number > since,
            WeeklyResult.score.is_(None),
            ~took_part_before,
        )
    )
    session.execute(
        sa.delete(WeeklyResult)
        .where(sa.tuple_(WeeklyResult.run_id, WeeklyResult.player_id).in_(groundless))
        .execution_options(synchronize_session=False)
    )

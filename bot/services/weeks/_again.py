"""Undo a run, rerun it, or adapt it to an excuse, inside a transaction and with set-based statements."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.dialect import join_in_memory
from bot.database.models import (
    Event,
    LeaderboardScore,
    ScoreSubmission,
    ScoreType,
    WeeklyOmission,
    WeeklyResult,
    WeeklyRun,
)
from bot.domain.ratings import RatingScale
from bot.domain.rules import Attendance
from bot.services.ratings import (
    count_averages,
    counted_bests,
    forget_week_statistics,
    is_weekly_best,
    logged_bests,
    measure_field,
    rating_of,
    recalculate,
)
from bot.services.weeks._archive import (
    add_missed_weeks,
    archive_missed_weeks,
    archive_scores,
    count_weeks,
    drop_weeks_missed_before_the_first,
    neighbours,
    took_part,
)
from bot.services.weeks._lookup import find_run


def rerun_week(session: Session, event: Event, run: WeeklyRun, scale: RatingScale) -> None:
    """Recompute a run of a locked event from the log, with the scores that the log assigns to it.

    The run keeps its time, its constants and its omissions. Its field, Elos and missed weeks are recomputed; so are the
    weeks that later runs count as missed because of it, and all averages and event Elos. A run that is left without
    scores stays without results, and penalises nobody.
    """
    join_in_memory(session)
    recalculate(session, event, scale)
    rating, of_run = rating_of(event, scale), rating_of(event, run.scale)
    before, has_later = neighbours(session, event, run.week_number)
    count_weeks(session, run, rating, sign=-1, is_last=not has_later)
    session.connection().execute(sa.delete(WeeklyResult).where(WeeklyResult.run_id == run.id))
    _write_weekly_bests(session, event, run.week_number, counted_bests(run, event.score_direction))
    of_week = is_weekly_best(event.id, run.week_number)
    run.field = measure_field(session, of_run, of_week)
    session.flush()
    archive_scores(session, run, of_run)
    session.connection().execute(sa.delete(LeaderboardScore).where(of_week))
    if has_later:
        drop_weeks_missed_before_the_first(session, event, since=run.week_number)
    archive_missed_weeks(session, run, rating, before=before, has_later=has_later)
    count_weeks(session, run, rating, sign=1, is_last=not has_later)


def follow_excuse(session: Session, event: Event, week_code: int, player_id: int, scale: RatingScale) -> bool:
    """Adapt the closed week of a locked event to a player's excuse that was just given or withdrawn.

    Returns:
        Whether the week is closed and the player's missed week was added or removed.
    """
    run = find_run(session, event.id, week_code)
    if run is None:
        return False
    rating = rating_of(event, scale)
    missed = WeeklyResult.run_id == run.id, WeeklyResult.player_id == player_id, WeeklyResult.score.is_(None)
    was_missed = session.scalar(sa.select(WeeklyResult.player_id).where(*missed)) is not None
    if was_missed:
        count_weeks(session, run, rating, sign=-1, is_last=True, player_id=player_id)
        session.connection().execute(sa.delete(WeeklyResult).where(*missed))
    player = sa.literal(player_id, sa.Integer)
    known = sa.select(player.label("player_id")).where(took_part(player, event.id, run.week_number))
    add_missed_weeks(session, rating, known, WeeklyRun.id == run.id)
    is_missed = session.scalar(sa.select(WeeklyResult.player_id).where(*missed)) is not None
    if is_missed:
        count_weeks(session, run, rating, sign=1, is_last=True, player_id=player_id)
    elif rating.rules.attendance is not Attendance.ZERO:
        count_averages(session, event.id, rating)
    return was_missed != is_missed


def undo_run(session: Session, event: Event, run: WeeklyRun, scale: RatingScale) -> tuple[int, int]:
    """Undo the latest run of a locked event, as if it had never been made.

    Submissions that skipped to a later week because of the run count for its week again. The weekly bests are
    recomputed from the log, so scores removed and players withdrawn since the run are left out. Averages and event Elos
    become those of the remaining runs.

    Returns:
        The number of weekly bests of the reopened week, and how many submissions count for it again.
    """
    join_in_memory(session)
    rating = rating_of(event, scale)
    called_back = _call_back(session, event, run.week_number)
    _forget_omissions(session, run)
    _derive_weekly_bests(session, event, run.week_number)
    _, has_later = neighbours(session, event, run.week_number)
    count_weeks(session, run, rating, sign=-1, is_last=not has_later)
    session.execute(sa.delete(WeeklyResult).where(WeeklyResult.run_id == run.id))
    session.delete(run)
    session.flush()
    if has_later:
        drop_weeks_missed_before_the_first(session, event, since=run.week_number)
        count_weeks(session, run, rating, sign=1, is_last=False)
    elif rating.rules.attendance is not Attendance.ZERO:
        count_averages(session, event.id, rating)
    restored = sa.select(sa.func.count()).where(is_weekly_best(event.id, run.week_number))
    return session.scalars(restored).one(), called_back


def _call_back(session: Session, event: Event, week_code: int) -> int:
    """Move submissions that skipped a closed week back to it; return how many, without removed ones.

    They were made after the run of that week. The weeks that they count for have no run, because only the latest run of
    an event can be undone.
    """
    log = ScoreSubmission
    passed_over = log.event_id == event.id, log.made_in_week <= week_code, log.week_number > week_code
    count = sa.func.count().filter(log.removed_at.is_(None))
    counted = session.execute(sa.select(log.week_number, count).where(*passed_over).group_by(log.week_number)).all()
    if counted:
        session.connection().execute(sa.update(log).where(*passed_over).values(week_number=week_code))
    for later, _ in counted:
        session.connection().execute(sa.delete(LeaderboardScore).where(is_weekly_best(event.id, later)))
        _derive_weekly_bests(session, event, later)
        forget_week_statistics(event, later)
    return sum(submissions for _, submissions in counted)


def _derive_weekly_bests(session: Session, event: Event, week_code: int) -> None:
    """Write the weekly bests of a week that has none, from the log."""
    logged = logged_bests(event.id, event.score_direction, ScoreSubmission.week_number == week_code)
    _write_weekly_bests(session, event, week_code, logged)


def _write_weekly_bests(
    session: Session, event: Event, week_code: int, wanted: sa.Select[int, float, datetime]
) -> None:
    logged = wanted.subquery()
    bests = sa.select(
        logged.c.player_id,
        sa.literal(event.id, sa.Integer),
        logged.c.score,
        sa.literal(ScoreType.WEEKLY, LeaderboardScore.score_type.type),
        sa.literal(week_code, sa.Integer),
        logged.c.submitted_at,
    )
    columns = ["player_id", "event_id", "score", "score_type", "week_number", "submitted_at"]
    session.connection().execute(sa.insert(LeaderboardScore).from_select(columns, bests))


def _forget_omissions(session: Session, run: WeeklyRun) -> None:
    log = ScoreSubmission
    marked = log.event_id == run.event_id, log.week_number == run.week_number, log.is_omitted | log.is_late
    session.connection().execute(sa.update(log).where(*marked).values(is_omitted=False, is_late=False))
    session.connection().execute(sa.delete(WeeklyOmission).where(WeeklyOmission.run_id == run.id))

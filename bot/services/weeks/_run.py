"""Make one weekly run inside a transaction, with set-based statements."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.dialect import LongId, join_in_memory
from bot.database.models import (
    Event,
    LeaderboardScore,
    PlayerEventStats,
    ScoreSubmission,
    WeeklyOmission,
    WeeklyRun,
)
from bot.domain.announcements import results_key
from bot.domain.jobs import JobKind
from bot.domain.ratings import RatingScale
from bot.domain.rules import Method
from bot.domain.weeks import Week
from bot.errors import WeekWithoutScores
from bot.services.jobs import schedule
from bot.services.posts import refresh_post, refresh_posts
from bot.services.ratings import (
    best_of,
    forget_week_statistics,
    is_personal_best,
    is_weekly_best,
    measure_field,
    rating_of,
    recalculate,
    stored_field,
)
from bot.services.servers import Actor, hasten_results, load_settings, record
from bot.services.weeks._archive import (
    archive_missed_weeks,
    archive_scores,
    count_weeks,
    neighbours,
)
from bot.services.weeks._lookup import find_progress

FEW_PLAYERS = 1_000
"""The largest event whose players a server joins and sorts within its default memory."""


def close_week(
    session: Session,
    actor: Actor,
    event: Event,
    week: Week,
    scale: RatingScale,
    now: datetime,
    *,
    last: Week,
) -> WeeklyRun:
    """Run a week as `run_week` does, record who closed it, and schedule the announcement; return the run.

    Args:
        session: the transaction.
        actor: the admin, or the bot itself.
        event: the event, locked.
        week: the week, which has no run yet.
        scale: the constants of the Elos.
        now: the time.
        last: the last of the weeks that are closed together with this one, each in its own transaction.
    """
    run = run_week(session, event, week, scale, now, actor.discord_id)
    if last != week:
        run.closed_with = last.code
    record(session, actor, "weekly reset", f"{week}, players: {run.field_size}", at=now, event_id=event.id)
    keys = str(event.id), *_results_keys(run)
    refresh_posts(session, [event.id], now, JobKind.BOARD, JobKind.FINAL, JobKind.RESULTS, keys=keys)
    hasten_results(session, run, event.guild_id, now)
    if load_settings(session, event.guild_id).announcement_channel_id is not None:
        schedule(session, JobKind.RESULTS, results_key(event.id, last), now)
        announce_end(session, event, now)
    award_roles(session, event, now)
    return run


def announce_end(session: Session, event: Event, now: datetime) -> None:
    """Schedule the announcement of the final podium if an event has ended.

    The transaction has closed a week, or has taken scores out of an open one, which may have been the last ones.
    """
    season = find_progress(session, event, now)
    if season is not None and season.has_ended:
        schedule(session, JobKind.FINAL, str(event.id), now)


def after_correction(
    session: Session, event: Event, now: datetime, *kinds: JobKind, runs: Iterable[WeeklyRun] = ()
) -> None:
    """Refresh the posts and roles of an event, in the transaction that changes its results.

    Args:
        session: the transaction.
        event: the event.
        now: when the refresh is due.
        kinds: the posts of the event that may be wrong; none means all.
        runs: the runs whose results have changed or are gone.
    """
    refresh_posts(session, [event.id], now, *kinds)
    for key in (key for run in runs for key in _results_keys(run)):
        refresh_post(session, JobKind.RESULTS, key, now)
    award_roles(session, event, now)


def _results_keys(run: WeeklyRun) -> list[str]:
    """Return the keys of the announcements of a run's week: the present one, and its own from before an undo."""
    weeks = {announced_with(run), Week.from_code(run.week_number)}
    return [results_key(run.event_id, week) for week in sorted(weeks)]


def end_to_come(session: Session, event: Event, now: datetime) -> datetime | None:
    """Return when the last week of an event ends, if that is in the future; else None."""
    season = find_progress(session, event, now)
    if season is None or season.ends_at is None or season.has_ended or season.ends_at <= now:
        return None
    return season.ends_at


def award_roles(session: Session, event: Event, now: datetime) -> None:
    """Schedule the job that gives and takes roles, if the event awards any or is a past season that may have."""
    if event.gives_roles or event.season_of is not None:
        schedule(session, JobKind.ROLES, str(event.guild_id), now)


def announced_with(run: WeeklyRun) -> Week:
    """Return the last of the weeks that were closed together with the week of a run."""
    return Week.from_code(run.week_number if run.closed_with is None else run.closed_with)


def run_week(session: Session, event: Event, week: Week, scale: RatingScale, now: datetime, actor_id: int) -> WeeklyRun:
    """Run a week of a locked event that has no run yet, by the rules of the event.

    The run recalculates all-time Elos, rates and archives the weekly bests, archives `missed_week_elo` for earlier
    players who missed the week, updates averages and event Elos, and deletes the weekly bests. A week with too few
    players is archived without Elos and counts for nobody. Players without a personal best, because they are withdrawn
    or have no score left, miss nothing: the run stores that it left them out. Under the attendance *zero*, the number
    of rows read and written grows with the players, not with the weeks.

    Raises:
        WeekWithoutScores: the week has no scores.
    """
    if event.statistics.count > FEW_PLAYERS:
        join_in_memory(session)
    recalculate(session, event, scale)
    rating, log = rating_of(event, scale), ScoreSubmission
    removals = log.event_id == event.id, log.week_number == week.code, log.removed_at.is_not(None)
    # Write all changes of the event in one flush.
    with session.no_autoflush:
        removed_at = session.scalar(sa.select(sa.func.max(log.removed_at)).where(*removals))
        field = measure_field(session, rating, is_weekly_best(event.id, week.code))
        if field.size == 0:
            raise WeekWithoutScores(str(week))
        before, has_later = neighbours(session, event, week.code)
        forget_week_statistics(event, week.code)
    run = WeeklyRun(
        event_id=event.id,
        week_number=week.code,
        # The run must be later than earlier removals, even if the clock has been set back since.
        ran_at=now if removed_at is None else max(now, removed_at),
        ran_by=actor_id,
        field=field,
        bests=stored_field(event),
        bests_by_elo=_bests_by_elo(session, event) if event.method is Method.RANKS else None,
        scale=replace(scale, missed_week_elo=rating.missed_week_elo),
    )
    session.add(run)
    session.flush()
    if has_later:
        count_weeks(session, run, rating, sign=-1, is_last=False)
    archive_scores(session, run, rating)
    _archive_omissions(session, run)
    archive_missed_weeks(session, run, rating, before=before, has_later=has_later)
    count_weeks(session, run, rating, sign=1, is_last=not has_later)
    session.connection().execute(sa.delete(LeaderboardScore).where(is_weekly_best(event.id, week.code)))
    return run


def _bests_by_elo(session: Session, event: Event) -> list[tuple[int, float]]:
    """Return each all-time Elo of an event with the worst personal best that has it. The Elos must be current."""
    scores, elo = LeaderboardScore, PlayerEventStats.all_time_leaderboard_elo
    worst = best_of(scores.score, event.score_direction.opposite)
    is_own = PlayerEventStats.player_id == scores.player_id, PlayerEventStats.event_id == event.id
    bests = sa.select(elo, worst).join(PlayerEventStats, sa.and_(*is_own)).where(is_personal_best(event.id))
    return [(elo, score) for elo, score in session.execute(bests.group_by(elo)) if elo is not None]


def _archive_omissions(session: Session, run: WeeklyRun) -> None:
    stats = PlayerEventStats
    has_best = sa.exists().where(is_personal_best(run.event_id), LeaderboardScore.player_id == stats.player_id)
    # The Elos are current, so their index contains nearly all players with a best.
    gone = sa.select(sa.literal(run.id, LongId), stats.player_id).where(
        stats.event_id == run.event_id, stats.all_time_leaderboard_elo.is_(None), ~has_best
    )
    session.connection().execute(sa.insert(WeeklyOmission).from_select(["run_id", "player_id"], gone))

"""Make one weekly run inside a transaction, with set-based statements."""

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
from bot.domain.audit import Action, WeekDetail
from bot.domain.jobs import JobKind
from bot.domain.ratings import RatingScale
from bot.domain.rules import Method
from bot.domain.weeks import Week
from bot.errors import WeekWithoutScores
from bot.services.jobs import schedule
from bot.services.posts import refresh_posts
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
from bot.services.servers import Actor, load_settings, record
from bot.services.weeks._archive import (
    archive_missed_weeks,
    archive_scores,
    count_weeks,
    neighbours,
)
from bot.services.weeks._follow_up import announce_end, announcement_keys, award_roles, hasten_reminders

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
    record(session, actor, Action.CLOSE_WEEK, WeekDetail(str(week), run.field_size), at=now, event_id=event.id)
    keys = str(event.id), *announcement_keys(run)
    refresh_posts(session, [event.id], now, JobKind.BOARD, JobKind.FINAL, JobKind.RESULTS, keys=keys)
    hasten_reminders(session, run, event.guild_id, now)
    if load_settings(session, event.guild_id).announcement_channel_id is not None:
        schedule(session, JobKind.RESULTS, results_key(event.id, last), now)
        announce_end(session, event, now)
    award_roles(session, event, now)
    return run


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

"""Refresh, announce and tell what depends on an event's weeks, in the transaction that closes or changes one."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event, Player, Reminders, WeeklyResult, WeeklyRun
from bot.domain.announcements import ANNOUNCED_AFTER, final_key, results_key
from bot.domain.jobs import JobKind
from bot.domain.reminders import REMINDED_AFTER, reminder_key
from bot.domain.weeks import Week
from bot.services.jobs import schedule, schedule_all
from bot.services.posts import refresh_post, refresh_posts
from bot.services.weeks._lookup import current_season


def after_correction(
    session: Session, event: Event, now: datetime, *kinds: JobKind, runs: Iterable[WeeklyRun] = ()
) -> None:
    """Refresh the posts and roles of an event, in the transaction that changes its results.

    The latest results also show the overall board, whose Elos may take a recalculation to be current.

    Args:
        session: the transaction.
        event: the event.
        now: when the refresh is due.
        kinds: the posts of the event that may be wrong; none means all.
        runs: the runs whose results have changed.
    """
    refresh_posts(session, [event.id], now, *kinds)
    latest = sa.select(WeeklyRun).where(WeeklyRun.event_id == event.id).order_by(WeeklyRun.week_number.desc()).limit(1)
    refresh_results(session, session.scalars(latest), now + ANNOUNCED_AFTER)
    refresh_results(session, runs, now)
    award_roles(session, event, now)


def refresh_results(session: Session, runs: Iterable[WeeklyRun], now: datetime) -> None:
    """Refresh the announcements of the results of some runs, which may be gone."""
    for key in sorted({key for run in runs for key in announcement_keys(run)}):
        refresh_post(session, JobKind.RESULTS, key, now)


def announce_end(session: Session, event: Event, now: datetime) -> None:
    """Schedule the announcement of the final podium if an event has ended.

    The transaction has closed a week, or has taken scores out of an open one, which may have been the last ones.
    """
    season = current_season(session, event, now)
    if event.last_week is not None and season is not None and season.has_ended:
        schedule(session, JobKind.FINAL, final_key(event.id, event.last_week), now)


def hasten_reminders(session: Session, run: WeeklyRun, guild_id: int, now: datetime) -> None:
    """Hasten the reminders of players who want results and have one in a run that this transaction makes.

    A reminder covers only settled results. If it ran earlier, this week would have to wait for the next day's message.
    """
    has_score = WeeklyResult.run_id == run.id, WeeklyResult.score.is_not(None)
    wanted = (
        sa.select(Reminders.discord_id)
        .join(Player, Player.discord_id == Reminders.discord_id)
        .join(WeeklyResult, WeeklyResult.player_id == Player.id)
        .where(Reminders.guild_id == guild_id, Reminders.tells_results, *has_score)
    )
    jobs = [(JobKind.REMINDER, reminder_key(guild_id, discord_id)) for discord_id in session.scalars(wanted)]
    schedule_all(session, jobs, now + REMINDED_AFTER)


def award_roles(session: Session, event: Event, now: datetime) -> None:
    """Schedule the job that gives and takes roles, if the event awards any or is a past season that may have."""
    if event.gives_roles or event.season_of is not None:
        schedule(session, JobKind.ROLES, str(event.guild_id), now)


def announcement_keys(run: WeeklyRun) -> list[str]:
    """Return the keys of the announcements of a run's week: the present one, and its own from before an undo."""
    weeks = {announced_with(run), Week.from_code(run.week_number)}
    return [results_key(run.event_id, week) for week in sorted(weeks)]


def announced_with(run: WeeklyRun) -> Week:
    """Return the last of the weeks that were closed together with the week of a run."""
    return Week.from_code(run.week_number if run.closed_with is None else run.closed_with)

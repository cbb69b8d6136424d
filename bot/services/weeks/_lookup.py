"""Find the weeks of an event: the open one, the closed ones with their runs, and when weeks close and an event ends."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from bot.database.models import AuditLog, Event, LeaderboardScore, ScoreType, WeeklyRun
from bot.domain.audit import Action
from bot.domain.seasons import Season
from bot.domain.standings import FirstWeek
from bot.domain.weeks import Closing, Week, counting_week
from bot.errors import WeekClosedAlready, WeekClosedEarly, WeekNotBegun
from bot.services.events import describe
from bot.services.ratings import has_type
from bot.services.servers import load_settings


def open_week(session: Session, event_id: int, made_in: Week, at: datetime | None = None) -> Week:
    """Return the week that a score of an event counts for: the first without a run, from the week when it was made on.

    If `at` is given, only the runs of that time count, so that the result is the week which was open then.
    """
    ran = WeeklyRun.event_id == event_id, WeeklyRun.week_number >= made_in.code
    until = () if at is None else (WeeklyRun.ran_at <= at,)
    closed = session.scalars(select(WeeklyRun.week_number).where(*ran, *until))
    return counting_week(made_in, {Week.from_code(code) for code in closed})


def closed_weeks(session: Session, event_id: int) -> tuple[Week, ...]:
    """Return the closed weeks of an event, the latest first."""
    codes = select(WeeklyRun.week_number).where(WeeklyRun.event_id == event_id).order_by(WeeklyRun.week_number.desc())
    return tuple(map(Week.from_code, session.scalars(codes)))


def find_run(session: Session, event_id: int, week_code: int) -> WeeklyRun | None:
    """Return the run of a week of an event; None while the week is open."""
    of_week = WeeklyRun.event_id == event_id, WeeklyRun.week_number == week_code
    return session.scalar(select(WeeklyRun).where(*of_week))


def find_first_week(session: Session, event: Event, now: datetime) -> FirstWeek | None:
    """Return the first week of an event with scores; None if the event has a closed week."""
    if session.scalar(select(WeeklyRun.id).where(WeeklyRun.event_id == event.id).limit(1)) is not None:
        return None
    zone = load_settings(session, event.guild_id).time_zone
    scores = LeaderboardScore
    with_scores = select(func.min(scores.week_number)).where(scores.event_id == event.id, has_type(ScoreType.WEEKLY))
    code = session.scalar(with_scores)
    week = Week.at(now, zone) if code is None else Week.from_code(code)
    return FirstWeek(find_next_close(session, event.guild_id, week, now), is_over=week.ends_at(zone) <= now)


def current_season(session: Session, event: Event, now: datetime) -> Season | None:
    """Return the current season of an event; None if it is the first season, without a first or last week."""
    if event.season == 1 and event.first_week is None and event.last_week is None:
        return None
    zone = load_settings(session, event.guild_id).time_zone
    week = open_week(session, event.id, Week.at(now, zone))
    has_open_scores = select(exists().where(LeaderboardScore.event_id == event.id, has_type(ScoreType.WEEKLY)))
    return Season.of(describe(event), week, zone, has_open_scores=session.execute(has_open_scores).scalar_one())


def end_to_come(session: Session, event: Event, now: datetime) -> datetime | None:
    """Return when the last week of an event ends, if that is in the future; else None."""
    season = current_season(session, event, now)
    if season is None or season.ends_at is None or season.has_ended or season.ends_at <= now:
        return None
    return season.ends_at


def check_runnable(session: Session, event: Event, week: Week, current: Week) -> None:
    """Check that a week of a locked event has begun and has no run yet.

    Raises:
        WeekNotRunnable: the week has not begun, or has a run.
    """
    if week > current:
        raise WeekNotBegun(str(week), str(current))
    run = find_run(session, event.id, week.code)
    if run is None:
        return
    if week == current and describe(event).has_week(week.next().code):
        raise WeekClosedEarly(str(week), run.ran_at, str(week.next()))
    raise WeekClosedAlready(str(week), run.ran_at)


def find_next_close(session: Session, guild_id: int, week: Week, now: datetime) -> datetime | None:
    """Return when a week that is open now will close automatically; None if the server does not close weeks itself."""
    settings = load_settings(session, guild_id)
    if not settings.closes_weeks:
        return None
    closing = Closing.at(now, settings.time_zone, settings.grace)
    return max(closing.next_at, week.ends_at(settings.time_zone) + settings.grace)


def is_reopened(since: datetime) -> ColumnElement[bool]:
    """Return the condition that a week of an event was reopened at or after an instant, according to the audit log."""
    log = AuditLog
    return exists().where(log.event_id == Event.id, log.done_at >= since, log.action == Action.REOPEN_WEEK)

"""Find the current week of a server, the week that a score counts for, and the first week of an event."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database.models import Event, LeaderboardScore, ScoreType, WeeklyRun
from bot.domain.standings import FirstWeek
from bot.domain.weeks import Week, counting_week
from bot.services.ratings import has_type
from bot.services.servers import load_settings


def current_week(session: Session, guild_id: int, now: datetime) -> Week:
    """Return the current week in the time zone of a server."""
    return Week.at(now, load_settings(session, guild_id).time_zone)


def open_week(session: Session, event_id: int, current: Week) -> Week:
    """Return the week that a score of an event counts for: the first without a run, from the current week on."""
    closed = session.scalars(
        select(WeeklyRun.week_number).where(WeeklyRun.event_id == event_id, WeeklyRun.week_number >= current.code)
    )
    return counting_week(current, {Week.from_code(code) for code in closed})


def find_first_week(session: Session, event: Event, now: datetime) -> FirstWeek | None:
    """Return the first week of an event with scores; None if a week of it is closed."""
    if session.scalar(select(WeeklyRun.id).where(WeeklyRun.event_id == event.id).limit(1)) is not None:
        return None
    zone = load_settings(session, event.guild_id).time_zone
    scores = LeaderboardScore
    with_scores = select(func.min(scores.week_number)).where(scores.event_id == event.id, has_type(ScoreType.WEEKLY))
    code = session.scalar(with_scores)
    week = Week.at(now, zone) if code is None else Week.from_code(code)
    ends_at = week.ends_at(zone)
    return FirstWeek(ends_at, is_over=ends_at <= now)

"""Find the current week of a server, and the week that a score counts for."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.models import WeeklyRun
from bot.domain.weeks import Week, counting_week
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

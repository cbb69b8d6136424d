"""Read the settings of a server, and derive values from them."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.database.models import GuildSettings
from bot.domain.servers import QuietHours, ServerSettings
from bot.domain.weeks import Week


def load_settings(session: Session, guild_id: int) -> ServerSettings:
    """Return the settings of a server, or the defaults."""
    row = session.get(GuildSettings, guild_id)
    return ServerSettings() if row is None else read_settings(row)


def read_settings(row: GuildSettings) -> ServerSettings:
    """Return the settings that a row holds."""
    quiet = None if row.quiet_from is None or row.quiet_to is None else QuietHours(row.quiet_from, row.quiet_to)
    closes = row.closes_weeks, row.grace_minutes
    channels = row.announcement_channel_id, row.review_channel_id
    rules = row.default_method, row.default_attendance
    return ServerSettings(row.time_zone, row.admin_role_id, *closes, *channels, quiet, *rules)


def current_week(session: Session, guild_id: int, now: datetime) -> Week:
    """Return the current week in the time zone of a server."""
    return Week.at(now, load_settings(session, guild_id).time_zone)

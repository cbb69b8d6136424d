"""Decide where and when a server announces something."""

from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from bot.database.models import GuildSettings
from bot.domain.posts import Draft
from bot.domain.servers import ServerSettings

T = TypeVar("T")


def draft(
    guild_id: int, event_id: int, settings: ServerSettings, now: datetime, content: T, *, is_news: bool
) -> Draft[T]:
    """Return what an announcement says, with the channel of the server and the end of its quiet hours."""
    quiet = settings.quiet_hours
    not_before = None if quiet is None else quiet.end(now, settings.time_zone)
    return Draft(guild_id, event_id, settings.announcement_channel_id, content, is_news, not_before)


def switch_off(session: Session, guild_id: int, channel_id: int) -> bool:
    """Announce nothing more in a channel of a server; tell whether anything was."""
    row = session.get(GuildSettings, guild_id, with_for_update=True)
    if row is None or row.announcement_channel_id != channel_id:
        return False
    row.announcement_channel_id = None
    return True

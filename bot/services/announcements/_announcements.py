"""Decide where and when a server announces something."""

from typing import TypeVar

from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Event, GuildSettings
from bot.domain.clock import Clock
from bot.domain.posts import Draft
from bot.services.servers import load_settings

T = TypeVar("T")


class Announcements:
    """The announcements of one kind. A server has one channel for all kinds."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def stop(self, session: Session, guild_id: int, key: str, channel_id: int) -> bool:
        """Stop all announcements of a server in a channel; tell whether that was its channel for announcements."""
        row = session.get(GuildSettings, guild_id, with_for_update=True)
        if row is None or row.announcement_channel_id != channel_id:
            return False
        row.announcement_channel_id = None
        return True

    def _draft(self, session: Session, event: Event, content: T, *, is_news: bool) -> Draft[T]:
        """Return an announcement with its content, the channel of the server, and the end of its quiet hours."""
        settings = load_settings(session, event.guild_id)
        quiet = settings.quiet_hours
        not_before = None if quiet is None else quiet.end(self._clock(), settings.time_zone)
        return Draft(event.guild_id, event.id, settings.announcement_channel_id, content, is_news, not_before)

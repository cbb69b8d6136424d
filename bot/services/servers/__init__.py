"""Keep what a server sets, who its admins are, and what they did."""

from bot.services.servers._authority import Actor, load_settings, record, refuse_repetition, require_admin
from bot.services.servers._service import SettingsService

__all__ = ["Actor", "SettingsService", "load_settings", "record", "refuse_repetition", "require_admin"]

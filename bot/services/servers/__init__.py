"""Keep the settings of a server, check who is an admin, and log what admins do."""

from bot.services.servers._authority import Actor, begin_action, itself, load_settings, record, require_admin
from bot.services.servers._service import SettingsService

__all__ = ["Actor", "SettingsService", "begin_action", "itself", "load_settings", "record", "require_admin"]

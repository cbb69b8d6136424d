"""Keep the settings of a server, check who is an admin, and record the actions of admins."""

from bot.services.servers._authority import Actor, begin_action, is_admin, itself, record, require_admin
from bot.services.servers._details import read_detail
from bot.services.servers._members import (
    add_members,
    find_member,
    find_players,
    is_withdrawn,
    name_member,
    name_player,
    name_players,
)
from bot.services.servers._notices import drop_notices, hasten_reviews, leave_notice, waiting_in
from bot.services.servers._service import SettingsService
from bot.services.servers._settings import current_week, load_settings

__all__ = [
    "Actor",
    "SettingsService",
    "add_members",
    "begin_action",
    "current_week",
    "drop_notices",
    "find_member",
    "find_players",
    "hasten_reviews",
    "is_admin",
    "is_withdrawn",
    "itself",
    "leave_notice",
    "load_settings",
    "name_member",
    "name_player",
    "name_players",
    "read_detail",
    "record",
    "require_admin",
    "waiting_in",
]

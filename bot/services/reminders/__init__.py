"""Send players the direct messages that they have switched on."""

from bot.services.reminders._service import ReminderService

__all__ = ["ReminderService"]

"""Tell players by direct message what they have switched on."""

from bot.services.reminders._service import ReminderService

__all__ = ["ReminderService"]

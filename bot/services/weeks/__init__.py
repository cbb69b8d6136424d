"""Run weeks, preview runs, and undo them."""

from bot.services.weeks._lookup import current_week, find_first_week, open_week
from bot.services.weeks._service import WeeklyProcessingService

__all__ = ["WeeklyProcessingService", "current_week", "find_first_week", "open_week"]

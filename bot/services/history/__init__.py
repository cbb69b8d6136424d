"""Show what a player has submitted to an event, and how its boards were at a time."""

from bot.services.history._service import HistoryService

__all__ = ["HistoryService"]

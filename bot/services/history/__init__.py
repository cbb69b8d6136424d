"""Show a player's submissions to an event, and an event's boards at a past time."""

from bot.services.history._service import HistoryService

__all__ = ["HistoryService"]

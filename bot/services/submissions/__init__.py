"""Take scores: personal bests, weekly bests, the log, running statistics."""

from bot.services.submissions._service import LeaderboardService

__all__ = ["LeaderboardService"]

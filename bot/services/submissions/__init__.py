"""Take scores: update personal and weekly bests, the log and the running statistics."""

from bot.services.submissions._service import LeaderboardService

__all__ = ["LeaderboardService"]

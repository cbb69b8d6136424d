"""Show leaderboards: pages, ranks, and the standing of one player."""

from bot.services.standings._service import StandingsService, find_leaders

__all__ = ["StandingsService", "find_leaders"]

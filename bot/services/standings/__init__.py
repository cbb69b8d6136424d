"""Show leaderboards: pages, ranks, and the standing of one player."""

from bot.services.standings._service import StandingsService

__all__ = ["StandingsService"]

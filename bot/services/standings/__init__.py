"""Show leaderboards: pages, ranks, and where one player stands."""

from bot.services.standings._service import StandingsService

__all__ = ["StandingsService"]

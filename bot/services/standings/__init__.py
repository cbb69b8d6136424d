"""Show leaderboards: pages, ranks, and the standing of one player."""

from bot.services.standings._query import BoardQuery, count_rows, is_withdrawn, place_of, read_row_of, read_rows
from bot.services.standings._rating import read_weeks
from bot.services.standings._service import StandingsService, find_leaders

__all__ = [
    "BoardQuery",
    "StandingsService",
    "count_rows",
    "find_leaders",
    "is_withdrawn",
    "place_of",
    "read_row_of",
    "read_rows",
    "read_weeks",
]

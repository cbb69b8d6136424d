"""Show leaderboards: pages, ranks, and the standing of one player."""

from bot.services.standings._archive import read_results
from bot.services.standings._boards import find_best, find_leaders
from bot.services.standings._query import (
    BoardQuery,
    BoardRow,
    Place,
    count_rows,
    find_row,
    next_rank,
    read_ranked_rows,
    read_row_of,
    read_rows,
)
from bot.services.standings._rating import find_missed_week, read_weeks
from bot.services.standings._service import StandingsService

__all__ = [
    "BoardQuery",
    "BoardRow",
    "Place",
    "StandingsService",
    "count_rows",
    "find_best",
    "find_leaders",
    "find_missed_week",
    "find_row",
    "next_rank",
    "read_ranked_rows",
    "read_results",
    "read_row_of",
    "read_rows",
    "read_weeks",
]

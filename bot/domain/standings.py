"""Leaderboards: rows, pages, and where a player stands."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.events import EventInfo
from bot.domain.servers import PlayerName
from bot.domain.weeks import Week


class Board(StrEnum):
    """The leaderboards of an event."""

    ALL_TIME = "all-time"
    WEEK = "week"
    OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class Standing:
    """One row of a leaderboard.

    Attributes:
        rank: from 1, shared by ties; None on the overall board before the first weekly run.
        score: personal best, or best of the week, in points or seconds.
        elo: the Elo of the board: all-time, weekly, or event Elo; None as `rank`.
        all_time_elo: on the overall board, one half of the event Elo; else None.
        weekly_average: on the overall board, the other half; None where no week was counted.
    """

    rank: int | None
    player: PlayerName
    score: float
    elo: int | None
    all_time_elo: int | None = None
    weekly_average: float | None = None


@dataclass(frozen=True, slots=True)
class LeaderboardPage:
    """A page of a leaderboard.

    Attributes:
        week: the week shown, on the week's board; else None.
        page: the page shown, from 0; within range even where the one asked for was not.
        pages: at least 1.
        players: rows of the whole board.
        own: the viewer's own row, on this page or not; None where the viewer has none.
        own_page: the page that row is on.
    """

    event: EventInfo
    board: Board
    week: Week | None
    standings: tuple[Standing, ...]
    page: int
    pages: int
    players: int
    own: Standing | None
    own_page: int | None

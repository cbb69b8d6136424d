"""Leaderboards: their rows and pages."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.events import EventInfo
from bot.domain.rules import SMALL_FIELD
from bot.domain.seasons import Season
from bot.domain.servers import PlayerName
from bot.domain.weeks import Week

PODIUM = 3
"""The last rank on a podium."""


class Board(StrEnum):
    """The leaderboards of an event."""

    ALL_TIME = "all-time"
    WEEK = "week"
    OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class Standing:
    """One row of a leaderboard.

    Attributes:
        rank: from 1; ties share a rank. On the overall board None until the player has as many closed weeks as the
            event requires.
        score: the personal best, or the best of the week, in points or seconds.
        elo: the all-time, weekly or event Elo, depending on the board; None in an unrated week, and on the overall
            board before the player's first closed week.
        all_time_elo: on the overall board, the all-time part of the event Elo; else None.
        weekly_average: on the overall board, the weekly part; None before the player's first closed week.
        weeks_left: on the overall board, how many closed weeks the player still needs for a rank; until then `elo` is
            provisional. It is 0 for a player with a rank, and before the first closed week.
    """

    rank: int | None
    player: PlayerName
    score: float
    elo: int | None
    all_time_elo: int | None = None
    weekly_average: float | None = None
    weeks_left: int = 0


@dataclass(frozen=True, slots=True)
class FirstWeek:
    """The first week of an event with scores, while no week is closed yet.

    Attributes:
        closes_at: when it will close automatically, in UTC; None if an admin has to close it.
        is_over: whether it has ended by the calendar of the server.
    """

    closes_at: datetime | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class LeaderboardPage:
    """A page of a leaderboard.

    Attributes:
        week: the week of the week board; else None.
        page: the number of this page, from 0 to `pages - 1`; it may differ from the requested one.
        pages: the number of pages, at least 1.
        players: the number of rows on all pages.
        own: the viewer's row, on this page or another; None if the viewer has none.
        is_withdrawn: whether an admin has withdrawn the viewer, who then has no row.
        is_past: whether the board is that of an earlier week, for which no score counts any more.
        season: the season of the event; None if it has neither a first nor a last week.
        first_week: on the overall board, the week with which it begins, while nobody has a rank there; the page then
            has no rows. Otherwise None.
    """

    event: EventInfo
    board: Board
    week: Week | None
    standings: tuple[Standing, ...]
    page: int
    pages: int
    players: int
    own: Standing | None
    is_withdrawn: bool = False
    is_past: bool = False
    season: Season | None = None
    first_week: FirstWeek | None = None

    @property
    def is_provisional(self) -> bool:
        """Whether the board has so few players that their Elos are provisional."""
        return self.players < SMALL_FIELD

    @property
    def has_provisional(self) -> bool:
        """Whether the page shows such Elos."""
        return self.is_provisional and any(standing.elo is not None for standing in self.standings)

    @property
    def takes_scores(self) -> bool:
        """Whether a new score could change a board of the event."""
        return takes_scores(self.event, self.season)


@dataclass(frozen=True, slots=True)
class PastWeeks:
    """The closed weeks of an event.

    Attributes:
        season: the season of the event; None if it has neither a first nor a last week.
        weeks: the latest first.
    """

    event: EventInfo
    season: Season | None
    weeks: tuple[Week, ...]

    @property
    def takes_scores(self) -> bool:
        """Whether a new score could change a board of the event."""
        return takes_scores(self.event, self.season)


def takes_scores(event: EventInfo, season: Season | None) -> bool:
    """Tell whether a new score could change a board of an event in this season; None for an event without weeks."""
    return event.is_active and (season is None or (season.begins_at is None and season.weeks_left != 0))

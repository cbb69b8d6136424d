"""Boards: messages that show an event's leaderboards and stay up to date."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.events import EventInfo
from bot.domain.standings import LeaderboardPage

DELAY = timedelta(seconds=5)
"""How long after a score its board is refreshed, so that one refresh covers scores that arrive together."""
LEAST_PAUSE = timedelta(minutes=1)
"""The least time between two refreshes of a board."""


@dataclass(frozen=True, slots=True)
class PostedBoard:
    """The contents of a posted board: the first page of each leaderboard of an event."""

    event: EventInfo
    all_time: LeaderboardPage
    week: LeaderboardPage
    overall: LeaderboardPage


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a message: its channel and its id."""

    channel_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class BoardChange:
    """The result of an admin's command on an event's board.

    Attributes:
        channel_id: the new channel of the board; None if the board was removed.
        former: the message of the previous board; None if there was none.
    """

    event: EventInfo
    channel_id: int | None
    former: Place | None

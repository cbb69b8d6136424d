"""Boards that keep themselves up to date: one message for an event."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.events import EventInfo
from bot.domain.standings import LeaderboardPage

DELAY = timedelta(seconds=5)
"""How long after a score its board is refreshed, so that one refresh shows what comes at once."""
LEAST_PAUSE = timedelta(minutes=1)
"""The least time between two refreshes of a board."""


@dataclass(frozen=True, slots=True)
class PostedBoard:
    """What a posted board shows: the first page of each leaderboard of an event."""

    event: EventInfo
    all_time: LeaderboardPage
    week: LeaderboardPage
    overall: LeaderboardPage


@dataclass(frozen=True, slots=True)
class Place:
    """A message: the channel that it is in, and its id."""

    channel_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class BoardChange:
    """What an admin did with the board of an event.

    Attributes:
        channel_id: where the board is from now on; None for nowhere.
        former: the message that shows the event no longer; None for none.
    """

    event: EventInfo
    channel_id: int | None
    former: Place | None

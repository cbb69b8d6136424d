"""Announcements: what a server is told when weeks close and records break."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from bot.domain.events import EventInfo
from bot.domain.servers import PlayerName
from bot.domain.standings import Standing
from bot.domain.weeks import Week, WeeklyResult

SETTLES = timedelta(minutes=1)
"""A record that is broken again sooner is not announced."""
CLOSE_ELO = 25
"""Two of the overall board are close if no more Elo is between them."""
PODIUM = 3
"""Who has one of so many ranks is on a podium."""
MOST_ON_PODIUM = 5
"""Of those who share a rank, so many are named."""
LEAST_CLIMB = 2
"""Who rises by one rank alone is no climber."""


def results_key(event_id: int, week: Week) -> str:
    """Return the key of the announcement of weeks that closed together, `week` being the last of them."""
    return f"{event_id}:{week.code}"


def record_key(event_id: int, interaction_id: int) -> str:
    """Return the key of the announcement of a record, by the interaction in which its score was submitted."""
    return f"{event_id}:{interaction_id}"


def read_key(key: str) -> tuple[int, int]:
    """Return the key of the event, and the code of the week or the interaction, of a key of an announcement."""
    event_id, of_event = key.split(":")
    return int(event_id), int(of_event)


@dataclass(frozen=True, slots=True)
class WeekWinner:
    """A week that closed together with a later one, and who won it."""

    week: Week
    player: PlayerName
    score: float


@dataclass(frozen=True, slots=True)
class Climb:
    """Who rose most since the week before, by weekly ranks."""

    player: PlayerName
    before: int
    rank: int


@dataclass(frozen=True, slots=True)
class Chase:
    """Two neighbours at the top of the overall board, with so little Elo between them."""

    behind: PlayerName
    ahead: PlayerName
    elo: int


@dataclass(frozen=True, slots=True)
class Results:
    """The results of weeks that closed together.

    Attributes:
        week: the last of them, which the rest is about.
        earlier: the others, the earliest first.
        podium: the best three results and whoever shares a rank with them.
        players: how many played.
        leaders: the top three of the overall board; empty if later weeks are closed by now.
        climb: None if nobody rose by two ranks or more.
        chase: None if nobody is close.
        next_close: when the next week closes by itself, or else ends, in UTC; None if the event takes no more scores.
        closes_itself: whether it closes by itself.
        closed_early: whether the last week was closed before it was over; later scores count for the next one, if the
            event takes them.
    """

    event: EventInfo
    week: Week
    earlier: tuple[WeekWinner, ...]
    podium: tuple[WeeklyResult, ...]
    players: int
    leaders: tuple[Standing, ...]
    climb: Climb | None
    chase: Chase | None
    next_close: datetime | None
    closes_itself: bool
    closed_early: bool


@dataclass(frozen=True, slots=True)
class Reopened:
    """An admin has taken results back: their message only says so."""

    event: EventInfo
    week: Week


@dataclass(frozen=True, slots=True)
class Announced:
    """A channel is told the results of closed weeks: the answer names their last one, and the channel."""

    event: EventInfo
    week: Week
    channel_id: int


@dataclass(frozen=True, slots=True)
class Final:
    """How an event has ended.

    Attributes:
        podium: who has one of the first three ranks of the overall board, at most `MOST_ON_PODIUM`.
        players: how many have a personal best.
        weeks: how many were closed.
        has_ended: False once an admin has opened the event again.
    """

    event: EventInfo
    podium: tuple[Standing, ...]
    players: int
    weeks: int
    has_ended: bool


@dataclass(frozen=True, slots=True)
class Record:
    """A score that was better than all before it in its event.

    Attributes:
        holder: whose record it broke; the player, where no score before it counts any more.
        beaten: the score that it beat.
        led: how long the holder had led.
        stands: False once the score no longer counts, or broke no record as the log is now.
    """

    event: EventInfo
    player: PlayerName
    score: float
    holder: PlayerName
    beaten: float
    led: timedelta
    stands: bool

    @property
    def is_own(self) -> bool:
        """Whether the player broke a record of their own, and nobody was overtaken."""
        return self.holder.discord_id == self.player.discord_id


def find_chase(leaders: tuple[Standing, ...]) -> Chase | None:
    """Return the closest neighbours among the leaders of the overall board, the better placed first among equals."""
    gaps = [
        (ahead.elo - behind.elo, place, behind.player, ahead.player)
        for place, (ahead, behind) in enumerate(pairwise(leaders))
        if ahead.elo is not None and behind.elo is not None and 0 < ahead.elo - behind.elo <= CLOSE_ELO
    ]
    if not gaps:
        return None
    elo, _, behind, ahead = min(gaps, key=lambda gap: gap[:2])
    return Chase(behind, ahead, elo)

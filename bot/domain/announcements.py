"""Announcements of closed weeks, records and final podiums."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from bot.domain.events import EventInfo
from bot.domain.servers import PlayerName
from bot.domain.standings import PODIUM, Standing
from bot.domain.weeks import Week

ANNOUNCED_AFTER = timedelta(minutes=1)
"""The bot waits so long before it announces a change, and announces no record that is broken again meanwhile."""
CLOSE_ELO = 25
"""The largest Elo difference between two close players on the overall board."""
MOST_ON_PODIUM = 5
"""The most players that a podium names, if several share a rank."""
LEAST_CLIMB = 2
"""The fewest ranks that a player must rise to be named as a climber."""


def results_key(event_id: int, week: Week) -> str:
    """Return the key of the announcement of weeks that were closed together; `week` is the last of them."""
    return f"{event_id}:{week.code}"


def final_key(event_id: int, last_week: int) -> str:
    """Return the key of the announcement of a final podium; `last_week` is the code of the last week of the event."""
    return f"{event_id}:{last_week}"


def record_key(event_id: int, interaction_id: int) -> str:
    """Return the key of the announcement of a record, given the interaction in which its score was submitted."""
    return f"{event_id}:{interaction_id}"


def read_key(key: str) -> tuple[int, int]:
    """Split the key of an announcement into the key of the event and the code of the week, or the interaction."""
    event_id, of_event = key.split(":")
    return int(event_id), int(of_event)


@dataclass(frozen=True, slots=True)
class WeekWinner:
    """A week that was closed together with a later one, and its winner."""

    week: Week
    player: PlayerName
    score: float


@dataclass(frozen=True, slots=True)
class Climb:
    """The player who rose most since the week before, by weekly ranks."""

    player: PlayerName
    before: int
    rank: int


@dataclass(frozen=True, slots=True)
class Chase:
    """Two neighbours at the top of the overall board, and the Elo between them."""

    behind: PlayerName
    ahead: PlayerName
    elo: int


@dataclass(frozen=True, slots=True)
class Results:
    """The results of weeks that closed together.

    Attributes:
        week: the last of the weeks; the other attributes describe this week.
        earlier: the other weeks, the earliest first.
        podium: the players with the first three ranks of the week, at most `MOST_ON_PODIUM`.
        players: how many played.
        leaders: the top three of the overall board; empty if later weeks have been closed since.
        climb: None if nobody rose by two ranks or more.
        chase: None if nobody is close.
        next_close: when the next week closes automatically, or else ends, in UTC; None if the event takes no more
            scores.
        closes_itself: whether the next week closes automatically.
        closed_early: whether the last week was closed before it was over; later scores count for the next week, if the
            event takes them.
        ran_at: when the last week was closed, in UTC.
    """

    event: EventInfo
    week: Week
    earlier: tuple[WeekWinner, ...]
    podium: tuple[Standing, ...]
    players: int
    leaders: tuple[Standing, ...]
    climb: Climb | None
    chase: Chase | None
    next_close: datetime | None
    closes_itself: bool
    closed_early: bool
    ran_at: datetime


@dataclass(frozen=True, slots=True)
class Reopened:
    """An undone close: its announcement says only that the week was reopened."""

    event: EventInfo
    week: Week


@dataclass(frozen=True, slots=True)
class Announced:
    """A close whose results are announced in a channel: the answer names only the last week and the channel.

    `is_again` is true if the message of an earlier, undone close shows the results again.
    """

    event: EventInfo
    week: Week
    channel_id: int
    is_again: bool = False


@dataclass(frozen=True, slots=True)
class Final:
    """The end of an event.

    Attributes:
        podium: the players with the first three ranks of the overall board, at most `MOST_ON_PODIUM`.
        players: how many have a personal best.
        weeks: how many were closed.
        has_ended: False once an admin has reopened the event.
    """

    event: EventInfo
    podium: tuple[Standing, ...]
    players: int
    weeks: int
    has_ended: bool


@dataclass(frozen=True, slots=True)
class Record:
    """A score that beat all earlier ones in its event.

    Attributes:
        holder: the player whose record it broke; the player of the score, if it does not stand.
        beaten: the score that it beat.
        led: how long the holder had led.
        stands: False once the score does not count any more, or breaks no record by the present log.
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
        """Whether players broke their own record, so that nobody was overtaken."""
        return self.holder.discord_id == self.player.discord_id


def podium_of(first: Iterable[Standing]) -> tuple[Standing, ...]:
    """Return those of the first rows of a board that have one of the first three ranks."""
    return tuple(one for one in first if one.rank is not None and one.rank <= PODIUM)


def find_chase(leaders: tuple[Standing, ...]) -> Chase | None:
    """Return the two closest neighbours among the leaders of the overall board.

    Of equally close pairs, return the better placed one.
    """
    gaps = [
        (ahead.elo - behind.elo, place, behind.player, ahead.player)
        for place, (ahead, behind) in enumerate(pairwise(leaders))
        if ahead.elo is not None and behind.elo is not None and 0 < ahead.elo - behind.elo <= CLOSE_ELO
    ]
    if not gaps:
        return None
    elo, _, behind, ahead = min(gaps, key=lambda gap: gap[:2])
    return Chase(behind, ahead, elo)

"""Reminders: what a player is told by direct message, who has switched that on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.clock import instant_at, local_time
from bot.domain.events import EventInfo
from bot.domain.servers import PlayerName
from bot.domain.weeks import Week

SPREAD_SECONDS = 30 * 60
"""Within how much time after midnight the players of a server are told, each at a moment of their own."""
SETTLES = timedelta(minutes=2)
"""How long what happened settles before it is told, so that one message tells of all events that close together."""
STAYS_KNOWN = timedelta(minutes=3)
"""Discord may know a message by its nonce for so long; another try by then tells the same."""
SUNDAY = 7


class Reminder(StrEnum):
    """What a player can be told of."""

    MISSED_WEEK = "missed-week"
    """A week is over in a day, and the player has no score in it."""
    OVERTAKEN = "overtaken"
    """Others have come to beat the player's best."""
    RESULTS = "results"
    """A week with a score of the player was closed."""
    RIVAL = "rival"
    """Whom the player follows has a new best."""


@dataclass(frozen=True, slots=True)
class ReminderSettings:
    """What a player is told of in one server.

    Attributes:
        switched_on: what the player has switched on; `Reminder.RIVAL` while they follow somebody.
        rival: whom they follow; None for nobody.
        refused_at: when Discord took no direct message to the player, which switched everything off, in UTC; None if
            it has not since the player switched something on.
    """

    switched_on: frozenset[Reminder] = frozenset()
    rival: PlayerName | None = None
    refused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WeekToMiss:
    """A week that is over soon, without a score of the player.

    Attributes:
        closes_at: when it is over, in UTC.
        missed_week_elo: what a missed week counts.
        elo: the event Elo now.
        elo_then: the event Elo once the week is closed, if nothing else changes.
    """

    event: EventInfo
    closes_at: datetime
    missed_week_elo: int
    elo: int
    elo_then: int


@dataclass(frozen=True, slots=True)
class Overtaking:
    """Others who have come to beat the player's best in an event.

    Attributes:
        best: the player's best, in points or seconds.
        others: those who beat it since, the best first, at most three, with their bests.
        number: how many there are.
        rank: the player's rank now.
    """

    event: EventInfo
    best: float
    others: tuple[tuple[PlayerName, float], ...]
    number: int
    rank: int


@dataclass(frozen=True, slots=True)
class RivalBest:
    """A new best of a player's rival, in an event that both play.

    Attributes:
        best: the player's own best, in points or seconds.
        rival_best: the rival's.
    """

    event: EventInfo
    rival: PlayerName
    best: float
    rival_best: float


@dataclass(frozen=True, slots=True)
class OwnResult:
    """The result of the player in a closed week.

    Attributes:
        score: in points or seconds.
        rank: from 1.
        players: how many had a score.
        elo: the weekly Elo; None for a week with too few players.
        event_elo: the event Elo now; None without one.
    """

    event: EventInfo
    week: Week
    score: float
    rank: int
    players: int
    elo: int | None
    event_elo: int | None


@dataclass(frozen=True, slots=True)
class Message:
    """What a player is told in one direct message.

    Attributes:
        guild_id: the server that it is about.
        discord_id: the player.
        nonce: by which Discord knows a message that it has taken already; the same until this one is known to be taken.
        until: everything up to this time is told, in UTC.
        tried_at: when Discord was first asked to take it, in UTC.
        next_at: when the player is told the next time, in UTC.
        week: the week that it is.
        tells_day: whether it tells of the day that is over, too, and not only of closed weeks.
        channel_id: a channel of the server where scores are at home; None if none is known.
    """

    guild_id: int
    discord_id: int
    nonce: int
    until: datetime
    tried_at: datetime
    next_at: datetime
    week: Week
    missing: tuple[WeekToMiss, ...] = ()
    overtaken: tuple[Overtaking, ...] = ()
    rival: tuple[RivalBest, ...] = ()
    results: tuple[OwnResult, ...] = ()
    tells_day: bool = True
    channel_id: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.missing or self.overtaken or self.rival or self.results)


def next_moment(now: datetime, zone: str, discord_id: int) -> datetime:
    """Return when a player of a server in a time zone is told next: soon after midnight, in UTC."""
    offset = timedelta(seconds=discord_id % SPREAD_SECONDS)
    day = local_time(now - offset, zone).date() + timedelta(days=1)
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the zone makes it an instant
    return instant_at(midnight, zone) + offset


def is_last_day(now: datetime, zone: str) -> bool:
    """Tell whether it is the last day of a week in a time zone."""
    return local_time(now, zone).isoweekday() == SUNDAY

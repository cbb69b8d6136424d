"""Reminders: direct messages that players have switched on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.clock import day_begins_at, local_time
from bot.domain.events import EventInfo
from bot.domain.servers import PlayerName
from bot.domain.weeks import Week

SPREAD_SECONDS = 30 * 60
"""The time after midnight over which a server's reminders are spread, each player at a fixed moment."""
REMINDED_AFTER = timedelta(minutes=2)
"""How long events settle before a reminder covers them, so that one message covers weeks that close together."""
STAYS_KNOWN = timedelta(minutes=3)
"""How long Discord is expected to remember a nonce; a retry within this time sends the same message."""
SUNDAY = 7
LOOKS = timedelta(hours=12), timedelta(hours=3)
"""After the daily message, the bot looks again so long before the end of a week for players who miss it."""


def reminder_key(guild_id: int, discord_id: int) -> str:
    """Return the key of the reminder job of a user in a server."""
    return f"{guild_id}:{discord_id}"


class Reminder(StrEnum):
    """The reminders that a player can switch on."""

    MISSED_WEEK = "missed-week"
    """A week ends within a day, and others have scores in it, but not the player."""
    OVERTAKEN = "overtaken"
    """Others have passed the player's best."""
    RESULTS = "results"
    """A week with a score of the player has been closed."""
    RIVAL = "rival"
    """The player's rival has a new best."""


@dataclass(frozen=True, slots=True)
class ReminderSettings:
    """The reminders of a player in one server.

    Attributes:
        switched_on: the reminders that are on; `Reminder.RIVAL` is on while the player follows somebody.
        rival: the followed player; None for nobody.
        refused_at: when Discord refused a direct message to the player, which switched everything off, in UTC; None if
            it has not refused one since the player last switched something on.
    """

    switched_on: frozenset[Reminder] = frozenset()
    rival: PlayerName | None = None
    refused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WeekToMiss:
    """A week that ends soon, without a score of the player that counts.

    Attributes:
        closes_at: when it ends, in UTC.
        missed_week_elo: the weekly Elo of a missed week.
        elo: the present event Elo.
        elo_then: the event Elo once the week is closed, if nothing else changes.
        held: a score of the week that waits for an admin; None if there is none.
    """

    event: EventInfo
    closes_at: datetime
    missed_week_elo: int
    elo: int
    elo_then: int
    held: float | None = None


@dataclass(frozen=True, slots=True)
class Overtaking:
    """Other players who have passed the player's best in an event.

    Attributes:
        best: the player's best, in points or seconds.
        others: those players with their bests, the best first, at most three.
        number: how many players that are in all.
        rank: the player's present rank.
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
        rival_best: the rival's new best.
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
        event_elo: the present event Elo; None without one.
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
    """The contents of one direct message to a player.

    Attributes:
        guild_id: the server of the news.
        discord_id: the player.
        nonce: the number by which Discord recognizes a message that it has already accepted; it stays the same until
            this message is known to be accepted.
        until: the end of the period that the message covers, in UTC.
        tried_at: when the bot first sent it to Discord, in UTC.
        next_at: when the next message is due, in UTC.
        week: the current week.
        tells_day: whether it also covers the past day, and not only closed weeks.
        channel_id: a channel of the server where scores belong; None if none is known.
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
        """Whether the message has no news."""
        return not (self.missing or self.overtaken or self.rival or self.results)


def next_moment(now: datetime, zone: str, discord_id: int) -> datetime:
    """Return when a player's next reminder is due: soon after midnight in the server's time zone, in UTC."""
    offset = timedelta(seconds=discord_id % SPREAD_SECONDS)
    day = local_time(now - offset, zone).date() + timedelta(days=1)
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the zone makes it an instant
    return day_begins_at(midnight, zone) + offset


def next_look(now: datetime, ends_at: datetime, discord_id: int) -> datetime | None:
    """Return when to look again whether a player misses a week that ends at an instant; None for no more."""
    offset = timedelta(seconds=discord_id % SPREAD_SECONDS)
    return next((at for before in LOOKS if (at := ends_at - before + offset) > now), None)


def is_last_day(now: datetime, zone: str) -> bool:
    """Tell whether it is the last day of a week in a time zone."""
    return local_time(now, zone).isoweekday() == SUNDAY

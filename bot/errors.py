"""Errors that a user can cause, each a code with its fields. `bot.ui.refusals` holds the sentences."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LeaderboardError(Exception):
    """The base of all errors that the bot shows to a user."""


class InvalidScore(LeaderboardError):
    """The event does not accept the score."""


@dataclass(eq=False)
class ScoreTooLong(InvalidScore):
    """The text has more than `longest` characters."""

    longest: int


class CommaInNumber(InvalidScore):
    """A number has a comma that does not group thousands."""


class CommaInTime(InvalidScore):
    """A time has a comma."""


class TimeNotNumber(InvalidScore):
    """The text looks like a time, but the event counts numbers."""


@dataclass(eq=False)
class NotANumber(InvalidScore):
    """The text is no number with at most `most_decimals` decimals."""

    most_decimals: int


class NotATime(InvalidScore):
    """The text is no time."""


class ScoreOutOfRange(InvalidScore):
    """No event accepts the score: it is not above 0 and below 1,000,000,000."""


@dataclass(eq=False)
class ScoreTooLow(InvalidScore):
    """The score is below the bound of the event; `bound` is text in the event's style."""

    bound: str


@dataclass(eq=False)
class ScoreTooHigh(InvalidScore):
    """The score is above the bound of the event; `bound` is text in the event's style."""

    bound: str


@dataclass(eq=False)
class InvalidProof(LeaderboardError):
    """The text is no link to a web page, or has more than `longest` characters."""

    longest: int


class Named(StrEnum):
    """What a name belongs to."""

    EVENT = "event"
    UNIT = "unit"


@dataclass(eq=False)
class InvalidName(LeaderboardError):
    """The bot cannot accept the name of an event or a unit."""

    named: Named


class NameInvisible(InvalidName):
    """The name has no visible character."""


@dataclass(eq=False)
class NameTooLong(InvalidName):
    """The name has `length` characters, more than `longest`."""

    longest: int
    length: int


class InvalidSetting(LeaderboardError):
    """An option has no valid value, or two options contradict each other."""


@dataclass(eq=False)
class UnknownTimeZone(InvalidSetting):
    """No time zone is meant by what was `typed`; `nearest` are those of places that are called alike."""

    typed: str
    nearest: tuple[str, ...]


@dataclass(eq=False)
class TimeZoneAmbiguous(InvalidSetting):
    """What was typed means any of the time zones `candidates`, the best known first."""

    candidates: tuple[str, ...]


class NotAWeek(InvalidSetting):
    """The text is no week such as 2026-W47."""


class NothingToChange(InvalidSetting):
    """An edit changes nothing."""


class UnitOfTimes(InvalidSetting):
    """An event that counts times cannot have a unit."""


class BoundsSwapped(InvalidSetting):
    """The smallest score allowed is greater than the greatest."""


class EventNotFound(LeaderboardError):
    """The server has no such event."""


class NoEvents(EventNotFound):
    """The server has no events at all."""


@dataclass(eq=False)
class EventUnknown(EventNotFound):
    """No event of the server has the name as `typed`; `nearest` are the names that are most like it, the best first."""

    typed: str
    nearest: tuple[str, ...]


@dataclass(eq=False)
class EventAmbiguous(EventNotFound):
    """What was typed is a part of the names `candidates`."""

    candidates: tuple[str, ...]


class EventNameTaken(LeaderboardError):
    """Another event of the server has this name, ignoring case."""


class EventArchived(LeaderboardError):
    """The event is archived and accepts no scores."""


class DeliveredTwice(LeaderboardError):
    """Discord delivered the same use of a command twice. The bot does it once."""


class AlreadyCounted(DeliveredTwice):
    """The log already holds the submission."""


class AlreadyDone(DeliveredTwice):
    """The audit log already holds the admin's command."""


class NothingToRemove(LeaderboardError):
    """The event has no such score of the player, or an admin has removed it already."""


@dataclass(eq=False)
class CooldownActive(LeaderboardError):
    """The cooldown of the player in the server ends in `seconds_left` seconds."""

    seconds_left: int


class NotAllowed(LeaderboardError):
    """Only admins of the server may do this."""


class ServerOnly(LeaderboardError):
    """The user sent the command in a direct message, not in a server."""


@dataclass(eq=False)
class WeekNotRunnable(LeaderboardError):
    """The week, such as 2026-W47, cannot be run."""

    week: str


@dataclass(eq=False)
class WeekNotBegun(WeekNotRunnable):
    """The week is later than the `current` one."""

    current: str


@dataclass(eq=False)
class WeekClosedAlready(WeekNotRunnable):
    """The week was run at `ran_at`, in UTC."""

    ran_at: datetime


@dataclass(eq=False)
class WeekClosedEarly(WeekClosedAlready):
    """The current week was run before its end; scores now count for `open_week`."""

    open_week: str


class WeekWithoutScores(WeekNotRunnable):
    """The week has no scores."""


class NothingToUndo(LeaderboardError):
    """The event has no weekly run."""


class ButtonOutdated(LeaderboardError):
    """This version of the bot does not know the button that the user clicked."""


class Restarting(LeaderboardError):
    """The bot is stopping and accepts no more commands."""


class Interrupted(LeaderboardError):
    """The bot is stopping and could not finish the command."""


class Unavailable(LeaderboardError):
    """The database did not answer, or a transaction lost a race too often. A retry may succeed."""

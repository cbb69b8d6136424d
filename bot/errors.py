"""Every error that a user can cause, as a code with its fields. `bot.ui.refusals` holds the sentences.

LeaderboardError
├── InvalidInput                what was typed cannot be taken as it stands
│   ├── InvalidScore
│   │   ├── ScoreTooLong        more characters than any score has
│   │   ├── CommaInNumber       a comma that groups no thousands
│   │   ├── CommaInTime         any comma
│   │   ├── TimeNotNumber       a colon in an event that counts numbers
│   │   ├── NotANumber
│   │   ├── NotATime
│   │   ├── ScoreOutOfRange     outside what any event takes
│   │   ├── ScoreTooLow         below the event's own bound
│   │   └── ScoreTooHigh        above it
│   ├── InvalidProof            not a link
│   ├── InvalidName
│   │   ├── NameInvisible       nothing of it can be seen
│   │   └── NameTooLong
│   └── InvalidSetting
│       ├── UnknownTimeZone
│       ├── NotAWeek            not a year and a week, such as 2026-W47
│       ├── NothingToChange     an edit without a change
│       ├── UnitOfTimes         times carry units of their own
│       └── BoundsSwapped       the smallest score is above the greatest
├── EventNotFound               no such event in this server
├── EventNameTaken              another event of this server has that name
├── EventArchived               the event takes no scores any more
├── DeliveredTwice              the same use of a command arrived before
│   ├── AlreadyCounted          a submission
│   └── AlreadyDone             an admin's command
├── NothingToRemove             the player has no such score in the event
├── CooldownActive              a score of this player was accepted less than a cooldown ago
├── NotAllowed                  only for admins of this server
├── ServerOnly                  used in a direct message
├── WeekNotRunnable
│   ├── WeekNotBegun
│   ├── WeekClosedAlready
│   │   └── WeekClosedEarly     and it is still going on
│   └── WeekWithoutScores
├── NothingToUndo               the event has no weekly run
├── ButtonOutdated              a click on something that this version of the bot does not have
├── Restarting                  the bot is going down and takes no more commands
├── Interrupted                 the bot is going down and could not finish
└── Unavailable                 the database cannot be reached; nobody's mistake, worth another try
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LeaderboardError(Exception):
    """Base of the errors that a user is told of."""


class InvalidInput(LeaderboardError):
    """What was typed cannot be taken as it stands."""


class InvalidScore(InvalidInput):
    """Not a score of the event."""


@dataclass(eq=False)
class ScoreTooLong(InvalidScore):
    """The text has more characters than any score has."""

    longest: int


class CommaInNumber(InvalidScore):
    """A comma stands where it groups no thousands."""


class CommaInTime(InvalidScore):
    """A time has a comma."""


class TimeNotNumber(InvalidScore):
    """The event counts numbers, and the text looks like a time."""


@dataclass(eq=False)
class NotANumber(InvalidScore):
    """The text is no number with at most so many decimals."""

    most_decimals: int


class NotATime(InvalidScore):
    """The text is no duration."""


class ScoreOutOfRange(InvalidScore):
    """The score is outside what any event takes."""


@dataclass(eq=False)
class ScoreTooLow(InvalidScore):
    """The score is below the event's own bound, which is written in the event's style."""

    bound: str


@dataclass(eq=False)
class ScoreTooHigh(InvalidScore):
    """The score is above the event's own bound, which is written in the event's style."""

    bound: str


@dataclass(eq=False)
class InvalidProof(InvalidInput):
    """The text is no link to a web page, or longer than `longest` characters."""

    longest: int


class Named(StrEnum):
    """What a name is given to."""

    EVENT = "event"
    UNIT = "unit"


@dataclass(eq=False)
class InvalidName(InvalidInput):
    """The name of an event or a unit cannot be taken."""

    named: Named


class NameInvisible(InvalidName):
    """Nothing of the name can be seen."""


@dataclass(eq=False)
class NameTooLong(InvalidName):
    """The name has `length` characters, more than `longest`."""

    longest: int
    length: int


class InvalidSetting(InvalidInput):
    """An option has a value that means nothing, or two of them contradict each other."""


class UnknownTimeZone(InvalidSetting):
    """No time zone has that name."""


class NotAWeek(InvalidSetting):
    """The text is not a year and a week of it."""


class NothingToChange(InvalidSetting):
    """An edit names nothing to change."""


class UnitOfTimes(InvalidSetting):
    """An event that counts times was given a unit."""


class BoundsSwapped(InvalidSetting):
    """The smallest score allowed is greater than the greatest."""


class EventNotFound(LeaderboardError):
    """There is no such event in this server."""


class EventNameTaken(LeaderboardError):
    """Another event of this server has that name, ignoring case."""


class EventArchived(LeaderboardError):
    """The event is archived: it can be read, and takes no scores."""


class DeliveredTwice(LeaderboardError):
    """The same use of a command was delivered twice; what it asks for was done once."""


class AlreadyCounted(DeliveredTwice):
    """A submission was delivered twice; it is in the log once."""


class AlreadyDone(DeliveredTwice):
    """An admin's command was delivered twice."""


class NothingToRemove(LeaderboardError):
    """The player has no such score in the event, or it was removed before."""


@dataclass(eq=False)
class CooldownActive(LeaderboardError):
    """A score of this player was accepted in this server less than a cooldown ago."""

    seconds_left: int


class NotAllowed(LeaderboardError):
    """The command is only for admins of this server."""


class ServerOnly(LeaderboardError):
    """The command was used in a direct message."""


@dataclass(eq=False)
class WeekNotRunnable(LeaderboardError):
    """A week, such as 2026-W47, cannot be run."""

    week: str


@dataclass(eq=False)
class WeekNotBegun(WeekNotRunnable):
    """The week is a later one than the `current` one."""

    current: str


@dataclass(eq=False)
class WeekClosedAlready(WeekNotRunnable):
    """The week was run at `ran_at`, UTC."""

    ran_at: datetime


@dataclass(eq=False)
class WeekClosedEarly(WeekClosedAlready):
    """The week was run and is still going on; scores count for `open_week` meanwhile."""

    open_week: str


class WeekWithoutScores(WeekNotRunnable):
    """Nobody has submitted a score for the week."""


class NothingToUndo(LeaderboardError):
    """The event has no weekly run to undo."""


class ButtonOutdated(LeaderboardError):
    """The click was on something that this version of the bot does not have."""


class Restarting(LeaderboardError):
    """The bot is going down and takes no more commands."""


class Interrupted(LeaderboardError):
    """The bot is going down, and did not wait for the end of what was asked for."""


class Unavailable(LeaderboardError):
    """The database did not answer, or lost a race too often. Trying again may help."""

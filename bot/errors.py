"""Errors that a user can cause, each a code with its fields. `bot.ui.refusals` holds the sentences."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto


class LeaderboardError(Exception):
    """The base of all errors that the bot shows to a user."""


@dataclass(eq=False)
class InvalidScore(LeaderboardError):
    """The event does not accept the score; `event` is the name of the event, or None for one that is being made."""

    event: str | None = field(default=None, kw_only=True)


@dataclass(eq=False)
class UnreadableScore(InvalidScore):
    """The bot cannot take the text `typed` for a score."""

    typed: str


@dataclass(eq=False)
class ScoreTooLong(UnreadableScore):
    """The text has more than `longest` characters."""

    longest: int


@dataclass(eq=False)
class CommaInScore(UnreadableScore):
    """The decimals begin with a comma; `pointed` is the text with a point."""

    pointed: str


@dataclass(eq=False)
class TimeNotNumber(UnreadableScore):
    """The text is a time, but the event counts numbers, in `unit` or None."""

    unit: str | None


class NotANumber(UnreadableScore):
    """The text is not a number."""


class NotATime(UnreadableScore):
    """The text is not a time."""


@dataclass(eq=False)
class TooManyDecimals(UnreadableScore):
    """The text has more than `most` decimals."""

    most: int


@dataclass(eq=False)
class ScoreOutOfRange(UnreadableScore):
    """No event can take the score: it is below -`greatest`, or above `greatest`."""

    greatest: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A score that a text can mean.

    Attributes:
        score: in points or seconds.
        text: a text that means this score and no other.
        shown: the score as players read it, without its unit.
    """

    score: float
    text: str
    shown: str


@dataclass(eq=False)
class AmbiguousScore(UnreadableScore):
    """The text has several `readings`, the likeliest first; `unit` is the unit of the event, or None."""

    readings: tuple[Reading, ...]
    unit: str | None


class ScoreUnclear(AmbiguousScore):
    """The same of a score that an admin typed for a player: nothing but text answers it."""


@dataclass(eq=False)
class ScoreInQuestion(AmbiguousScore):
    """The text was submitted to the event with the key `event_id`, which takes each of the readings."""

    event_id: int


@dataclass(frozen=True, slots=True)
class Range:
    """The scores between two bounds, as players read them, without the unit.

    Attributes:
        least: the lower bound; None for none.
        greatest: the upper bound; None for none.
        takes_least: whether `least` itself is among them.
        takes_greatest: whether `greatest` itself is.
    """

    least: str | None
    greatest: str | None
    takes_least: bool
    takes_greatest: bool


@dataclass(eq=False)
class ScoreOutOfBounds(InvalidScore):
    """The event takes other scores.

    Attributes:
        score: as players read it, without the unit.
        taken: the scores that the event takes.
        unit: the unit of the event, or None.
        is_time: whether the event counts times.
    """

    score: str
    taken: Range
    unit: str | None
    is_time: bool


class ScoreTooLow(ScoreOutOfBounds):
    """The score is below the lower bound of the event, or equals one that is not taken."""


class ScoreTooHigh(ScoreOutOfBounds):
    """The score is above the upper bound of the event, or equals one that is not taken."""


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


@dataclass(eq=False)
class GraceTooLong(InvalidSetting):
    """The grace before a week closes is negative, or longer than `longest` minutes."""

    longest: int


@dataclass(eq=False)
class MomentUnknown(InvalidSetting):
    """The text `typed` names no moment, day or week since 2015."""

    typed: str


class MomentAhead(MomentUnknown):
    """The moment is later than now."""


@dataclass(eq=False)
class NotATimeOfDay(InvalidSetting):
    """What was `typed` is no time of the day such as 22:00."""

    typed: str


class NotATextChannel(InvalidSetting):
    """The channel takes no messages, or is another server's."""


@dataclass(eq=False)
class EveryoneReads(InvalidSetting):
    """Every member of the server can read the channel with the id `channel`, which is to be for admins alone."""

    channel: int


class QuietHoursHalf(InvalidSetting):
    """Quiet hours have a beginning or an end, and not the other."""


class NotAWeek(InvalidSetting):
    """The text is no week such as 2026-W47."""


class NothingToChange(InvalidSetting):
    """An edit changes nothing."""


@dataclass(eq=False)
class HasTheseRules(NothingToChange):
    """The event has the rules already that an admin wants it to have."""

    event: str


@dataclass(eq=False)
class UnitOfTimes(InvalidSetting):
    """An event that counts times cannot have a unit, such as `unit`."""

    unit: str


class Bound(StrEnum):
    """The option of an event that a bound is."""

    MIN = "min"
    MAX = "max"
    ALARM_MIN = "alarm-min"
    ALARM_MAX = "alarm-max"


@dataclass(eq=False)
class InvalidBound(InvalidSetting):
    """The text of the `option` is no score; `reason` says why."""

    option: Bound
    reason: InvalidScore


class Rule(StrEnum):
    """The rules of an event that are numbers."""

    BEST_OF = "best_of"
    LAST_WEEKS = "last_weeks"
    ALL_TIME_WEIGHT = "all_time_weight"
    MISSED_WEEK_ELO = "missed_week_elo"
    MIN_WEEKS = "min_weeks"
    MIN_FIELD = "min_field"


@dataclass(eq=False)
class RuleOutOfRange(InvalidSetting):
    """A rule of an event is below `least` or above `greatest`."""

    rule: Rule
    least: float
    greatest: float


@dataclass(eq=False)
class LogarithmImpossible(InvalidSetting):
    """The event allows scores of 0 or less, which have no logarithm."""

    event: str


@dataclass(eq=False)
class DirectionFixed(InvalidSetting):
    """The direction of an event that has scores, or a closed week, cannot change; `direction` is what it is."""

    event: str
    direction: str


class BoundsSwapped(InvalidSetting):
    """The smallest score allowed is greater than the greatest."""


class SeasonSwapped(InvalidSetting):
    """The first week of an event would be after its last one."""


@dataclass(eq=False)
class SeasonOver(InvalidSetting):
    """The last week of an event without scores would be over; the week `current`, such as 2026-W47, is not."""

    current: str


@dataclass(eq=False)
class SeasonHasScores(InvalidSetting):
    """The weeks of an event would leave out some of those from `first` to `last` that it has scores for."""

    event: str
    first: str
    last: str


@dataclass(eq=False)
class SeasonOpen(LeaderboardError):
    """The event `event` cannot begin again: its `week`, such as 2026-W47, has scores and is not closed."""

    event: str
    week: str


@dataclass(eq=False)
class SeasonHasHeld(LeaderboardError):
    """The event `event` cannot begin again: a score that waits for an admin would count for a week after its last."""

    event: str


@dataclass(eq=False)
class SeasonEmpty(LeaderboardError):
    """The event with the name `event` cannot begin again: no week of it is closed."""

    event: str


@dataclass(eq=False)
class SeasonPast(LeaderboardError):
    """The event with the name `event` is a past season, which cannot begin again: `current` goes on."""

    event: str
    current: str


@dataclass(eq=False)
class SeasonChanged(LeaderboardError):
    """The event with the name `event` has another last closed week than when the admin was asked to begin again."""

    event: str


@dataclass(eq=False)
class SeasonUnknown(LeaderboardError):
    """The event with the name `event` has no season `typed`, but those from 1 to `seasons`."""

    event: str
    typed: str
    seasons: int


class EventNotFound(LeaderboardError):
    """The server has no such event."""


class NoEvents(EventNotFound):
    """The server has no events at all."""


class NoOpenEvents(EventNotFound):
    """The server has events, of which none takes scores now."""


class EventUnnamed(EventNotFound):
    """No event was named, and none is meant without a name."""


@dataclass(eq=False)
class EventUnknown(EventNotFound):
    """No event of the server has the name as `typed`; `nearest` are the names that are most like it, the best first."""

    typed: str
    nearest: tuple[str, ...]


@dataclass(eq=False)
class EventAmbiguous(EventNotFound):
    """What was typed is a part of the names `candidates`."""

    candidates: tuple[str, ...]


@dataclass(eq=False)
class EventNameTaken(LeaderboardError):
    """Another event of the server has this name, ignoring case; that one is written as `taken`."""

    taken: str


@dataclass(eq=False)
class ExportTooLarge(LeaderboardError):
    """Discord would not take all of the event `event` as a file."""

    event: str


@dataclass(eq=False)
class FileTooLarge(LeaderboardError):
    """A file of scores has more than `most_bytes` bytes or `most_rows` rows."""

    most_bytes: int
    most_rows: int


class NotAScoreFile(LeaderboardError):
    """The file is no text, or no table with the columns player, score and time."""


class ImportUnnamed(LeaderboardError):
    """A table of scores names no event, and the admin named none."""


@dataclass(eq=False)
class EventFileTooLarge(LeaderboardError):
    """An exported event has more than `most_bytes` bytes, or its closed weeks more than `most_results` results."""

    most_bytes: int
    most_results: int


class Flaw(StrEnum):
    """What is wrong with a file that is to be an exported event."""

    ZIP_UNREADABLE = auto()
    ZIP_WITHOUT_EVENT = auto()
    SEVERAL_EVENTS = auto()
    NO_JSON = auto()
    TOO_MANY_MEMBERS = auto()
    TOO_MANY_VALUES = auto()
    NO_EVENT = auto()
    IMPOSSIBLE_TIME = auto()
    IMPOSSIBLE_WEEK = auto()


@dataclass(frozen=True, slots=True)
class FileMistake:
    """A mistake of a file that is to be an exported event.

    Attributes:
        flaw: what is wrong.
        most: how much a file may have, where it has more of something.
        told: where the mistake is, and what the reader of the file says of it.
    """

    flaw: Flaw
    most: int | None = None
    told: str = ""


@dataclass(eq=False)
class EventFileBroken(LeaderboardError):
    """The file is no exported event, because of a `mistake`."""

    mistake: FileMistake


class EventFileNewer(LeaderboardError):
    """The exported event is of a newer version of the bot."""


class FileGone(LeaderboardError):
    """Discord does not hand out a file that was attached."""


@dataclass(eq=False)
class NothingToImport(LeaderboardError):
    """The event with the name `event` has every score of the file that can be imported."""

    event: str


@dataclass(eq=False)
class ImportGone(LeaderboardError):
    """The event with the name `event` has no scores of the import any more."""

    event: str


@dataclass(eq=False)
class EventArchived(LeaderboardError):
    """The event with the name `event` is archived and accepts no scores."""

    event: str


@dataclass(eq=False)
class EventNotBegun(LeaderboardError):
    """The event with the name `event` accepts scores from `begins_at` on, in UTC."""

    event: str
    begins_at: datetime


@dataclass(eq=False)
class EventEnded(LeaderboardError):
    """The event with the name `event` accepts no more scores: its last week, such as 2026-W47, is over or closed."""

    event: str
    last_week: str


@dataclass(eq=False)
class NoBoard(LeaderboardError):
    """The event `event` has no posted board."""

    event: str


@dataclass(eq=False)
class ChannelClosed(LeaderboardError):
    """The bot may not write in the channel with Discord's id `channel`."""

    channel: int


class DeliveredTwice(LeaderboardError):
    """Discord delivered the same use of a command twice. The bot does it once."""


class AlreadyCounted(DeliveredTwice):
    """The log already holds the submission."""


class AlreadyDone(DeliveredTwice):
    """The audit log already holds the admin's command."""


class AlreadyTakenBack(DeliveredTwice):
    """The player has taken the submission back."""


class NothingStored(DeliveredTwice):
    """Nothing is stored about the user who is to be erased, perhaps since they have just been."""


@dataclass(eq=False)
class ErasureUnconfirmed(LeaderboardError):
    """The user has typed something else than the word that was asked for, and is not erased."""

    typed: str
    word: str


class TooLateToTakeBack(LeaderboardError):
    """A submission cannot be taken back any more: too much time has passed, or its week is closed."""


class NothingToTakeBack(LeaderboardError):
    """The submission is not there, or an admin has removed it."""


class SubmittedByAnother(LeaderboardError):
    """Only whoever submitted a score can take it back."""


@dataclass(eq=False)
class AboutPlayer(LeaderboardError):
    """An admin's command cannot be done with the `player`, who is Discord's id."""

    player: int


@dataclass(eq=False)
class NothingToRemove(AboutPlayer):
    """The event has no such score of the player, or an admin has removed it already."""

    event: str


class NoScores(NothingToRemove):
    """The event has no score of the player at all."""


class NoOwnScores(NoScores):
    """The event, which is not archived, has no score of the player, who asks."""


class SeveralGoals(LeaderboardError):
    """A player asks for the score of several goals at once: a rank, an Elo, another player."""


class AheadOfOneself(LeaderboardError):
    """A player asks what they must score to be ahead of themselves."""


@dataclass(eq=False)
class NothingToRestore(AboutPlayer):
    """The event has no such score of the player among those that were removed."""

    event: str


class NoRemovedScores(NothingToRestore):
    """No score of the player in the event is removed."""


@dataclass(eq=False)
class SeveralScores(LeaderboardError):
    """What the admin typed fits `number` scores; `scores` name the latest of them."""

    scores: tuple[str, ...]
    number: int


class NeverSubmitted(AboutPlayer):
    """The player has never submitted a score in the server."""


class NoScoresHere(AboutPlayer):
    """No score of the player counts in the server: all are removed, or the player is withdrawn."""


class AlreadyWithdrawn(AboutPlayer):
    """An admin has withdrawn the player already."""


class PlayerWithdrawn(AboutPlayer):
    """The player is withdrawn, so that nobody can add a score of theirs."""


@dataclass(eq=False)
class AlreadyExcused(AboutPlayer):
    """The player is excused from the `week`, such as 2026-W47, already."""

    week: str


class NotExcused(AlreadyExcused):
    """The player is not excused from the week, so there is nothing to take back."""


class NotWithdrawn(AboutPlayer):
    """The player is not withdrawn, so nobody can bring them back."""


class NoScoresYet(LeaderboardError):
    """The user asks for what their own scores in the server would tell, and none counts."""


class NoSharedEvent(LeaderboardError):
    """Two players who are compared have scores in no event both."""


class SamePlayer(LeaderboardError):
    """The user compares a player with the same player, or would follow themself."""


class NoRival(LeaderboardError):
    """The user follows nobody, so there is nobody to be told of."""


class SubmitterWithdrawn(LeaderboardError):
    """The player is withdrawn, so their scores do not count."""


@dataclass(eq=False)
class CooldownActive(LeaderboardError):
    """The cooldown of the player in the server ends in `seconds_left` seconds."""

    seconds_left: int


class ClickTooSoon(CooldownActive):
    """The same of the click of a button, which can be repeated."""


@dataclass(eq=False)
class ScoreHeld(LeaderboardError):
    """The `score`, as players read it, would move others far: an admin looks at it before it counts for the `event`."""

    score: str
    event: str


class ScoreBeyondAlarm(ScoreHeld):
    """The same of a score that lies outside the alarm bounds of its event."""


class NothingHeld(LeaderboardError):
    """No such score waits for an admin: it was approved or refused, or never was held in this server."""


@dataclass(eq=False)
class AlarmUnreadable(InvalidSetting):
    """The text `typed` is no number of points of Elo from 1 to `most`."""

    typed: str
    most: int


class AlarmBoundsSwapped(InvalidSetting):
    """The lower alarm bound is above the upper one."""


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


@dataclass(eq=False)
class WeekNotOver(WeekNotRunnable):
    """The week is the current one of an event, until `ends_at`, in UTC: ask first.

    Attributes:
        event: the name of the event.
        event_id: its key.
        next_week: the week that scores would count for; None if the event takes none for that one.
    """

    event: str
    event_id: int
    ends_at: datetime
    next_week: str | None


class WeekWithoutScores(WeekNotRunnable):
    """The week has no scores."""


@dataclass(eq=False)
class WeekWithoutBoard(LeaderboardError):
    """Nobody has a score for the `week`, such as 2026-W47, in the event with the name `event`."""

    event: str
    week: str


@dataclass(eq=False)
class NothingToUndo(LeaderboardError):
    """The event with the name `event` has no weekly run."""

    event: str


@dataclass(eq=False)
class WeekOpenAlready(LeaderboardError):
    """The event has no run of the `week`, such as 2026-W47: it was undone."""

    week: str


@dataclass(eq=False)
class NotTheLatestRun(LeaderboardError):
    """The latest run of the event is that of the week `latest`, not of `week`."""

    week: str
    latest: str


class ButtonOfAnother(LeaderboardError):
    """The bot asked somebody else."""


class ButtonOutdated(LeaderboardError):
    """This version of the bot does not know the button that the user clicked."""


class Restarting(LeaderboardError):
    """The bot is stopping and accepts no more commands."""


class Interrupted(LeaderboardError):
    """The bot is stopping and could not finish the command."""


class Unavailable(LeaderboardError):
    """The database did not answer, or a transaction lost a race too often. A retry may succeed."""


class PictureNotDrawn(LeaderboardError):
    """A picture cannot be drawn now; the log says why."""


@dataclass(eq=False)
class RoleNotGivable(LeaderboardError):
    """The role `role` is everyone's or another program's, so nobody can give it."""

    role: int


class BotLacksManageRoles(RoleNotGivable):
    """The bot may not manage roles."""


class RoleAboveBot(RoleNotGivable):
    """The role stands above the bot's own."""


class RoleAboveAdmin(RoleNotGivable):
    """The admin could not give the role themselves."""


class AwardWithoutElo(InvalidSetting):
    """An award by Elo does not say from which Elo on, or another award says one."""

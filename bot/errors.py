"""Errors that users can cause: codes with fields. `bot.ui.refusals` holds the sentences."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto


class LeaderboardError(Exception):
    """The base of all errors that the bot shows to a user."""


@dataclass(eq=False)
class InvalidScore(LeaderboardError):
    """The event does not accept the score; `event` is the name of the event, or None while it is being created."""

    event: str | None = field(default=None, kw_only=True)


@dataclass(eq=False)
class UnreadableScore(InvalidScore):
    """The bot cannot read the text `typed` as a score."""

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
    """The text is a time, but the event counts numbers, with the unit `unit` or None."""

    unit: str | None


@dataclass(eq=False)
class OtherUnit(UnreadableScore):
    """The text is a number with a unit other than `unit`, that of the event or None; `alone` is the number."""

    unit: str | None
    alone: str


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
    """No event can take the score: it is below -`greatest` or above `greatest`."""

    greatest: int


@dataclass(frozen=True, slots=True)
class Reading:
    """One possible reading of a text as a score.

    Attributes:
        score: in points or seconds.
        text: an unambiguous text for this score.
        shown: the score as players see it, without its unit.
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
    """The same for a score that an admin typed for a player. The answer is text only, without buttons."""


@dataclass(eq=False)
class ScoreInQuestion(AmbiguousScore):
    """The text was submitted to the event with the key `event_id`, which would take each of the readings."""

    event_id: int


@dataclass(frozen=True, slots=True)
class Range:
    """The scores between two bounds, as players see them, without the unit.

    Attributes:
        least: the lower bound; None for none.
        greatest: the upper bound; None for none.
        takes_least: whether the range includes `least` itself.
        takes_greatest: whether the range includes `greatest` itself.
    """

    least: str | None
    greatest: str | None
    takes_least: bool
    takes_greatest: bool


@dataclass(eq=False)
class ScoreOutOfBounds(InvalidScore):
    """The score is outside the bounds of the event.

    Attributes:
        score: the score as players see it, without the unit.
        taken: the scores that the event takes.
        unit: the unit of the event, or None.
        is_time: whether the event counts times.
    """

    score: str
    taken: Range
    unit: str | None
    is_time: bool


class ScoreTooLow(ScoreOutOfBounds):
    """The score is below the lower bound of the event, or equals an excluded bound."""


class ScoreTooHigh(ScoreOutOfBounds):
    """The score is above the upper bound of the event, or equals an excluded bound."""


@dataclass(eq=False)
class InvalidProof(LeaderboardError):
    """The text is not a link to a web page, or has more than `longest` characters."""

    longest: int


class Named(StrEnum):
    """The thing that has a name."""

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


class UnitBeginsWithDigit(InvalidName):
    """The unit begins with a digit, so it would look like a part of the score before it."""


class InvalidSetting(LeaderboardError):
    """An option has no valid value, or two options contradict each other."""


@dataclass(eq=False)
class UnknownTimeZone(InvalidSetting):
    """No time zone matches the text `typed`; `candidates` are the time zones of places with similar names."""

    typed: str
    candidates: tuple[str, ...]


@dataclass(eq=False)
class TimeZoneAmbiguous(InvalidSetting):
    """The text matches any of the time zones `candidates`, the best known first."""

    candidates: tuple[str, ...]


@dataclass(eq=False)
class GraceTooLong(InvalidSetting):
    """The grace before a week closes is negative, or longer than `longest` minutes."""

    longest: int


@dataclass(eq=False)
class MomentUnknown(InvalidSetting):
    """The text `typed` does not name a moment, a day or a week since `moments.EARLIEST`."""

    typed: str


class MomentAhead(MomentUnknown):
    """The moment lies in the future."""


@dataclass(eq=False)
class NotATimeOfDay(InvalidSetting):
    """The text `typed` is not a time of day such as 22:00."""

    typed: str


class NotATextChannel(InvalidSetting):
    """The channel takes no messages, or belongs to another server."""


@dataclass(eq=False)
class EveryoneReads(InvalidSetting):
    """Every member of the server can read the channel with the id `channel`, which must be for admins only."""

    channel: int


class QuietHoursHalf(InvalidSetting):
    """Quiet hours have a beginning but no end, or the reverse."""


class NotAWeek(InvalidSetting):
    """The text is not a week such as 2026-W47."""


class NothingToChange(InvalidSetting):
    """An edit changes nothing."""


@dataclass(eq=False)
class HasTheseRules(NothingToChange):
    """The event already has the rules that the admin has chosen."""

    event: str


@dataclass(eq=False)
class UnitOfTimes(InvalidSetting):
    """An event cannot change to times while it has the unit `unit`."""

    unit: str


class UnitOfNewTimes(InvalidSetting):
    """A new event that counts times cannot have a unit."""


class Bound(StrEnum):
    """The options of an event that are bounds."""

    MIN = "min"
    MAX = "max"
    ALARM_MIN = "alarm-min"
    ALARM_MAX = "alarm-max"


@dataclass(eq=False)
class InvalidBound(InvalidSetting):
    """The text of the bound `option` is not a score; `reason` says why."""

    option: Bound
    reason: InvalidScore


class Rule(StrEnum):
    """The numeric rules of an event."""

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
    """An event with scores, or with a closed week, changes its direction only with its rules.

    Attributes:
        event: its name.
        wanted: the direction that the admin wants.
    """

    event: str
    wanted: str


class BoundsSwapped(InvalidSetting):
    """The lowest score allowed is above the highest one."""


class SeasonSwapped(InvalidSetting):
    """The first week of an event would be after its last one."""


@dataclass(eq=False)
class SeasonOver(InvalidSetting):
    """The last week of an event without scores would be in the past; `current` is the current week."""

    current: str


@dataclass(eq=False)
class SeasonHasScores(InvalidSetting):
    """The bounds would exclude some of the weeks with scores, which range from `first` to `last`."""

    event: str
    first: str
    last: str


@dataclass(eq=False)
class SeasonOpen(LeaderboardError):
    """The event `event` cannot begin a new season: its `week`, such as 2026-W47, has scores and is not closed."""

    event: str
    week: str


@dataclass(eq=False)
class SeasonOpenAhead(SeasonOpen):
    """Like `SeasonOpen`, but the week has not begun, because an earlier one was closed early. It ends at `ends_at`."""

    ends_at: datetime


@dataclass(eq=False)
class SeasonHasHeld(LeaderboardError):
    """The event `event` cannot begin a new season: a held score would count for a week after its last closed one."""

    event: str


@dataclass(eq=False)
class SeasonEmpty(LeaderboardError):
    """The event with the name `event` cannot begin a new season: it has no closed week."""

    event: str


@dataclass(eq=False)
class SeasonPast(LeaderboardError):
    """The event with the name `event` is a past season and cannot begin a new one; `current` is the current event."""

    event: str
    current: str


@dataclass(eq=False)
class RulesChanged(LeaderboardError):
    """The event with the name `event` has other rules than the admin's rehearsal compared with."""

    event: str


@dataclass(eq=False)
class SeasonChanged(LeaderboardError):
    """The event with the name `event` has a different last closed week than the admin's confirmation showed."""

    event: str


@dataclass(eq=False)
class SeasonUnknown(LeaderboardError):
    """The event with the name `event` has no season `typed`; its seasons are 1 to `seasons`."""

    event: str
    typed: str
    seasons: int


class EventNotFound(LeaderboardError):
    """The server has no such event."""


class NoEvents(EventNotFound):
    """The server has no events at all."""


class NoOpenEvents(EventNotFound):
    """The server has events, but none takes scores."""


@dataclass(eq=False)
class EventInQuestion(EventNotFound):
    """No event was named for certain; `candidates` are the names that may be meant, the likeliest first."""

    candidates: tuple[str, ...]


class EventUnnamed(EventInQuestion):
    """No event was named, and several may be meant."""


@dataclass(eq=False)
class EventUnknown(EventInQuestion):
    """No event of the server has the name `typed`; the candidates are the most similar names."""

    typed: str


class EventAmbiguous(EventInQuestion):
    """The text is a part of several names."""


@dataclass(eq=False)
class EventNameTaken(LeaderboardError):
    """Another event of the server already has this name, ignoring case; `taken` is its spelling."""

    taken: str


@dataclass(eq=False)
class ExportTooLarge(LeaderboardError):
    """The event `event` is too large for a file on Discord."""

    event: str


@dataclass(eq=False)
class FileTooLarge(LeaderboardError):
    """A file of scores has more than `most_bytes` bytes or `most_rows` rows."""

    most_bytes: int
    most_rows: int


class NotAScoreFile(LeaderboardError):
    """The file is not a text, or not a table with the columns player, score and time."""


class ImportUnnamed(LeaderboardError):
    """The file is a table of scores, but the admin named no event."""


@dataclass(eq=False)
class EventFileTooLarge(LeaderboardError):
    """An exported event has more than `most_bytes` bytes, or its closed weeks more than `most_results` results."""

    most_bytes: int
    most_results: int


class Flaw(StrEnum):
    """The reasons why a file is not an exported event."""

    ZIP_UNREADABLE = auto()
    ZIP_WITHOUT_EVENT = auto()
    SEVERAL_EVENTS = auto()
    NO_JSON = auto()
    TOO_MANY_MEMBERS = auto()
    TOO_MANY_VALUES = auto()
    MISSING = auto()
    UNKNOWN = auto()
    OUT_OF_RANGE = auto()
    UNEXPECTED = auto()
    IMPOSSIBLE_TIME = auto()
    IMPOSSIBLE_WEEK = auto()
    UNIT_OF_TIMES = auto()
    BOUNDS_SWAPPED = auto()
    ALARM_BOUNDS_SWAPPED = auto()
    WEEKS_SWAPPED = auto()
    HALF_REMOVED = auto()
    LATE_AND_OMITTED = auto()
    PLAYER_TWICE = auto()
    WEEK_TWICE = auto()
    EXCUSE_TWICE = auto()
    PLAYER_MISSING = auto()


@dataclass(frozen=True, slots=True)
class FileMistake:
    """A mistake in a file that should be an exported event.

    Attributes:
        reason: the kind of mistake, or the error that the same text would cause if a user typed it.
        most: the limit that the file exceeds; None if it exceeds none.
        where: the place of the mistake; empty for the whole file.
    """

    reason: Flaw | LeaderboardError
    most: int | None = None
    where: str = ""


@dataclass(eq=False)
class EventFileBroken(LeaderboardError):
    """The file is not an exported event; `mistake` says why."""

    mistake: FileMistake


class EventFileNewer(LeaderboardError):
    """A newer version of the bot has exported the event."""


class FileGone(LeaderboardError):
    """Discord does not return a file that was attached."""


@dataclass(eq=False)
class NothingToImport(LeaderboardError):
    """The event with the name `event` already has every importable score of the file."""

    event: str


@dataclass(eq=False)
class ImportGone(LeaderboardError):
    """The event with the name `event` has no scores of the import left."""

    event: str


@dataclass(eq=False)
class EventArchived(LeaderboardError):
    """The event with the name `event` is archived and accepts no scores."""

    event: str


@dataclass(eq=False)
class EventNotBegun(LeaderboardError):
    """The event with the name `event` accepts scores only from `begins_at`, in UTC."""

    event: str
    begins_at: datetime


@dataclass(eq=False)
class WeekBeforeFirst(EventNotBegun):
    """The same for a score of an earlier time; the `first_week`, such as 2026-W47, may have begun since."""

    first_week: str


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
    """Discord has delivered the same use of a command twice. The bot handles it once."""


class AlreadyCounted(DeliveredTwice):
    """The log already holds the submission."""


class AlreadyDone(DeliveredTwice):
    """The audit log already holds the admin's command."""


class AlreadyTakenBack(DeliveredTwice):
    """The player has already taken back the submission."""


class NothingStored(DeliveredTwice):
    """Nothing is stored about the user to erase; perhaps they have just been erased."""


@dataclass(eq=False)
class ErasureUnconfirmed(LeaderboardError):
    """The user has typed a different word from the requested one, and is not erased."""

    typed: str
    word: str


class TooLateToTakeBack(LeaderboardError):
    """Too much time has passed to take back a submission, or its week is closed."""


class NothingToTakeBack(LeaderboardError):
    """The submission does not exist, or an admin has removed it."""


class SubmitterErased(LeaderboardError):
    """The user submitted the score, but has been erased since."""


class SubmittedByAnother(LeaderboardError):
    """Only the player who submitted a score can take it back."""


@dataclass(eq=False)
class AboutPlayer(LeaderboardError):
    """What the user asks for does not apply to the player with Discord's id `player`."""

    player: int


@dataclass(eq=False)
class NothingToRemove(AboutPlayer):
    """The event has no such score of the player, or the score is already removed."""

    event: str


class RemovedAlready(NothingToRemove):
    """The score that an admin has picked is already removed."""


class NoScores(NothingToRemove):
    """The event has no score of the player at all."""


class NoOwnScores(NoScores):
    """The asking player has no score in this event."""


class NoOwnScoresYet(NoOwnScores):
    """The asking player has no score in this event, which takes scores."""


class SeveralGoals(LeaderboardError):
    """A player asks about several goals at once: a rank, an Elo, another player."""


class AheadOfOneself(LeaderboardError):
    """Players cannot overtake themselves."""


@dataclass(eq=False)
class NothingToRestore(AboutPlayer):
    """The event has no such removed score of the player."""

    event: str


class RestoredAlready(NothingToRestore):
    """The score that an admin has picked is not removed any more."""


class NoRemovedScores(NothingToRestore):
    """The event has no removed score of the player at all."""


@dataclass(eq=False)
class SeveralScores(LeaderboardError):
    """The admin's text matches `number` scores; `scores` are the names of the latest of them."""

    scores: tuple[str, ...]
    number: int


class NeverSubmitted(AboutPlayer):
    """The player has never submitted a score in the server."""


class NoScoresHere(AboutPlayer):
    """No score of the player counts in the server: all are removed, or the player is withdrawn."""


class AlreadyWithdrawn(AboutPlayer):
    """The player is already withdrawn."""


class PlayerWithdrawn(AboutPlayer):
    """The player is withdrawn, so nobody can add a score for them."""


@dataclass(eq=False)
class AlreadyExcused(AboutPlayer):
    """The player is already excused from the `week`, such as 2026-W47."""

    week: str


class NotExcused(AlreadyExcused):
    """The player is not excused from the week, so there is no excuse to withdraw."""


class NotWithdrawn(AboutPlayer):
    """The player is not withdrawn, so nobody can bring them back."""


class NoScoresYet(LeaderboardError):
    """The user asks about their own scores in the server, but none counts."""


class NoSharedEvent(LeaderboardError):
    """The two compared players share no event."""


class SamePlayer(LeaderboardError):
    """The user compares a player with themselves, or would follow themselves."""


class NoRival(LeaderboardError):
    """The user follows nobody, so there is no rival to report on."""


class SubmitterWithdrawn(LeaderboardError):
    """The player is withdrawn, so their scores do not count."""


@dataclass(eq=False)
class CooldownActive(LeaderboardError):
    """The cooldown of the player in the server lasts `until` this instant."""

    until: datetime


class ClickTooSoon(CooldownActive):
    """The same for a click on a button, which the user can repeat."""


@dataclass(eq=False)
class ScoreHeld(LeaderboardError):
    """The `score` would move others far, so an admin must approve it before it counts for the `event`.

    If the current week is closed, it would count for `later_week`, such as 2026-W48.
    """

    score: str
    event: str
    later_week: str | None = None


class ScoreBeyondAlarm(ScoreHeld):
    """The same for a score outside the alarm bounds of its event."""


class NothingHeld(LeaderboardError):
    """No such score waits: it was approved, refused or taken back, or was never held in this server."""


@dataclass(eq=False)
class AlarmUnreadable(InvalidSetting):
    """The text `typed` is not a number of Elo points from 1 to `most`."""

    typed: str
    most: int


class AlarmBoundsSwapped(InvalidSetting):
    """The lower alarm bound is above the upper one."""


@dataclass(eq=False)
class NotAllowed(LeaderboardError):
    """Only admins of the server may do this; `admin_role` is Discord's id of its admin role, None for none."""

    admin_role: int | None


class ServerOnly(LeaderboardError):
    """The user sent the command in a direct message instead of a server."""


@dataclass(eq=False)
class WeekNotRunnable(LeaderboardError):
    """The week, such as 2026-W47, cannot be run."""

    week: str


@dataclass(eq=False)
class WeekNotBegun(WeekNotRunnable):
    """The week is later than the current one, `current`."""

    current: str


@dataclass(eq=False)
class WeekClosedAlready(WeekNotRunnable):
    """The week was run at `ran_at`, in UTC."""

    ran_at: datetime


@dataclass(eq=False)
class WeekClosedEarly(WeekClosedAlready):
    """The current week was closed before its end; scores count for `open_week`."""

    open_week: str


@dataclass(eq=False)
class WeekNotOver(WeekNotRunnable):
    """The week is the current one of an event and ends at `ends_at`, in UTC: ask for confirmation first.

    Attributes:
        event: the name of the event.
        event_id: the key of the event.
        next_week: the week that scores would then count for; None if the event would take none.
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
    """The event has no run of the `week`, such as 2026-W47: the run was undone."""

    week: str


@dataclass(eq=False)
class WeekNotRated(LeaderboardError):
    """The `week`, such as 2026-W47, is not closed, or has been reopened."""

    week: str


@dataclass(eq=False)
class WeekClosedAnew(LeaderboardError):
    """The close of the `week`, such as 2026-W47, was undone before, and the week has been closed again since."""

    week: str


@dataclass(eq=False)
class NotTheLatestRun(LeaderboardError):
    """The latest run of the event is of the week `latest`, not of `week`."""

    week: str
    latest: str


class ButtonOfAnother(LeaderboardError):
    """The bot asked a different user."""


class ButtonOutdated(LeaderboardError):
    """This version of the bot does not know the button that the user clicked."""


class Restarting(LeaderboardError):
    """The bot is stopping and accepts no more commands, or has just started and does not know the server yet."""


class Interrupted(LeaderboardError):
    """The bot is stopping and could not finish the command."""


class Unavailable(LeaderboardError):
    """The database did not answer, or a transaction lost too many races. A retry may succeed."""


class PictureNotDrawn(LeaderboardError):
    """The picture could not be drawn; the log says why."""


@dataclass(eq=False)
class RoleNotGivable(LeaderboardError):
    """Nobody can give the role `role`, because it is everyone's or another program's."""

    role: int


class BotLacksManageRoles(RoleNotGivable):
    """The bot may not manage roles."""


class RoleAboveBot(RoleNotGivable):
    """The role is above the bot's highest role."""


class RoleAboveAdmin(RoleNotGivable):
    """The admin could not give the role themselves."""


class AwardWithoutElo(InvalidSetting):
    """An award by Elo lacks its Elo, or another award has one."""

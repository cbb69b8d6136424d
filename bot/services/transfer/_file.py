"""The file from which an event can be restored: its settings, players, log and runs.

Everything else follows from these.

It holds the running statistics and the fields of the runs with all digits, so that every Elo is rounded the same way.
"""

import json
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    FailFast,
    Field,
    ValidationError,
    model_validator,
)

from bot.domain.events import GREATEST_ALARM
from bot.domain.rules import Attendance, Method, Rules
from bot.domain.scores import MAX_SCORE, ScoreDirection, ScoreFormat, settled
from bot.domain.servers import GREATEST_ID
from bot.domain.text import clean_display_name, clean_event_name, clean_proof, clean_reason, clean_unit
from bot.domain.weeks import Week
from bot.errors import FileMistake, Flaw, LeaderboardError, RuleOutOfRange

FORMAT, VERSION = "leaderboard-event", 1
FILE_NAME = "event.json"
MOST_NAMED = 5
"""How many mistakes of a file are named."""
MOST_MEMBERS = 100
"""The most members of an object; no valid object has more. Each unknown member costs memory, because it counts as a
mistake."""
LONGEST_TEXT = 10_000
"""More code points than any text of the bot has; a bound that keeps cleaning fast."""

FLAWS = {
    "missing": Flaw.MISSING,
    "extra_forbidden": Flaw.UNKNOWN,
    "greater_than": Flaw.OUT_OF_RANGE,
    "greater_than_equal": Flaw.OUT_OF_RANGE,
    "less_than": Flaw.OUT_OF_RANGE,
    "less_than_equal": Flaw.OUT_OF_RANGE,
    "finite_number": Flaw.OUT_OF_RANGE,
    "string_too_long": Flaw.OUT_OF_RANGE,
    "json_invalid": Flaw.NO_JSON,
}
"""What pydantic's types of errors mean; all others mean `Flaw.UNEXPECTED`."""

T = TypeVar("T")
Item = TypeVar("Item")


class NotAnEventFile(Exception):
    """The text is not an exported event.

    Attributes:
        mistakes: the mistakes in the text, at most `MOST_NAMED`.
        is_newer: whether a newer version of the bot has exported it.
    """

    def __init__(self, mistakes: Iterable[FileMistake], *, is_newer: bool = False) -> None:
        super().__init__()
        self.mistakes, self.is_newer = tuple(mistakes), is_newer


class _Refused(ValueError):
    """Tells the validation why the bot does not take a part of the file."""

    def __init__(self, reason: Flaw | LeaderboardError) -> None:
        super().__init__()
        self.reason = reason


def _cleaned(clean: Callable[[Any], T]) -> AfterValidator:
    """Return a validator that cleans a text as if a user had typed it."""

    def check(text: Any) -> T:
        try:
            return clean(text)
        except LeaderboardError as error:
            raise _Refused(error) from None

    return AfterValidator(check)


Id = Annotated[int, Field(ge=-GREATEST_ID, le=GREATEST_ID)]
"""Discord's id of a user, or the negative number of an erased user."""
Score = Annotated[float, Field(ge=-MAX_SCORE, le=MAX_SCORE, allow_inf_nan=False), AfterValidator(settled)]
Number = Annotated[float, Field(allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, lt=2**31)]
Elo = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
WeekCode = Annotated[Text, _cleaned(lambda text: Week.parse(text).code)]
Name = Annotated[Text, _cleaned(clean_display_name)]
# Stop at the first mistake: all mistakes of a large file would fill the memory.
List = Annotated[tuple[Item, ...], FailFast()]


class _Part(BaseModel):
    # Refuse unknown keys: a newer version may add some that change ratings.
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileStatistics(_Part):
    """The running statistics of the personal bests."""

    count: Count
    origin: Score
    mean: Number
    m2: NotNegative
    m2_peak: NotNegative


class FileRules(_Part):
    """The rules of the event."""

    method: Method
    uses_logarithm: bool
    attendance: Attendance
    best_of: Count
    last_weeks: Count
    all_time_weight: NotNegative
    missed_week_elo: Elo | None
    min_weeks: Count
    min_field: Count

    @property
    def rules(self) -> Rules:
        """The rules as a domain object."""
        return Rules(**self.model_dump())

    @model_validator(mode="after")
    def _check(self) -> "FileRules":
        try:
            self.rules.check()
        except RuleOutOfRange as error:
            raise _Refused(error) from None
        return self


class FileEvent(_Part):
    """The settings of the event."""

    name: Annotated[Text, _cleaned(clean_event_name)]
    direction: ScoreDirection
    format: ScoreFormat
    unit: Annotated[Text, _cleaned(clean_unit)] | None
    min_score: Score | None
    max_score: Score | None
    alarm_elo: Annotated[int, Field(gt=0, le=GREATEST_ALARM)] | None
    alarm_min: Score | None
    alarm_max: Score | None
    is_active: bool
    season: Annotated[int, Field(ge=1, lt=2**31)]
    season_of: Annotated[Text, _cleaned(clean_event_name)] | None
    first_week: WeekCode | None
    last_week: WeekCode | None
    rules: FileRules
    statistics: FileStatistics

    @model_validator(mode="after")
    def _check(self) -> "FileEvent":
        if self.unit is not None and self.format is ScoreFormat.TIME:
            raise _Refused(Flaw.UNIT_OF_TIMES)
        if self.min_score is not None and self.max_score is not None and self.min_score > self.max_score:
            raise _Refused(Flaw.BOUNDS_SWAPPED)
        if self.alarm_min is not None and self.alarm_max is not None and self.alarm_min > self.alarm_max:
            raise _Refused(Flaw.ALARM_BOUNDS_SWAPPED)
        if self.first_week is not None and self.last_week is not None and self.first_week > self.last_week:
            raise _Refused(Flaw.WEEKS_SWAPPED)
        return self


class FilePlayer(_Part):
    """A player of the event."""

    discord_id: Id
    username: Name
    name: Name
    withdrawn_at: AwareDatetime | None


class FileRun(_Part):
    """A weekly run, without its results."""

    week: WeekCode
    ran_at: AwareDatetime
    ran_by: Id
    field_size: Count
    field_origin: Score
    field_centre: Number
    field_spread: NotNegative
    base_elo: Elo
    elo_per_sigma: Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]
    missed_week_elo: Elo
    omitted: List[Id]


class FileSubmission(_Part):
    """A row of the log."""

    player: Id
    score: Score
    week: WeekCode
    made_in_week: WeekCode
    submitted_at: AwareDatetime
    proof: Annotated[Text, _cleaned(clean_proof)] | None
    removed_at: AwareDatetime | None
    removed_by: Id | None
    removal_reason: Annotated[Text, _cleaned(clean_reason)] | None
    is_omitted: bool
    is_late: bool
    added_by: Id | None

    @model_validator(mode="after")
    def _check(self) -> "FileSubmission":
        if (self.removed_at is None) != (self.removed_by is None):
            raise _Refused(Flaw.HALF_REMOVED)
        if self.is_late and self.is_omitted:
            raise _Refused(Flaw.LATE_AND_OMITTED)
        return self


class FileExcuse(_Part):
    """A week that does not count as missed for a player."""

    player: Id
    week: WeekCode
    excused_at: AwareDatetime
    excused_by: Id
    reason: Annotated[Text, _cleaned(clean_reason)] | None


class EventFile(_Part):
    """An exported event; `submissions` are in the order in which they were made."""

    format: Literal["leaderboard-event"]
    version: Literal[1]
    exported_at: AwareDatetime
    time_zone: Text
    event: FileEvent
    players: List[FilePlayer]
    runs: List[FileRun]
    submissions: List[FileSubmission]
    excuses: List[FileExcuse]

    @model_validator(mode="after")
    def _check(self) -> "EventFile":
        players = {one.discord_id for one in self.players}
        if len(players) < len(self.players):
            raise _Refused(Flaw.PLAYER_TWICE)
        if len({run.week for run in self.runs}) < len(self.runs):
            raise _Refused(Flaw.WEEK_TWICE)
        if len({(one.player, one.week) for one in self.excuses}) < len(self.excuses):
            raise _Refused(Flaw.EXCUSE_TWICE)
        named = {one.player for one in self.submissions} | {one.player for one in self.excuses}
        named = named.union(*(run.omitted for run in self.runs))
        if named - players:
            raise _Refused(Flaw.PLAYER_MISSING)
        return self


def read_event_file(content: bytes) -> EventFile:
    """Read an exported event.

    Raises:
        NotAnEventFile: the content is not an exported event, or one of an unsupported version.
    """
    try:
        text = content.decode("utf-8-sig")
        json.loads(text, object_pairs_hook=_check_members)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise NotAnEventFile([FileMistake(Flaw.NO_JSON, where=place)]) from None
    except (ValueError, RecursionError):
        raise NotAnEventFile([FileMistake(Flaw.NO_JSON)]) from None
    try:
        return EventFile.model_validate_json(text)
    except ValidationError as error:
        mistakes = error.errors()
        versions = [one["input"] for one in mistakes if one["loc"] == ("version",)]
        is_ours = not any(one["loc"] == ("format",) for one in mistakes)
        is_newer = is_ours and any(isinstance(version, int) and version > VERSION for version in versions)
        raise NotAnEventFile(map(_mistake, mistakes[:MOST_NAMED]), is_newer=is_newer) from None


def _check_members(members: list[tuple[str, Any]]) -> None:
    if len(members) > MOST_MEMBERS:
        raise NotAnEventFile([FileMistake(Flaw.TOO_MANY_MEMBERS, MOST_MEMBERS)])


def _mistake(error: Any) -> FileMistake:
    where = " ".join(str(part + 1 if isinstance(part, int) else part) for part in error["loc"])
    raised = error.get("ctx", {}).get("error")
    if isinstance(raised, _Refused):
        return FileMistake(raised.reason, where=where)
    return FileMistake(FLAWS.get(error["type"], Flaw.UNEXPECTED), where=where)

"""Parse files of scores: tables of player, score and time, as people, spreadsheets and the bot's export write them."""

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum, auto

from bot.domain.clock import instant_at
from bot.domain.events import EventInfo
from bot.domain.moments import EARLIEST
from bot.domain.scores import ScoreFormat, settled
from bot.domain.seasons import check_in_season
from bot.domain.servers import GREATEST_ID
from bot.domain.weeks import Week, counting_week
from bot.errors import (
    AmbiguousScore,
    CommaInScore,
    EventEnded,
    EventNotBegun,
    FileTooLarge,
    InvalidScore,
    NotAScoreFile,
    ScoreOutOfBounds,
    ScoreOutOfRange,
)

MOST_BYTES = 1_000_000
MOST_ROWS = 5_000
"""The most rows in a file. Larger files must be split, because one transaction imports a file and others wait for
it."""

COMMAS_ARE_DECIMAL = "de"
"""A language in which a comma may begin decimals, so that such scores count as ambiguous."""

_TITLES = {
    "player": ("player", "name", "username"),
    "discord": ("discord", "discord_id", "player_id", "id"),
    "score": ("score", "points"),
    "time": ("time", "submitted_at", "date", "when"),
    "removed": ("removed_at",),
}
_SEPARATORS = (",", ";", "\t")
_NAMED_SEPARATOR = re.compile(r"sep=([,;\t])\r?\n")
_MENTION = re.compile(r"<@!?([0-9]{1,20})>|([0-9]{15,20})")
_PLAIN = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,9})?")
_DECIMALS = re.compile(r"-?[0-9]+\.[0-9]+")
_GROUPED = re.compile(r"-?[1-9][0-9]{0,2}\.[0-9]{3}")
_FORMER = re.compile(r"former [0-9]+")
"""How an export writes erased players."""
_ONE_DIGIT_OF_HOURS = re.compile(r"(?<=[ T])[0-9](?=:)")
_DAY_FIRST = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(.*)", re.DOTALL)
_TICK = timedelta(microseconds=1)
LENGTH_OF_DAY = len("2026-11-21")


class Problem(StrEnum):
    """The reasons why a row of a file cannot be imported; `bot.ui.transfer` has a sentence for each."""

    CELLS = auto()
    PLAYER = auto()
    PLAYERS = auto()
    WITHDRAWN = auto()
    SCORE = auto()
    UNCLEAR = auto()
    POINT = auto()
    COMMA = auto()
    BOUNDS = auto()
    TIME = auto()
    AHEAD = auto()
    TODAY = auto()
    SEASON = auto()
    REMOVED = auto()


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A row of a file, as written there.

    Attributes:
        line: the number of the row's last line, from 1.
        discord: a mention or an id; empty if there is no such column.
        may_group: whether a point in the score may separate thousands, judging by the whole file.
    """

    line: int
    player: str
    discord: str
    score: str
    time: str
    is_removed: bool
    may_group: bool = False


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be imported.

    Attributes:
        cell: the contents of the faulty cell, as written; not escaped.
    """

    line: int
    cell: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class FileScore:
    """A score of a file that can be imported.

    Attributes:
        player: Discord's id.
        name: the player's name in the file.
        week: the week that it counts for; `made_in` is the week in which it was made.
        is_late: whether that week is closed, and will be rerun.
    """

    player: int
    name: str
    score: float
    at: datetime
    week: Week
    made_in: Week
    is_late: bool


@dataclass(frozen=True, slots=True)
class Server:
    """What the import of scores needs to know about a server.

    Attributes:
        named: the ids of the players with each name.
        withdrawn: the ids of withdrawn players.
        closed: when each closed week of the event was closed.
        logged: the entries of the event's log: player, score and time.
    """

    zone: str
    named: Mapping[str, Collection[int]]
    withdrawn: Collection[int]
    closed: Mapping[Week, datetime]
    logged: Collection[tuple[int, float, datetime]]


@dataclass(frozen=True, slots=True)
class ScoreImportPlan:
    """The effect that importing a file of scores would have.

    Attributes:
        new: the scores to import, in the order of their times.
        known: how many rows are already in the log, or occur twice in the file.
        bad: the rows that cannot be imported.
    """

    event: EventInfo
    new: tuple[FileScore, ...]
    known: int
    bad: tuple[BadRow, ...]

    @property
    def weeks(self) -> tuple[Week, ...]:
        """The closed weeks to rerun, the earliest first."""
        return tuple(sorted({one.week for one in self.new if one.is_late}))

    @property
    def players(self) -> int:
        """How many players have new scores."""
        return len({one.player for one in self.new})


@dataclass(frozen=True, slots=True)
class ScoreImportResult:
    """The result of an import.

    Attributes:
        import_id: the key of the import, by which it can be undone.
    """

    plan: ScoreImportPlan
    import_id: int


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The result of undoing an import.

    Attributes:
        scores: how many scores were deleted from the log.
        weeks: the closed weeks that were rerun without them.
    """

    event: EventInfo
    scores: int
    weeks: tuple[Week, ...]


def read_score_file(content: bytes) -> tuple[ScoreRow, ...]:
    """Parse the rows of a table with the columns player, score and time.

    The first line may name the columns, in any order; without names, they have this order. Commas, semicolons or tabs
    separate the cells.

    Raises:
        FileTooLarge: the file exceeds `MOST_BYTES` or `MOST_ROWS`.
        NotAScoreFile: the file is not a text, or has no such columns.
    """
    if len(content) > MOST_BYTES:
        raise FileTooLarge(MOST_BYTES, MOST_ROWS)
    text = _decode(content)
    separator, text, lines_before = _separator_of(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    columns: dict[str, int] | None = None
    rows: list[ScoreRow] = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns, is_title = _columns_of(cells)
                if is_title:
                    continue
            if len(rows) == MOST_ROWS:
                raise FileTooLarge(MOST_BYTES, MOST_ROWS)
            rows.append(_row(lines_before + reader.line_num, cells, columns))
    except csv.Error:
        raise NotAScoreFile from None
    if columns is None:
        raise NotAScoreFile
    # Where spreadsheets separate cells with commas, they write decimals with points.
    may_group = separator != "," and not any(_begins_decimals(row.score) for row in rows)
    return tuple(replace(row, may_group=may_group) for row in rows)


def _begins_decimals(score: str) -> bool:
    """Tell whether the point in a score cannot separate thousands."""
    return _DECIMALS.fullmatch(score) is not None and _GROUPED.fullmatch(score) is None


def names_in(rows: Iterable[ScoreRow]) -> set[str]:
    """Return the names in rows that identify players by name rather than by id."""
    return {row.player for row in rows if _id_of(row) is None and row.player}


def players_in(rows: Iterable[ScoreRow]) -> set[int]:
    """Return the ids in rows that identify players by id."""
    found = (_id_of(row) for row in rows)
    return {who for who in found if who is not None and 0 < who <= GREATEST_ID}


def plan_scores(rows: Sequence[ScoreRow], event: EventInfo, server: Server, now: datetime) -> ScoreImportPlan:
    """Return the effect that importing rows into an event would have."""
    new: list[FileScore] = []
    bad: list[BadRow] = []
    there, known = set(server.logged), 0
    for row in rows:
        try:
            read = _read(row, event, server, now)
        except _UnfitError as error:
            bad.append(BadRow(row.line, error.cell, error.problem))
            continue
        if (key := (read.player, read.score, read.at)) in there:
            known += 1
        else:
            there.add(key)
            new.append(read)
    return ScoreImportPlan(event, tuple(sorted(new, key=lambda one: one.at)), known, tuple(bad))


class _UnfitError(Exception):
    """A row cannot be imported because of the contents of a cell."""

    def __init__(self, cell: str, problem: Problem) -> None:
        super().__init__()
        self.cell, self.problem = cell, problem


def _decode(content: bytes) -> str:
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError:
        if is_wide:
            raise NotAScoreFile from None
        # Spreadsheets on Windows use this encoding by default.
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise NotAScoreFile
    return text


def _separator_of(text: str) -> tuple[str, str, int]:
    """Return the cell separator, the text without a line that only names it, and the number of such lines."""
    if named := _NAMED_SEPARATOR.match(text):
        return named[1], text[named.end() :], 1
    first = text.lstrip("\r\n").partition("\n")[0]
    return max(_SEPARATORS, key=first.count), text, 0


def _columns_of(cells: Sequence[str]) -> tuple[dict[str, int], bool]:
    """Return the places of the columns according to a first row, and whether that row names them."""
    titles = [cell.strip().casefold() for cell in cells]
    found = {
        column: next(titles.index(name) for name in names if name in titles)
        for column, names in _TITLES.items()
        if any(name in titles for name in names)
    }
    if {"score", "time"} <= found.keys() and {"player", "discord"} & found.keys():
        return found, True
    if len(cells) < len(("player", "score", "time")):
        raise NotAScoreFile
    return {"player": 0, "score": 1, "time": 2}, False


def _row(line: int, cells: Sequence[str], columns: Mapping[str, int]) -> ScoreRow:
    def cell(column: str) -> str:
        place = columns.get(column)
        # An export puts an apostrophe before text that a spreadsheet would take for a formula.
        return "" if place is None or place >= len(cells) else cells[place].strip().removeprefix("'")

    return ScoreRow(line, cell("player"), cell("discord"), cell("score"), cell("time"), bool(cell("removed")))


def _id_of(row: ScoreRow) -> int | None:
    for written in map(_MENTION.fullmatch, (row.discord, row.player)):
        if written is not None:
            return int(written[1] or written[2])
    return None


def _read(row: ScoreRow, event: EventInfo, server: Server, now: datetime) -> FileScore:
    if not (row.player or row.discord) or not row.score or not row.time:
        raise _UnfitError(row.player or row.discord, Problem.CELLS)
    if row.is_removed:
        raise _UnfitError(row.score, Problem.REMOVED)
    who, score, at = _player_of(row, server), _score_of(row, event), _instant_of(row.time, server.zone, now)
    made_in = Week.at(at, server.zone)
    week = counting_week(made_in, [one for one, closed_at in server.closed.items() if closed_at <= at])
    try:
        check_in_season(event, week, server.zone)
    except (EventNotBegun, EventEnded):
        raise _UnfitError(row.time, Problem.SEASON) from None
    is_name = row.player and _MENTION.fullmatch(row.player) is None
    return FileScore(who, row.player if is_name else str(who), score, at, week, made_in, week in server.closed)


def _player_of(row: ScoreRow, server: Server) -> int:
    cell, who = row.discord or row.player, _id_of(row)
    if who is None:
        if _FORMER.fullmatch(row.discord):
            raise _UnfitError(cell, Problem.PLAYER)
        named = server.named.get(row.player, ())
        if len(named) != 1:
            raise _UnfitError(cell, Problem.PLAYERS if named else Problem.PLAYER)
        [who] = named
    if not 0 < who <= GREATEST_ID:
        raise _UnfitError(cell, Problem.PLAYER)
    if who in server.withdrawn:
        raise _UnfitError(cell, Problem.WITHDRAWN)
    return who


def _score_of(row: ScoreRow, event: EventInfo) -> float:
    text = row.score
    is_grouped = row.may_group and event.style.format is ScoreFormat.NUMBER and _GROUPED.fullmatch(text)
    try:
        score = float(text) if _PLAIN.fullmatch(text) and not is_grouped else event.read(text, COMMAS_ARE_DECIMAL)
        event.check(score)
    except CommaInScore:
        raise _UnfitError(text, Problem.COMMA) from None
    except AmbiguousScore:
        raise _UnfitError(text, Problem.POINT if is_grouped else Problem.UNCLEAR) from None
    except (ScoreOutOfBounds, ScoreOutOfRange):
        raise _UnfitError(text, Problem.BOUNDS) from None
    except InvalidScore:
        raise _UnfitError(text, Problem.SCORE) from None
    return settled(score)


def _instant_of(text: str, zone: str, now: datetime) -> datetime:
    """Return the instant of a cell; for a day, its last instant, so that nobody gets ahead of an equal score."""
    iso = _ONE_DIGIT_OF_HOURS.sub(r"0\g<0>", text)
    if day_first := _DAY_FIRST.fullmatch(iso):
        day, month, year, rest = day_first.groups()
        iso = f"{year}-{month:>02}-{day:>02}{rest}"
    is_day = len(iso) <= LENGTH_OF_DAY
    try:
        written = datetime.fromisoformat(iso)
        if is_day:
            written += timedelta(days=1) - _TICK
        at = instant_at(written, zone) if written.tzinfo is None else written.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _UnfitError(text, Problem.TIME) from None
    if at < EARLIEST:
        raise _UnfitError(text, Problem.TIME)
    if at > now:
        has_begun = is_day and at - timedelta(days=1) < now
        raise _UnfitError(text, Problem.TODAY if has_begun else Problem.AHEAD)
    return at

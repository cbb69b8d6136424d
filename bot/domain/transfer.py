"""Exported files and their import: cells that are harmless in a spreadsheet, and the plans of imports."""

import re
from dataclasses import dataclass

_BEGINS_FORMULA = re.compile(r"(^|;|\t)(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n])")
"""The places where a spreadsheet would begin a formula: at the beginning of a cell, or after what may be its end. Some
spreadsheets also accept the full-width forms of the signs."""
_NOT_IN_FILE_NAMES = re.compile(r"[^a-z0-9]+")
LONGEST_FILE_NAME = 50

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class ExportedEvent:
    """An event as one file.

    Attributes:
        event: the name of the event, not escaped.
        file_name: a name for the file, of letters, digits and hyphens.
        content: a ZIP archive.
    """

    event: str
    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class EventImportPlan:
    """The effect that importing an exported event would have.

    Attributes:
        name: the name of the event.
        is_here: whether the server has all of it already, so that there is nothing to import.
        players: the number of its players; `newcomers` of them are new to the server.
        submissions: the number of its submissions, including removed ones.
        runs: the number of its closed weeks.
        zones: the time zones of the original server and of this one.
    """

    name: str
    is_here: bool
    players: int
    newcomers: int
    submissions: int
    runs: int
    zones: tuple[str, str]


@dataclass(frozen=True, slots=True)
class PlannedEventImport:
    """The effect that importing a file would have, and the data to import.

    Attributes:
        content: a ZIP archive with the event alone, under its new name.
    """

    plan: EventImportPlan
    content: bytes


def inert(value: Cell) -> Cell:
    """Return a cell value that no spreadsheet takes for a formula; numbers stay."""
    if isinstance(value, str):
        return _BEGINS_FORMULA.sub(r"\1'", value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def file_name(event: str, ending: str) -> str:
    """Return a file name for an event, of letters, digits and hyphens, whatever the event is called."""
    bare = _NOT_IN_FILE_NAMES.sub("-", event.casefold())[:LONGEST_FILE_NAME].strip("-")
    return f"{bare or 'event'}.{ending}"

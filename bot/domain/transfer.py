"""What is carried out of the bot, and in: cells that are inert in a spreadsheet, and what an import would do."""

import re
from dataclasses import dataclass

_BEGINS_FORMULA = re.compile(r"(^|;|\t)(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n])")
"""Where a spreadsheet would compute: at the beginning, or behind what it may take for the end of a cell.

Some take the wide forms of the signs as well.
"""
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
    """What importing an exported event would do.

    Attributes:
        name: the name of the event.
        is_here: whether all of it is in the server already, so that there is nothing to import.
        players: how many players it has; `newcomers` of them are not known in the server.
        submissions: how many submissions it has, removed ones included.
        runs: how many closed weeks it has.
        zones: the time zones of the server that it comes from, and of the one that it goes to.
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
    """What importing a file would do, and what is to be imported.

    Attributes:
        content: a ZIP archive of the event alone, under the name that it is to have.
    """

    plan: EventImportPlan
    content: bytes


def inert(value: Cell) -> Cell:
    """Return what to write into a cell so that no spreadsheet takes a user's text for a formula; numbers stay."""
    if isinstance(value, str):
        return _BEGINS_FORMULA.sub(r"\1'", value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def file_name(event: str, ending: str) -> str:
    """Return a name for a file about an event, of letters, digits and hyphens, whatever the event is called."""
    bare = _NOT_IN_FILE_NAMES.sub("-", event.casefold())[:LONGEST_FILE_NAME].strip("-")
    return f"{bare or 'event'}.{ending}"

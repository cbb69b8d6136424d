"""Read exported events that admins attach: `event.json`, alone or in a ZIP archive, within safe limits."""

import io
import json
import re
import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from bot.domain.moments import EARLIEST
from bot.domain.text import clean_event_name
from bot.domain.weeks import LATEST_WEEK, Week
from bot.errors import EventFileBroken, EventFileNewer, EventFileTooLarge, FileMistake, Flaw
from bot.services.transfer._file import FILE_NAME, EventFile, NotAnEventFile, read_event_file

MOST_EVENT_BYTES = 5_000_000
MOST_VALUES = 500_000
"""The most values in an event file. A valid file of `MOST_EVENT_BYTES` has half as many; each mistake copies all values
around it."""
MOST_RESULTS = 100_000
"""The most results of closed weeks, players times weeks, because one transaction imports them all. Larger imports are
left to the operator."""
FURTHEST_WEEK = timedelta(weeks=2)
"""How far ahead a score's week may lie: at most the next week, which may have begun in another time zone."""

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_JSON = re.compile(rb"(\xef\xbb\xbf)?\s*(\{\s*[\"}]|\[\s*[\"{\[\]])")


def is_event_file(content: bytes) -> bool:
    """Return whether a file is an exported event rather than a table of scores."""
    return content.startswith(_ZIP) or _JSON.match(content) is not None


def unpack_event(content: bytes) -> bytes:
    """Return `event.json`, unpacked if it is in an archive.

    Raises:
        EventFileTooLarge: it is larger than `MOST_EVENT_BYTES`; unpacking stops there.
        EventFileBroken: the archive cannot be read, or does not contain the file.
    """
    event = _unzip(content) if content.startswith(_ZIP) else content
    if len(event) > MOST_EVENT_BYTES:
        raise EventFileTooLarge(MOST_EVENT_BYTES, MOST_RESULTS)
    return event


def pack_event(event: bytes, name: str | None) -> bytes:
    """Return an archive with an `event.json`; a given `name` replaces the event's name in it."""
    if name is not None:
        document = json.loads(event.decode("utf-8-sig"))
        document["event"]["name"] = clean_event_name(name)
        event = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    archive = io.BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as files:
        files.writestr(FILE_NAME, event)
    return archive.getvalue()


def read_strangers_event(event: bytes, now: datetime) -> EventFile:
    """Read an `event.json` from an untrusted source.

    Raises:
        EventFileBroken: the file is not valid, or has impossible times.
        EventFileNewer: a newer version of the bot wrote it.
        EventFileTooLarge: its closed weeks have more than `MOST_RESULTS` results.
    """
    if event.count(b",") > MOST_VALUES:
        raise _broken(Flaw.TOO_MANY_VALUES, MOST_VALUES)
    try:
        file = read_event_file(event)
    except NotAnEventFile as error:
        raise EventFileNewer if error.is_newer else EventFileBroken(error.mistakes[0]) from None
    if len(file.players) * len(file.runs) > MOST_RESULTS:
        raise EventFileTooLarge(MOST_EVENT_BYTES, MOST_RESULTS)
    _check_times(file, now)
    return file


def _unzip(content: bytes) -> bytes:
    try:
        with ZipFile(io.BytesIO(content)) as files:
            found = [one for one in files.infolist() if one.filename.rpartition("/")[2] == FILE_NAME]
            if len(found) != 1:
                raise _broken(Flaw.SEVERAL_EVENTS if found else Flaw.ZIP_WITHOUT_EVENT)
            # Other compression methods may allocate gigabytes before they unpack a byte.
            if found[0].compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                raise _broken(Flaw.ZIP_UNREADABLE)
            with files.open(found[0]) as file:
                # An archive may state false sizes, so limit what is read.
                return file.read(MOST_EVENT_BYTES + 1)
    except (BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError, OSError):
        raise _broken(Flaw.ZIP_UNREADABLE) from None


def _check_times(file: EventFile, now: datetime) -> None:
    times = chain(
        (one.withdrawn_at for one in file.players),
        (one.ran_at for one in file.runs),
        *((one.submitted_at, one.removed_at) for one in file.submissions),
        (one.excused_at for one in file.excuses),
    )
    if not all(at is None or EARLIEST <= at <= now for at in times):
        raise _broken(Flaw.IMPOSSIBLE_TIME)
    latest = Week.at(now + FURTHEST_WEEK, "UTC")
    counted = chain((run.week for run in file.runs), *((one.week, one.made_in_week) for one in file.submissions))
    planned = chain((one.week for one in file.excuses), (file.event.first_week, file.event.last_week))
    if not (_are_within(counted, latest) and _are_within(planned, LATEST_WEEK)):
        raise _broken(Flaw.IMPOSSIBLE_WEEK)


def _broken(flaw: Flaw, most: int | None = None) -> EventFileBroken:
    return EventFileBroken(FileMistake(flaw, most))


def _are_within(weeks: Iterable[str | None], latest: Week) -> bool:
    codes = {int(week) for week in weeks if week is not None}
    return all(Week.at(EARLIEST, "UTC").code <= code <= latest.code for code in codes)

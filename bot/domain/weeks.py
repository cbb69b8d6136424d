"""ISO weeks in a server's time zone."""

import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytz

from bot.errors import NotAWeek, UnknownTimeZone

_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """An ISO week, Monday to Sunday. Weeks sort by time.

    Attributes:
        year: the ISO year; around New Year it may differ from the calendar year.
        number: 1 to 52, or 53 in long years.
    """

    year: int
    number: int

    @classmethod
    def at(cls, instant: datetime, zone: str) -> "Week":
        """Return the week of an aware instant in an IANA time zone."""
        return cls._of_day(instant.astimezone(pytz.timezone(zone)).date())

    @classmethod
    def from_code(cls, code: int) -> "Week":
        """Return the week with this code, such as 202647."""
        return cls(*divmod(code, 100))

    @classmethod
    def parse(cls, text: str) -> "Week":
        """Read a week such as `2026-W47`.

        Raises:
            NotAWeek: the text has another form, or the year has no such week.
        """
        if written := _WEEK.fullmatch(text.strip()):
            year, number = map(int, written.groups())
            with suppress(ValueError):
                return cls._of_day(date.fromisocalendar(year, number, 1))
        raise NotAWeek

    @property
    def code(self) -> int:
        """The week as the database stores it: year × 100 + number."""
        return self.year * 100 + self.number

    def next(self) -> "Week":
        """Return the week after this one."""
        return self._of_day(date.fromisocalendar(self.year, self.number, 1) + timedelta(weeks=1))

    def __str__(self) -> str:
        return f"{self.year:04}-W{self.number:02}"

    @classmethod
    def _of_day(cls, day: date) -> "Week":
        year, number, _ = day.isocalendar()
        return cls(year, number)


def counting_week(current: Week, closed: Collection[Week]) -> Week:
    """Return the week that a score counts for now: the first one from `current` on that is not closed."""
    week = current
    while week in closed:
        week = week.next()
    return week


def check_time_zone(name: str) -> str:
    """Return the IANA name of a time zone in its canonical spelling.

    Raises:
        UnknownTimeZone: no time zone has this name.
    """
    try:
        zone = pytz.timezone(name.strip()).zone
    except pytz.UnknownTimeZoneError:
        zone = None
    if zone is None:
        raise UnknownTimeZone
    return str(zone)

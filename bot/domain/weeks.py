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
    """An ISO week, Monday to Sunday; weeks sort by time.

    Attributes:
        year: the ISO year, which at the turn of a year may differ from the calendar's.
        number: 1 to 52, or 53 in long years.
    """

    year: int
    number: int

    @classmethod
    def at(cls, instant: datetime, zone: str) -> "Week":
        """Return the week that an aware instant lies in, by the wall clock of an IANA time zone."""
        return cls._of_day(instant.astimezone(pytz.timezone(zone)).date())

    @classmethod
    def from_code(cls, code: int) -> "Week":
        """Return the week that is stored as `code`, such as 202647."""
        return cls(*divmod(code, 100))

    @classmethod
    def parse(cls, text: str) -> "Week":
        """Read `2026-W47`, as shown everywhere.

        Raises:
            NotAWeek: the text has another form, or that year has no such week.
        """
        if written := _WEEK.fullmatch(text.strip()):
            year, number = map(int, written.groups())
            with suppress(ValueError):
                return cls._of_day(date.fromisocalendar(year, number, 1))
        raise NotAWeek

    @property
    def code(self) -> int:
        """The week as the integer that is stored: year × 100 + number."""
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
    """Return the week that a score submitted now counts for: the current one, or, once closed, the next open one."""
    week = current
    while week in closed:
        week = week.next()
    return week


def check_time_zone(name: str) -> str:
    """Return the IANA name of a time zone in its usual spelling.

    Raises:
        UnknownTimeZone: no such time zone.
    """
    try:
        zone = pytz.timezone(name.strip()).zone
    except pytz.UnknownTimeZoneError:
        zone = None
    if zone is None:
        raise UnknownTimeZone
    return str(zone)

"""ISO weeks in a server's time zone, and what closes and reopens them."""

import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.clock import day_begins_at, local_time
from bot.domain.events import EventInfo
from bot.errors import NotAWeek

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
        return cls._of_day(local_time(instant, zone).date())

    @classmethod
    def from_code(cls, code: int) -> "Week":
        """Return the week with this code, such as 202647."""
        return cls(*divmod(code, 100))

    @classmethod
    def parse(cls, text: str) -> "Week":
        """Parse a week such as `2026-W47`.

        Raises:
            NotAWeek: the text has another form, the year has no such week, or it is later than `LATEST_WEEK`.
        """
        if written := _WEEK.fullmatch(text.strip()):
            year, number = map(int, written.groups())
            with suppress(ValueError):
                week = cls._of_day(date.fromisocalendar(year, number, 1))
                if week <= LATEST_WEEK:
                    return week
        raise NotAWeek

    @property
    def code(self) -> int:
        """The week as the database stores it: year × 100 + number."""
        return self.year * 100 + self.number

    @property
    def monday(self) -> date:
        """The first day of the week."""
        return date.fromisocalendar(self.year, self.number, 1)

    def next(self) -> "Week":
        """Return the week after this one."""
        return self._of_day(self.monday + timedelta(weeks=1))

    def before(self) -> "Week":
        """Return the week before this one."""
        return self._of_day(self.monday - timedelta(weeks=1))

    def weeks_since(self, other: "Week") -> int:
        """Return how many weeks this one is after another; negative if it is before."""
        return (self.monday - other.monday) // timedelta(weeks=1)

    def year_of_last(self, number: int) -> int:
        """Return the year of the last week with this number, up to this week."""
        return self.year if number <= self.number else self.year - 1

    def begins_at(self, zone: str) -> datetime:
        """Return the first moment of the week in an IANA time zone, in UTC."""
        return day_begins_at(datetime.fromisocalendar(self.year, self.number, 1), zone)

    def ends_at(self, zone: str) -> datetime:
        """Return when the week ends in an IANA time zone, in UTC: the first moment of the next one."""
        return self.next().begins_at(zone)

    def __str__(self) -> str:
        return f"{self.year:04}-W{self.number:02}"

    @classmethod
    def _of_day(cls, day: date) -> "Week":
        year, number, _ = day.isocalendar()
        return cls(year, number)


LATEST_WEEK = Week(9999, 1)
"""The latest week: the calendar of Python ends in that year."""


def counting_week(current: Week, closed: Collection[Week]) -> Week:
    """Return the week that a score counts for: the first one, from `current` on, that is not closed."""
    week = current
    while week in closed:
        week = week.next()
    return week


@dataclass(frozen=True, slots=True)
class Closing:
    """The weeks of a server that close automatically by an instant: each closes when the grace after its end is over.

    Attributes:
        first_open: the first week that stays open; all earlier ones close.
        since: when the last of the closing weeks was due to close, in UTC.
        next_at: when `first_open` is due to close, in UTC.
    """

    first_open: Week
    since: datetime
    next_at: datetime

    @classmethod
    def at(cls, now: datetime, zone: str, grace: timedelta) -> "Closing":
        """Return what closes at an aware instant in an IANA time zone."""
        week = Week.at(now - grace, zone)
        return cls(week, week.begins_at(zone) + grace, week.ends_at(zone) + grace)


@dataclass(frozen=True, slots=True)
class PendingWeek:
    """A week that can be run.

    Attributes:
        players: the number of players with a score in the week.
        is_finished: whether the week is over; False for the current week, which a run closes early.
    """

    week: Week
    players: int
    is_finished: bool


@dataclass(frozen=True, slots=True)
class WeeklyRunResult:
    """The result of running one week of one event; `ran_at` is when, in UTC."""

    event: EventInfo
    week: Week
    ran_at: datetime


@dataclass(frozen=True, slots=True)
class UndoResult:
    """The result of an undo, after which the week is open again.

    Attributes:
        players: the number of players with a score in that week.
        called_back: the number of submissions that had skipped to a later week because of the run.
        ran_at: when the undone run was made, in UTC.
        closes_at: when the week will close automatically, in UTC; None if an admin has to close it.
    """

    event: EventInfo
    week: Week
    players: int
    called_back: int
    ran_at: datetime
    closes_at: datetime | None

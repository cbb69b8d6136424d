"""Parse a point in time: a day, a minute, a week, or words such as yesterday."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.clock import day_begins_at, instant_at, local_time
from bot.domain.text import visible
from bot.domain.weeks import LATEST_WEEK, Week
from bot.errors import MomentAhead, MomentUnknown, NotAWeek

EARLIEST = datetime(2015, 1, 1, tzinfo=UTC)
"""No score is older: Discord was launched in that year."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORTEST_DAY = 3
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2})(?: ([0-9]{2}):([0-9]{2}))?)?")
_DAY_OF_MONTH = re.compile(r"(?:([0-9]{1,2})\.? ([a-z]{3,9})|([a-z]{3,9}) ([0-9]{1,2}))(?:,? ([0-9]{4}))?")
_WEEK = re.compile(r"(?:([0-9]{4})-?)?w([0-9]{1,2})")
_AGO = re.compile(r"([0-9]{1,3}) ?d(?:ays?)?(?: ago)?")
_TICK = timedelta(microseconds=1)
_HALF_A_YEAR = timedelta(days=183)

Span = tuple[datetime, datetime]
"""From the first instant, included, to the second, excluded."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The time of a score, as precisely as a user stated it.

    Attributes:
        at: the latest instant that fits, so that nobody gets ahead of an equal score.
        week: the week, if the user named a week; None for a day or an instant.
    """

    at: datetime
    week: Week | None = None

    def until(self, close: datetime) -> datetime:
        """Return the latest instant that fits and is before a close."""
        return min(self.at, close - _TICK)


def read_moment(text: str | None, zone: str, now: datetime) -> Moment:
    """Parse a text as a moment up to the present.

    Args:
        text: such as `2026-11-21`, `2026-11-21 13:05`, `21 Nov`, `yesterday`, `Monday`, `3 days ago`, `last week` or
            `2026-W47`; None or `now` for the present.
        zone: the server's time zone, which defines the days.
        now: an aware instant.

    Raises:
        MomentUnknown: the text is none of these, or lies before `EARLIEST`.
        MomentAhead: all of it lies in the future.
    """
    if text is None or visible(text).strip().casefold() in ("", "now"):
        return Moment(now)
    (begin, end), week = _read(text, zone, now, now)
    if begin > now:
        raise MomentAhead(text)
    at = min(end - _TICK, now)
    if at < EARLIEST:
        raise MomentUnknown(text)
    return Moment(at, week)


def read_week(text: str, zone: str, now: datetime) -> Week:
    """Parse the name of a week, such as `2026-W47`, `next week`, `this week` or any of its days.

    A text without a year means the nearest such week, and the name of a weekday means a day of this week.

    Raises:
        MomentUnknown: the text names no week, or one before `EARLIEST`.
    """
    (begin, _), _ = _read(text, zone, now, now + _HALF_A_YEAR)
    week = Week.at(begin, zone)
    if not Week.at(EARLIEST, "UTC") <= week <= LATEST_WEEK:
        raise MomentUnknown(text)
    return week


def days_of(part: str, zone: str, now: datetime) -> Iterator[Span]:
    """Return the day, month or minute that a lower-case text names, as instants in UTC; at most one."""
    try:
        if written := _DAY.fullmatch(part):
            year, month, day, hour, minute = (None if number is None else int(number) for number in written.groups())
            begin = datetime(year or 0, month or 0, day or 1, hour or 0, minute or 0)  # noqa: DTZ001 - in `zone`
            if day is None:
                yield _days(begin, (begin + timedelta(days=31)).replace(day=1), zone)
            elif hour is None:
                yield _days(begin, begin + timedelta(days=1), zone)
            else:
                minute_begins = instant_at(begin, zone)
                yield minute_begins, minute_begins + timedelta(minutes=1)
        elif written := _DAY_OF_MONTH.fullmatch(part):
            day_of_month, month_name = written[1] or written[4], written[2] or written[3]
            [month] = [number for number, name in enumerate(_MONTHS, 1) if name.startswith(month_name)]
            today = local_time(now, zone).replace(tzinfo=None)
            begin = datetime(int(written[5] or today.year), month, int(day_of_month))  # noqa: DTZ001 - in `zone`
            if written[5] is None and begin > today:
                begin = begin.replace(year=begin.year - 1)
            yield _days(begin, begin + timedelta(days=1), zone)
    except (ValueError, OverflowError):
        # The calendar has no such day.
        return


def _days(first: datetime, next_after: datetime, zone: str) -> Span:
    return day_begins_at(first, zone), day_begins_at(next_after, zone)


def _read(text: str, zone: str, now: datetime, latest: datetime) -> tuple[Span, Week | None]:
    """Return the time that a text means, and the week if it names one.

    A text without a year means the last such time by `latest`.
    """
    typed = " ".join(visible(text).casefold().split())
    today = local_time(now, zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    try:
        found = _days_ago(typed, today.weekday(), is_this_week=latest > now)
        if found is not None:
            day = today - timedelta(days=found)
            return _days(day, day + timedelta(days=1), zone), None
        week = _week(typed, Week.at(now, zone), Week.at(latest, zone))
        if week is not None:
            return (week.begins_at(zone), week.ends_at(zone)), week
        [span] = days_of(typed, zone, latest)
    except (ValueError, OverflowError, NotAWeek):
        raise MomentUnknown(text) from None
    return span, None


def _days_ago(typed: str, weekday: int, *, is_this_week: bool) -> int | None:
    if typed == "today":
        return 0
    if typed == "yesterday":
        return 1
    if ago := _AGO.fullmatch(typed):
        return int(ago[1])
    for number, name in enumerate(_WEEKDAYS):
        if len(typed) >= _SHORTEST_DAY and name.startswith(typed):
            return weekday - number if is_this_week else (weekday - number) % 7
    return None


def _week(typed: str, current: Week, latest: Week) -> Week | None:
    if typed == "last week":
        return current.before()
    if typed == "this week":
        return current
    if typed == "next week":
        return current.next()
    written = _WEEK.fullmatch(typed)
    if written is None:
        return None
    number = int(written[2])
    year = latest.year_of_last(number) if written[1] is None else int(written[1])
    return Week.parse(f"{year:04}-W{number:02}")

"""The clock that services read, and local times."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytz

Clock = Callable[[], datetime]
"""Returns the current instant, aware and in UTC."""


utc_now: Clock = partial(datetime.now, UTC)
"""The real clock."""


def local_time(instant: datetime, zone: str) -> datetime:
    """Return an instant in the time zone with this IANA name."""
    return instant.astimezone(pytz.timezone(zone))


def day_begins_at(midnight: datetime, zone: str) -> datetime:
    """Return the first instant, in UTC, of a day in an IANA time zone; the day is given as a naive midnight.

    Raises:
        ValueError: the time zone has no such day.
    """
    instants = instants_at(midnight, zone)
    return min(instant for instant in instants if local_time(instant, zone).date() == midnight.date())


def instants_at(wall: datetime, zone: str) -> list[datetime]:
    """Return the two instants, in UTC, at which clocks in an IANA time zone may show a naive time; the earlier first.

    The two are equal unless the clocks change, so that the time occurs twice or not at all.
    """
    clock = pytz.timezone(zone)
    return sorted(clock.localize(wall, is_dst=is_dst).astimezone(UTC) for is_dst in (True, False))


def instant_at(wall: datetime, zone: str) -> datetime:
    """Return the instant, in UTC, at which clocks in an IANA time zone show a naive time.

    A time that occurs twice or not at all, because the clocks change, is read as standard time.
    """
    return pytz.timezone(zone).localize(wall).astimezone(UTC)

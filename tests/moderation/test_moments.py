"""Texts with which admins state when a score was made, or which week they mean."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.moments import read_moment, read_week
from bot.errors import MomentAhead, MomentUnknown
from tests.one_database import on_one_database

pytestmark = on_one_database

# A Wednesday, but already a Thursday in Auckland.
NOW = datetime(2026, 11, 18, 12, 30, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def ended(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC) - TICK


@pytest.mark.parametrize(
    ("typed", "zone", "meant"),
    [
        (None, "UTC", NOW),
        (" Now ", "UTC", NOW),
        ("today", "UTC", NOW),
        ("2026-11-18", "UTC", NOW),
        ("yesterday", "UTC", ended(2026, 11, 18)),
        ("yesterday", "Pacific/Auckland", ended(2026, 11, 18, 11)),
        ("3 days ago", "UTC", ended(2026, 11, 16)),
        ("Mon", "UTC", ended(2026, 11, 17)),
        ("thursday", "UTC", ended(2026, 11, 13)),
        ("21 Nov", "UTC", ended(2025, 11, 22)),
        # In Havana, midnight occurred twice in November and not at all in March.
        ("2025-11-01", "America/Havana", ended(2025, 11, 2, 4)),
        ("2025-11-02", "America/Havana", ended(2025, 11, 3, 5)),
        ("2025-03-08", "America/Havana", ended(2025, 3, 9, 5)),
        ("2025-03-09 00:59", "America/Havana", ended(2025, 3, 9, 6)),
        ("2026-11-02 13:05", "UTC", datetime(2026, 11, 2, 13, 6, tzinfo=UTC) - TICK),
        ("2026-W46", "UTC", ended(2026, 11, 16)),
        ("last week", "UTC", ended(2026, 11, 16)),
        ("w53", "UTC", None),
        ("2020-W53", "UTC", ended(2021, 1, 4)),
    ],
)
def test_a_text_means_the_latest_moment_that_it_can(typed: str | None, zone: str, meant: datetime | None) -> None:
    if meant is None:
        with pytest.raises(MomentUnknown):
            read_moment(typed, zone, NOW)
    else:
        assert read_moment(typed, zone, NOW).at == meant


def test_a_named_week_is_before_its_close_and_a_day_at_that_day() -> None:
    close = datetime(2026, 11, 11, 9, tzinfo=UTC)
    named, day = read_moment("2026-W46", "UTC", NOW), read_moment("2026-11-13", "UTC", NOW)
    assert (str(named.week), named.until(close)) == ("2026-W46", close - TICK)
    assert day.week is None


@pytest.mark.parametrize("typed", ["next week", "2026-11-19", "2027-W01", "2026-11-18 12:31"])
def test_no_score_is_from_the_future(typed: str) -> None:
    with pytest.raises(MomentAhead):
        read_moment(typed, "UTC", NOW)


@pytest.mark.parametrize("typed", ["soon", "", "2026-13-01", "w54", "2014-12-28", "9999-W52", "mo", "31 Feb", "٣ days"])
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(MomentUnknown):
        read_week(typed, "UTC", NOW)


def test_a_week_may_come_yet_and_be_named_by_its_days() -> None:
    weeks = [str(read_week(typed, "UTC", NOW)) for typed in ("next week", "2026-12-24", "this week", "yesterday")]
    assert weeks == ["2026-W48", "2026-W52", "2026-W47", "2026-W47"]


@pytest.mark.parametrize(
    ("typed", "week"),
    [
        *(
            ("24 Dec", "2026-W52"),
            ("W50", "2026-W50"),
            ("2 Jan", "2026-W53"),
            ("w3", "2027-W03"),
            ("21 Nov", "2026-W47"),
        ),
        *(
            ("1 Nov", "2026-W44"),
            ("w40", "2026-W40"),
            ("June 10", "2026-W24"),
            ("friday", "2026-W47"),
            ("mon", "2026-W47"),
        ),
    ],
)
def test_a_week_without_a_year_is_the_nearest_one(typed: str, week: str) -> None:
    assert str(read_week(typed, "UTC", NOW)) == week

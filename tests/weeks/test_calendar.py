"""Weeks: the ISO calendar in the local time of a time zone."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytz
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.servers import LONGEST_GRACE_MINUTES
from bot.domain.weeks import Closing, Week, counting_week
from bot.errors import NotAWeek
from bot.ui.text import write_days
from tests.refusals import taken

weeks = st.dates(date(1970, 1, 5), date(2199, 12, 31)).map(lambda day: Week(*day.isocalendar()[:2]))


def test_a_week_carries_the_iso_year_not_the_calendars() -> None:
    weeks_by_day = {
        date(2024, 12, 29): "2024-W52",
        date(2024, 12, 30): "2025-W01",
        date(2025, 12, 28): "2025-W52",
        date(2025, 12, 29): "2026-W01",
        date(2026, 12, 31): "2026-W53",
        date(2027, 1, 3): "2026-W53",
        date(2027, 1, 4): "2027-W01",
        date(2020, 12, 31): "2020-W53",
        date(2021, 1, 3): "2020-W53",
        date(2026, 11, 18): "2026-W47",
    }
    noons = {day: datetime(day.year, day.month, day.day, 12, tzinfo=UTC) for day in weeks_by_day}
    assert {day: str(Week.at(noon, "UTC")) for day, noon in noons.items()} == weeks_by_day


ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Pacific/Chatham",
    "Africa/Casablanca",
)
MONDAYS = (date(2026, 11, 16), date(2026, 3, 30), date(2026, 10, 26), date(2027, 1, 4))


def midnight(zone: str, day: date) -> datetime:
    return pytz.timezone(zone).localize(datetime(day.year, day.month, day.day))  # noqa: DTZ001 - pytz is given the naive


def test_a_week_begins_on_monday_at_midnight_by_the_local_clock() -> None:
    for zone, monday in itertools.product(ZONES, MONDAYS):
        begins, moment = Week.at(midnight(zone, monday), zone), timedelta(microseconds=1)
        assert begins == Week(*monday.isocalendar()[:2]), (zone, monday)
        assert Week.at(midnight(zone, monday) - moment, zone).next() == begins, (zone, monday)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - it takes a zone
    st.sampled_from(ZONES),
    st.integers(0, LONGEST_GRACE_MINUTES),
)
def test_every_moment_is_between_two_closes_a_week_apart(now: datetime, zone: str, minutes: int) -> None:
    grace = timedelta(minutes=minutes)
    closing = Closing.at(now, zone, grace)
    assert closing.since <= now < closing.next_at
    assert abs(closing.next_at - closing.since - timedelta(weeks=1)) <= timedelta(hours=24)
    assert closing.since == closing.first_open.begins_at(zone) + grace
    assert Closing.at(closing.next_at, zone, grace).since == closing.next_at
    # No week closes before it is over.
    assert closing.first_open <= Week.at(now, zone)


def test_a_week_in_which_the_clocks_change_is_shorter_or_longer() -> None:
    hours_by_week = {
        ("Europe/Berlin", date(2026, 3, 23)): 167,
        ("Europe/Berlin", date(2026, 10, 19)): 169,
        ("America/New_York", date(2026, 3, 2)): 167,
        ("America/New_York", date(2026, 10, 26)): 169,
        ("Australia/Lord_Howe", date(2026, 9, 28)): 167.5,
        ("America/Sao_Paulo", date(2018, 10, 29)): 167,
        ("UTC", date(2026, 3, 23)): 168,
    }
    for (zone, monday), hours in hours_by_week.items():
        start = midnight(zone, monday)
        end = start.astimezone(UTC) + timedelta(hours=hours)
        assert Week.at(end - timedelta(seconds=1), zone) == Week.at(start, zone), (zone, monday)
        assert Week.at(end, zone) == Week.at(start, zone).next(), (zone, monday)


def test_one_instant_lies_in_different_weeks_of_different_servers() -> None:
    sunday_evening = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert str(Week.at(sunday_evening, "UTC")) == "2026-W47"
    assert str(Week.at(sunday_evening, "Europe/Berlin")) == "2026-W48"
    assert str(Week.at(sunday_evening, "America/New_York")) == "2026-W47"


def test_a_week_does_not_depend_on_the_zone_in_which_the_instant_is_given() -> None:
    instant = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert Week.at(instant.astimezone(pytz.timezone("Asia/Tokyo")), "UTC") == Week.at(instant, "UTC")


@given(week=weeks)
def test_a_week_is_read_back_from_its_code_and_from_its_text(week: Week) -> None:
    assert Week.from_code(week.code) == week
    assert Week.parse(str(week)) == week


def test_a_week_is_written_with_two_digits_and_stored_as_year_and_number() -> None:
    assert str(Week(2026, 3)) == "2026-W03"
    assert Week(2026, 3).code == 202603


@given(week=weeks, other=weeks)
def test_weeks_sort_by_time_and_so_do_their_codes(week: Week, other: Week) -> None:
    monday, other_monday = (date.fromisocalendar(w.year, w.number, 1) for w in (week, other))
    assert (week < other) == (monday < other_monday) == (week.code < other.code)


@given(week=weeks)
def test_the_next_week_begins_seven_days_later(week: Week) -> None:
    after = week.next()
    assert date.fromisocalendar(after.year, after.number, 1) == date.fromisocalendar(
        week.year, week.number, 1
    ) + timedelta(days=7)


@given(week=weeks, zone=st.sampled_from(pytz.common_timezones))
def test_a_week_ends_at_the_first_moment_of_the_next_one(week: Week, zone: str) -> None:
    end = week.ends_at(zone)
    assert end.utcoffset() == timedelta()
    assert Week.at(end, zone) == week.next()
    assert Week.at(end - timedelta(microseconds=1), zone) == week


def test_a_week_ends_when_the_local_clock_first_shows_monday() -> None:
    # That Monday's midnight did not occur in Tehran, and occurred twice in Jerusalem.
    assert Week(2021, 11).ends_at("Asia/Tehran") == datetime(2021, 3, 21, 20, 30, tzinfo=UTC)
    assert Week(2001, 38).ends_at("Asia/Jerusalem") == datetime(2001, 9, 23, 21, tzinfo=UTC)


def test_a_week_is_read_as_it_is_shown() -> None:
    assert Week.parse("2026-W47") == Week.parse(" 2026-w47 ") == Week(2026, 47)


def test_a_week_is_shown_as_its_days() -> None:
    assert write_days(Week(2026, 48)) == "23–29 November"
    assert write_days(Week(2026, 49)) == "30 Nov – 6 Dec"
    assert write_days(Week(2026, 53), short=True) == "28 Dec – 3 Jan"
    assert write_days(Week(2026, 48), year=True) == "23–29 November 2026"


def test_what_is_no_week_of_the_calendar_is_refused() -> None:
    forms = ("", "47", "W47", "2026-47", "202647", "2026-W47-1", "week 47")
    years = ("2026-W00", "2026-W54", "2025-W53", "0000-W01", "9999-W02")
    assert taken(Week.parse, (*forms, *years), NotAWeek) == []


@given(text=st.text(st.characters(exclude_categories=())) | st.from_regex(r"\A[0-9]{4}-[Ww][0-9]{2}\s?\Z"))
def test_any_text_is_a_week_of_the_calendar_or_refused(text: str) -> None:
    try:
        week = Week.parse(text)
    except NotAWeek:
        return
    assert str(week) == text.strip().upper()
    assert Week.from_code(week.code) == week


def test_a_score_counts_for_the_first_week_from_now_that_is_open() -> None:
    current = Week(2026, 52)
    assert counting_week(current, []) == current
    assert counting_week(current, [Week(2026, 51)]) == current
    assert counting_week(current, [current]) == Week(2026, 53)
    assert counting_week(current, [current, Week(2026, 53)]) == Week(2027, 1)
    assert counting_week(current, [current, Week(2027, 1)]) == Week(2026, 53)

"""Finding the time zone that an admin means by a name, a city, a country or an abbreviation."""

from datetime import UTC, datetime

import pytest
import pytz
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.time_zones import _ABBREVIATIONS, suggest_time_zones, time_zone_of
from bot.errors import InvalidSetting, TimeZoneAmbiguous, UnknownTimeZone
from tests.one_database import on_one_database
from tests.refusals import taken
from tests.world import World

pytestmark = on_one_database


def test_a_time_zone_is_known_by_what_people_call_it() -> None:
    zones = {
        "UTC": "UTC",
        " europe/berlin ": "Europe/Berlin",
        "AMERICA/NEW_YORK": "America/New_York",
        "Berlin": "Europe/Berlin",
        "new  york": "America/New_York",
        "Zürich": "Europe/Zurich",
        "berl": "Europe/Berlin",
        "germany": "Europe/Berlin",
        "de": "Europe/Berlin",
        "india": "Asia/Kolkata",
        "England": "Europe/London",
        "britain": "Europe/London",
        "uk": "Europe/London",
        "EST": "America/New_York",
        "pdt": "America/Los_Angeles",
        "CEST": "CET",
    }
    assert {typed: time_zone_of(typed) for typed in zones} == zones


@pytest.mark.parametrize(
    ("typed", "meanings"),
    [
        ("IST", ("Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin")),
        ("CST", ("America/Chicago", "America/Havana", "Asia/Shanghai")),
        ("MST", ("America/Denver", "America/Phoenix")),
        ("spain", ("Europe/Madrid", "Atlantic/Canary")),
    ],
)
def test_what_has_several_meanings_is_answered_with_them(typed: str, meanings: tuple[str, ...]) -> None:
    with pytest.raises(TimeZoneAmbiguous) as refusal:
        time_zone_of(typed)
    assert refusal.value.candidates == meanings
    assert suggest_time_zones(typed)[0] == meanings[0]


def test_every_zone_and_every_suggestion_means_itself() -> None:
    offered = {zone for typed in ("", "EST", "MST", "HST", "GB", "germany") for zone in suggest_time_zones(typed)}
    assert offered >= {*pytz.common_timezones}
    assert {zone for zone in offered if time_zone_of(zone) != zone} == set()


def test_abbreviations_are_those_that_the_zones_use() -> None:
    seasons = [datetime(2030, month, 15, tzinfo=UTC) for month in (1, 7)]
    used = {zone: {day.astimezone(pytz.timezone(zone)).tzname() for day in seasons} for zone in _ABBREVIATIONS}
    assert {zone for zone, names in _ABBREVIATIONS.items() if not {*names.split()} <= used[zone]} == set()


def test_what_is_no_time_zone_is_refused_with_zones_of_similar_names() -> None:
    nearest = {"berln": ("Europe/Berlin",), "germani": ("Europe/Berlin",), "Utopia": ()}
    for typed, alike in nearest.items():
        with pytest.raises(UnknownTimeZone) as refusal:
            time_zone_of(typed)
        assert (refusal.value.typed, refusal.value.candidates) == (typed, alike)
    names = ("", " ", "Europe/Nowhere", "+01:00", "../../etc/passwd", "\x00", "x" * 300)
    assert taken(time_zone_of, names, UnknownTimeZone) == []


@given(text=st.text(max_size=50))
def test_any_text_means_a_zone_or_is_refused(text: str) -> None:
    try:
        assert time_zone_of(text) in pytz.all_timezones_set
    except InvalidSetting:
        return


async def test_a_country_is_taken_and_shown_as_its_zone(world: World) -> None:
    seen = await world.use(world.admin, "settings", **{"time-zone": "germany"})

    assert "Time zone\nEurope/Berlin: weeks begin on Monday 00:00 there" in seen


async def test_an_abbreviation_of_several_zones_names_them(world: World) -> None:
    told = await world.refused(world.use(world.admin, "settings", **{"time-zone": "IST"}))

    assert told == "Several fit. Type one: **Asia/Kolkata**, **Asia/Jerusalem** or **Europe/Dublin**."


@pytest.mark.parametrize(
    ("typed", "first"),
    [("berl", ["Europe/Berlin"]), ("utc", ["UTC"]), ("germany", ["Europe/Berlin", "Europe/Busingen"]), ("zxy", [])],
)
async def test_what_people_mean_is_suggested(world: World, typed: str, first: list[str]) -> None:
    assert await world.suggestions(world.admin, "settings", "time-zone", typed) == first


async def test_the_likeliest_is_suggested_first(world: World) -> None:
    for typed, first in {"india": "Asia/Kolkata", "est": "America/New_York", "usa": "America/New_York"}.items():
        offered = await world.suggestions(world.admin, "settings", "time-zone", typed)
        assert offered[0] == first
        assert len(offered) <= 25

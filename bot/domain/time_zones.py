"""Find the time zone that an admin means by its name, a city, a country or an abbreviation."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache

import pytz

from bot.errors import TimeZoneAmbiguous, UnknownTimeZone

MOST_NEAREST = 3
ALIKE = 80
"""The likeness, of 100, from which a mistyped name matches a city or a country."""
LONGEST_NAME = 60
"""The longest text to compare; no place has a longer name."""

MOST_COMPARED = 40
"""The most zones to compare, as many as the largest country has; more zones always have several meanings."""

_ABBREVIATIONS = {
    "America/New_York": "EST EDT",
    "America/Chicago": "CST CDT",
    "America/Denver": "MST MDT",
    "America/Phoenix": "MST",
    "America/Los_Angeles": "PST PDT",
    "America/Anchorage": "AKST AKDT",
    "Pacific/Honolulu": "HST",
    "America/Halifax": "AST ADT",
    "America/Puerto_Rico": "AST",
    "America/St_Johns": "NST NDT",
    "America/Havana": "CST CDT",
    "Europe/London": "BST",
    "WET": "WEST",
    "CET": "CEST",
    "EET": "EEST",
    "Europe/Moscow": "MSK",
    "Africa/Lagos": "WAT",
    "Africa/Maputo": "CAT",
    "Africa/Nairobi": "EAT",
    "Africa/Johannesburg": "SAST",
    "Asia/Kolkata": "IST",
    "Asia/Jerusalem": "IST IDT",
    "Europe/Dublin": "IST",
    "Asia/Karachi": "PKT",
    "Asia/Jakarta": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
    "Asia/Manila": "PST",
    "Asia/Shanghai": "CST",
    "Asia/Hong_Kong": "HKT",
    "Asia/Tokyo": "JST",
    "Asia/Seoul": "KST",
    "Australia/Perth": "AWST",
    "Australia/Adelaide": "ACST ACDT",
    "Australia/Darwin": "ACST",
    "Australia/Sydney": "AEST AEDT",
    "Australia/Brisbane": "AEST",
    "Pacific/Auckland": "NZST NZDT",
}
"""The best known zones that use each abbreviation. IANA's own EST and MST have no summer time."""
_OTHER_NAMES = {
    "GB": ("UK", "United Kingdom", "Great Britain", "England", "Scotland", "Wales"),
    "US": ("USA", "United States of America"),
    "AE": ("UAE",),
    "CZ": ("Czechia",),
    "KR": ("South Korea",),
    "KP": ("North Korea",),
    "NL": ("Holland",),
}
"""Common names of countries to which pytz gives other names."""
_A_YEAR = [datetime(2030, 1, 1, tzinfo=pytz.utc) + timedelta(weeks=week) for week in range(53)]
"""A year in which today's rules apply."""


def time_zone_of(text: str) -> str:
    """Return the IANA name of the time zone that a text means, in its canonical spelling.

    A whole name takes precedence over a part of one. Zones with the same time all year count as one meaning.

    Raises:
        TimeZoneAmbiguous: the text has several meanings.
        UnknownTimeZone: the text has no meaning.
    """
    typed = _plain(text)
    found = next((zones for zones in _readings(typed) if zones), ()) if typed else ()
    if not found:
        raise UnknownTimeZone(text, _nearest(typed))
    meanings = _meanings(found) if len(found) <= MOST_COMPARED else tuple(_known_first(found))
    if len(meanings) > 1:
        raise TimeZoneAmbiguous(meanings)
    return meanings[0]


def suggest_time_zones(text: str) -> Sequence[str]:
    """Return the time zones that a text may mean, the likeliest first."""
    typed = _plain(text)
    begun = [zone for country, zones in _countries() if f" {typed}" in f" {country}" for zone in zones]
    return tuple(dict.fromkeys(zone for zones in (*_readings(typed), begun) for zone in _known_first(zones)))


def _readings(typed: str) -> Iterator[Sequence[str]]:
    """Yield the readings of a plain text.

    They are: an abbreviation or a zone, a city, a country, words of a country, and a part of a zone.
    """
    abbreviated = [zone for zone, used in _ABBREVIATIONS.items() if typed in used.casefold().split()]
    yield abbreviated or [zone for zone, name in _zones() if typed == name]
    yield [zone for zone, name in _zones() if typed == _city(name) and zone in pytz.common_timezones_set]
    yield [zone for country, zones in _countries() if typed == country for zone in zones]
    yield [zone for country, zones in _countries() if f" {typed} " in f" {country} " for zone in zones]
    yield [zone for zone, name in _zones() if typed in name and zone in pytz.common_timezones_set]


@cache
def _zones() -> Sequence[tuple[str, str]]:
    """All zones with their plain names."""
    return [(zone, _plain(zone)) for zone in pytz.all_timezones]


@cache
def _countries() -> Sequence[tuple[str, Sequence[str]]]:
    """The zones of each country by each of its names and by its code."""
    return [
        (_plain(name.strip(")").replace("(", "")), pytz.country_timezones[code])
        for code, country in pytz.country_names.items()
        if code in pytz.country_timezones
        for name in (code, country, *_OTHER_NAMES.get(code, ()))
    ]


def _meanings(zones: Iterable[str]) -> tuple[str, ...]:
    """Return the meanings among some zones, the best known ones first.

    For zones with the same time all year, it is the best known one.
    """
    known_first = _known_first(zones)
    by_offsets = {_offsets(zone): zone for zone in reversed(known_first)}
    return tuple(sorted(by_offsets.values(), key=known_first.index))


def _known_first(zones: Iterable[str]) -> list[str]:
    return sorted(zones, key=lambda zone: zone not in _ABBREVIATIONS)


@cache
def _offsets(zone: str) -> tuple[timedelta | None, ...]:
    return tuple(moment.astimezone(pytz.timezone(zone)).utcoffset() for moment in _A_YEAR)


def _nearest(typed: str) -> tuple[str, ...]:
    # This takes 3 MB, and is only needed for misspelt places.
    from rapidfuzz import fuzz, process

    places = {_city(name): zone for zone, name in _zones() if zone in pytz.common_timezones_set}
    places |= {country: zones[0] for country, zones in _countries()}
    alike = process.extract(
        typed[:LONGEST_NAME], places.keys(), scorer=fuzz.ratio, limit=MOST_NEAREST, score_cutoff=ALIKE
    )
    return tuple(dict.fromkeys(places[place] for place, _, _ in alike))


def _city(name: str) -> str:
    return name.rpartition("/")[2]


def _plain(text: str) -> str:
    """Return a name without case, accents and underscores, for comparison."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.casefold().replace("_", " ").split())

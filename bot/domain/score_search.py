"""Parse what an admin types to find a score: its value, its day, its week, or several of these."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.domain.moderation import PARTED
from bot.domain.moments import Span, days_of
from bot.domain.scores import ScoreFormat, ScoreStyle
from bot.domain.text import visible
from bot.domain.typed_scores import MINUTE, plain
from bot.domain.weeks import Week
from bot.errors import AmbiguousScore, CommaInScore, InvalidScore

MOST_DIGITS = 16
"""The most digits of a score before the point."""

_NUMBER = re.compile(r"([0-9]+)(\.[0-9]*)?")
_CLOCK = re.compile(r"((?:[0-9]+:){0,2})([0-9]*)(\.[0-9]*)?")
_WEEK = re.compile(r"(?:([0-9]{4})-)?w([0-9]{0,2})")

Range = tuple[float, float]
"""From the first number, included, to the second, excluded."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The possible meanings of one part of the text; a score matches if any of the ranges contains it.

    Attributes:
        scores: ranges of scores, in points or seconds.
        times: ranges of instants, from the first, included, to the second, excluded.
        weeks: ranges of week codes, both ends included.
    """

    scores: tuple[Range, ...] = ()
    times: tuple[Span, ...] = ()
    weeks: tuple[tuple[int, int], ...] = ()


def read_search(
    text: str, style: ScoreStyle, zone: str, now: datetime, *, is_complete: bool = False
) -> tuple[Wanted, ...]:
    """Parse a text such as `18,900`, `1:23`, `2026-11-21`, `21 Nov`, `2026-W47`, or `18,900 · 21 Nov`.

    Args:
        text: the text as typed.
        style: the style of the event.
        zone: the server's time zone, which defines the days.
        now: the present; a day or a week without a year is the latest one before it.
        is_complete: whether a typed value has all of its digits; otherwise it may be the beginning of one.

    Returns:
        The possible meanings of each part; a score must match every part.
    """
    parts = [part.strip() for part in visible(text).split(PARTED.strip())]
    return tuple(
        Wanted(
            scores=tuple(_exact(part, style) if is_complete else _beginnings(plain(part), style)),
            times=tuple(days_of(part.casefold(), zone, now)),
            weeks=tuple(_weeks(part.casefold(), Week.at(now, zone))),
        )
        for part in parts
        if part
    )


def _exact(part: str, style: ScoreStyle) -> Iterator[Range]:
    try:
        scores = [style.parse(part)]
    except AmbiguousScore as error:
        scores = [reading.score for reading in error.readings]
    except CommaInScore as error:
        scores = [style.parse(error.pointed)]
    except InvalidScore:
        return
    for score in scores:
        yield score, math.nextafter(score, math.inf)


def _beginnings(part: str, style: ScoreStyle) -> Iterator[Range]:
    """Return the ranges of all scores whose displayed form begins with these characters."""
    if style.unit is not None:
        part = part.removesuffix(plain(style.unit)).rstrip()
    begun = part.removeprefix("-")
    is_time = style.format is ScoreFormat.TIME
    for low, high in _times_beginning(begun.removesuffix("s")) if is_time else _numbers_beginning(begun):
        # A range below zero mirrors one above; it includes its upper end.
        yield (low, high) if begun == part else (math.nextafter(-high, 0), math.nextafter(-low, math.inf))


def _numbers_beginning(part: str) -> Iterator[Range]:
    # A comma groups thousands or begins decimals.
    for text in dict.fromkeys(part.replace(",", mark) for mark in ("", ".")):
        yield from _number_beginning(text)


def _number_beginning(part: str) -> Iterator[Range]:
    written = _NUMBER.fullmatch(part)
    if written is None or len(written[1]) > MOST_DIGITS:
        return
    whole, fraction = written.groups()
    if fraction is not None:
        yield _span(Decimal(whole + fraction), Decimal(1).scaleb(1 - len(fraction)))
        return
    for zeros in range(MOST_DIGITS - len(whole) + 1):
        yield _span(Decimal(whole).scaleb(zeros), Decimal(1).scaleb(zeros))


def _times_beginning(part: str) -> Iterator[Range]:
    written = _CLOCK.fullmatch(part.replace(",", "."))
    if written is None or not part:
        return
    numbers: list[str] = written[1].split(":")
    before, last = numbers[:-1], str(written[2])
    above = Decimal(0)
    for number in before:
        above = (above + Decimal(number)) * MINUTE
    if written[3] is not None:
        yield _span(above + Decimal((last or "0") + written[3]), Decimal(1).scaleb(1 - len(written[3])))
        return
    # The last number may be hours, minutes or seconds, and may lack its second digit.
    for unit in (Decimal(MINUTE**power) for power in range(3 - len(before))):
        if not last:
            yield _span(above * unit, MINUTE * unit)
            continue
        if len(last) > 1 or not before:
            yield _span((above + int(last)) * unit, unit)
        if len(last) == 1 and (before or last != "0"):
            yield _span((above + 10 * int(last)) * unit, 10 * unit)


def _span(low: Decimal, width: Decimal) -> Range:
    return float(low), float(low + width)


def _weeks(part: str, current: Week) -> Iterator[tuple[int, int]]:
    written = _WEEK.fullmatch(part)
    if written is None:
        return
    year, number = written[1], written[2]
    if not number:
        if year is not None:
            yield int(year) * 100, int(year) * 100 + 99
        return
    for first, last in ((int(number), int(number)), (int(number) * 10, int(number) * 10 + 9)):
        if len(number) == 1 or first == last:
            of_year = current.year_of_last(first) if year is None else int(year)
            yield of_year * 100 + first, of_year * 100 + last

"""Find the possible meanings of a text as a score.

It understands digits of all scripts, separators of all languages, units and durations.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

MAX_DECIMALS = 9
MINUTE = 60
POWERS = {"k": 3, "m": 6, "b": 9}
"""The power of ten by which a letter after a number multiplies it."""
WRITE_POINTS = frozenset(("en-US", "en-GB", "hi", "th", "ja", "ko", "zh-CN", "zh-TW"))
"""Discord's languages in which decimals are always written with a point."""

# Drop characters that copied text carries along; replace variants of signs and separators by the plain ones.
_KEYS = str.maketrans(
    {
        **dict.fromkeys("\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u2060\u2066\u2067\u2068\u2069\ufeff", None),
        **dict.fromkeys("\u2013\u2212\uff0d", "-"),
        **dict.fromkeys("\u2019\u066c", "'"),
        "\uff0b": "+",
        "\uff0c": ",",
        **dict.fromkeys("\uff0e\u066b", "."),
        "\uff1a": ":",
    }
)
_NUMERIC = frozenset("0123456789.,' +-")
_POINTS = ("points", "point", "pts", "pt")
_SHORTEST_PLURAL = 4
_GROUPS = re.compile(r"[1-9][0-9]{0,2}([.,' ])[0-9]{3}(?:\1[0-9]{3})*|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}")
_NUMBER = re.compile(rf"(?=\.?[0-9])[0-9]*\.[0-9]{{0,{MAX_DECIMALS}}}")
_BEGINS_DECIMALS = re.compile(r"(?:0[0-9]*)?,.*|[0-9' ]*,[0-9]?")
_COMMA_AFTER_GROUPS = re.compile("[0-9]+[.' ].*,[0-9]+")
_PLAIN = re.compile(rf"[0-9]+(?:\.(?:[0-9]{{1,2}}|[0-9]{{4,{MAX_DECIMALS}}}))?")
_SCALED = re.compile(r"(.*[0-9.]) ?([kmb])")
_SIGNED = re.compile(r"([+-]?)(.*)", re.DOTALL)
_CLOCK = re.compile(rf"(?:([0-9]+):)?([0-9]+):([0-5][0-9](?:[.,][0-9]{{1,{MAX_DECIMALS}}})?)")
_BELOW_SIXTY = re.compile("[0-5][0-9]")
_AMOUNT = rf"([0-9]+(?:[.,][0-9]{{1,{MAX_DECIMALS}}})?|\.[0-9]{{1,{MAX_DECIMALS}}})"
_HOURS, _MINUTES, _SECONDS, _MILLISECONDS = "h|hrs?|hours?", "m|mins?|minutes?", "s|secs?|seconds?", "ms"
_WORDS = re.compile(
    rf"(?:{_AMOUNT} ?(?:{_HOURS}) ?)?(?:{_AMOUNT} ?(?:{_MINUTES}) ?)?"
    rf"(?:{_AMOUNT} ?(?:{_SECONDS}) ?)?(?:{_AMOUNT} ?{_MILLISECONDS})?"
)
_IN_SECONDS = re.compile(rf"(.*?) ?(?:{_SECONDS})?")
_TIME_UNIT = re.compile(f"{_HOURS}|{_MINUTES}|{_SECONDS}|{_MILLISECONDS}")
_KINDS = (Decimal(3600), Decimal(60), Decimal(1), Decimal("0.001"))
"""The seconds in one unit of each kind that `_WORDS` finds."""


@dataclass(frozen=True, slots=True)
class Readings:
    """The possible meanings of a text.

    Attributes:
        values: the numbers, the likeliest first; empty for a text that is not a score.
        is_certain: whether the text can only mean its one value.
    """

    values: tuple[Decimal, ...] = ()
    is_certain: bool = False


def plain(text: str) -> str:
    """Return a text with ASCII digits, signs, separators and spaces, case folded."""
    if text.isascii():
        return text.strip().casefold()
    return "".join(map(_plain, unicodedata.normalize("NFC", text).translate(_KEYS))).strip().casefold()


def read_number(text: str, unit: str | None, locale: str | None) -> Readings:
    """Parse a number, with or without its unit before or after it.

    Args:
        text: the text, as `plain` returns it.
        unit: the unit of the event, or None.
        locale: the user's language on Discord, such as "de". It orders the readings, and decides whether a comma before
            three digits may begin decimals; it never makes such a comma certain to begin them.
    """
    if _PLAIN.fullmatch(text):
        # Most scores need no more.
        return Readings((Decimal(text),), is_certain=True)
    point_first = locale is None or locale in WRITE_POINTS
    sure = "," if point_first else None
    spellings = _spellings(unit)
    for number in _without_unit(text, spellings):
        if (found := _read_scaled(number, sure, point_first=point_first)).values:
            return found
    letter = text[-1:]
    if letter == "m" and any(map(_TIME_UNIT.fullmatch, spellings)):
        # Here "m" means minutes, because the unit of the event is one of time.
        return Readings()
    found = _read_scaled(text, sure, point_first=point_first)
    if letter in POWERS and any(spelling.startswith(letter) for spelling in spellings):
        short = _read_signed(text.removesuffix(letter).rstrip(), sure, point_first=point_first)
        # With and without the letter, a comma and a point may lead to the same number.
        values = tuple(dict.fromkeys(short.values + found.values))
        return Readings(values, found.is_certain and len(values) == 1)
    return found


def read_time(text: str, locale: str | None) -> Readings:
    """Parse a duration in seconds: a number, a clock time, or hours, minutes and seconds as words.

    Args:
        text: the text, as `plain` returns it.
        locale: the user's language on Discord; it orders the readings.
    """
    sign, unsigned = _split_sign(text)
    if (value := _clock(unsigned)) is None:
        value = _words(unsigned)
    if value is not None:
        return Readings((sign * value,), is_certain=True)
    seconds = _IN_SECONDS.fullmatch(text)
    point_first = locale is None or locale in WRITE_POINTS
    return Readings() if seconds is None else _read_signed(seconds[1], ".", point_first=point_first)


def _plain(character: str) -> str:
    if character.isascii():
        return character
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    return " " if unicodedata.category(character) == "Zs" else character


def _spellings(unit: str | None) -> tuple[str, ...]:
    """Return how players may write a unit: as it is, in the singular or plural, and "points" in short forms."""
    folded = "" if unit is None else plain(unit)
    if not folded or folded in _POINTS:
        return _POINTS
    if len(folded) < _SHORTEST_PLURAL:
        return (folded,)
    return (folded, f"{folded}s", folded.removesuffix("s"))


def _without_unit(text: str, spellings: tuple[str, ...]) -> Iterator[str]:
    """Yield the part of a text before or after a unit.

    Without a space in between, a unit that begins like a number would continue it, and letters would form one word.
    """
    sign, unsigned = _SIGNED.fullmatch(text).groups()  # type: ignore[union-attr] # it matches every text
    for unit in spellings:
        number = text.removesuffix(unit)
        is_joined = number[-1:].isalpha() and unit[0].isalpha()
        if number != text and (number.endswith(" ") or not (is_joined or unit[0] in _NUMERIC)):
            yield number.rstrip()
        number = unsigned.removeprefix(unit)
        if number != unsigned and (number.startswith(" ") or unit[-1] not in _NUMERIC):
            yield sign + number.lstrip()


def _read_scaled(text: str, sure: str | None, *, point_first: bool) -> Readings:
    scaled = _SCALED.fullmatch(text)
    if scaled is None:
        return _read_signed(text, sure, point_first=point_first)
    found = _read_signed(scaled[1], sure, point_first=point_first)
    return Readings(tuple(value.scaleb(POWERS[scaled[2]]) for value in found.values), found.is_certain)


def _read_signed(text: str, sure: str | None, *, point_first: bool) -> Readings:
    sign, unsigned = _split_sign(text)
    found = _read(unsigned, sure, point_first=point_first)
    return Readings(tuple(sign * value for value in found.values), found.is_certain)


def _split_sign(text: str) -> tuple[int, str]:
    return (-1 if text.startswith("-") else 1), text[1:] if text[:1] in ("+", "-") else text


def _read(text: str, sure: str | None, *, point_first: bool) -> Readings:
    """Parse digits with separators, once with a decimal point and once with a decimal comma.

    If `sure` is in the text, the reading with a point is certain. A reading with a comma before decimals is certain
    only if another separator groups the digits before it: where commas group thousands, a digit may be missing or
    superfluous.
    """
    by_point, by_comma = _decimal(text, ".", ",' "), _decimal(text, ",", ".' ")
    if by_point is not None and (by_comma in (None, by_point) or (sure is not None and sure in text)):
        return Readings((by_point,), is_certain=True)
    if by_point is None and ("," not in text or _COMMA_AFTER_GROUPS.fullmatch(text)):
        return Readings() if by_comma is None else Readings((by_comma,), is_certain=True)
    if by_point is None and text.count(",") == 1 and not _BEGINS_DECIMALS.fullmatch(text):
        by_point = _decimal(text.replace(",", ""), ".", "' ")
    ordered = (by_point, by_comma) if point_first else (by_comma, by_point)
    return Readings(tuple(value for value in ordered if value is not None))


def _decimal(text: str, mark: str, separators: str) -> Decimal | None:
    """Parse digits in which `mark` begins decimals, and one of `separators` groups the other digits."""
    whole, _, decimals = text.partition(mark)
    if groups := _GROUPS.fullmatch(whole):
        separator = groups[1] or ","
        if separator not in separators:
            return None
        whole = whole.replace(separator, "")
    number = f"{whole}.{decimals}"
    return Decimal(number) if _NUMBER.fullmatch(number) else None


def _clock(text: str) -> Decimal | None:
    clock = _CLOCK.fullmatch(text)
    if clock is None:
        return None
    hours, minutes, seconds = clock.groups()
    if hours is not None and not _BELOW_SIXTY.fullmatch(minutes):
        return None
    return (Decimal(hours or 0) * MINUTE + Decimal(minutes)) * MINUTE + Decimal(seconds.replace(",", "."))


def _words(text: str) -> Decimal | None:
    """Parse hours, minutes, seconds and milliseconds; each amount must be below one of the next greater unit.

    A comma in the first amount may group thousands. In a later one it can only begin decimals.
    """
    words = _WORDS.fullmatch(text)
    amounts = (None,) * len(_KINDS) if words is None else words.groups()
    typed = [(amount, kind) for amount, kind in zip(amounts, _KINDS, strict=True) if amount is not None]
    if not typed or "," in typed[0][0]:
        return None
    given = [(Decimal(amount.replace(",", ".")), kind) for amount, kind in typed]
    for (greater, of_kind), (amount, kind) in pairwise(given):
        if greater % 1 or amount * kind >= of_kind:
            return None
    return sum((amount * kind for amount, kind in given), Decimal(0))

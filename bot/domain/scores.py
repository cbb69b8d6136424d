"""Compare scores, read them as players type them, and write them as players read them."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot.errors import CommaInNumber, CommaInTime, NotANumber, NotATime, ScoreOutOfRange, ScoreTooLong, TimeNotNumber

MAX_SCORE = 1_000_000_000
MAX_TEXT = 40
"""The longest score that the bot shows, with a unit of 16 characters, fits."""
MAX_DECIMALS = 9
MINUTE = 60

_DECIMALS = rf"(?:\.[0-9]{{1,{MAX_DECIMALS}}})?"
_PLAIN = re.compile(rf"[0-9]+{_DECIMALS}|\.[0-9]{{1,{MAX_DECIMALS}}}")
_GROUPED = re.compile(rf"[0-9]{{1,3}}(?:,[0-9]{{3}})+{_DECIMALS}")
_CLOCK = re.compile(rf"(?:([0-9]+):)?([0-9]+):([0-5][0-9]{_DECIMALS})")


class ScoreDirection(StrEnum):
    """Which of two scores is better."""

    HIGH = "HIGH"
    LOW = "LOW"

    def is_better(self, score: float, than: float) -> bool:
        """Tell whether `score` beats `than`; an equal score does not."""
        return score > than if self is ScoreDirection.HIGH else score < than

    @property
    def sign(self) -> int:
        """1 if a greater score is better, −1 if a smaller score is better."""
        return 1 if self is ScoreDirection.HIGH else -1


class ScoreFormat(StrEnum):
    """The notation of an event's scores: numbers, or durations in seconds."""

    NUMBER = "number"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class ScoreStyle:
    """The notation of an event's scores with their unit.

    Attributes:
        format: number or time.
        unit: the text after a number, such as "points"; None for none. Times have no unit.
    """

    format: ScoreFormat = ScoreFormat.NUMBER
    unit: str | None = None

    def parse(self, text: str) -> float:
        """Read a score: `12345`, `12,345.5`, and for times also `1:23.456`, `1:02:03.4` or `59.5s`.

        Commas group the thousands of a number, in full groups of three. This refuses every other comma, since a decimal
        comma would mean another score.

        Returns:
            The score in points or seconds, above 0 and below 1,000,000,000.

        Raises:
            InvalidScore: the text has another form, or the score is out of range.
        """
        score = float(self._read(text.strip()))
        if not 0 < score < MAX_SCORE:
            raise ScoreOutOfRange
        return score

    def show(self, score: float) -> str:
        """Write a score as players read it; `parse` returns the same score for this text."""
        return self._write(Decimal(repr(score)))

    def show_change(self, score: float, before: float) -> str:
        """Write the difference `score - before` with its sign, such as +345 or −1.5s."""
        change = Decimal(repr(score)) - Decimal(repr(before))
        return ("−" if change < 0 else "+") + self._write(abs(change))

    def _write(self, value: Decimal) -> str:
        if self.format is ScoreFormat.TIME:
            return _clock(value)
        return f"{_number(value)} {self.unit}" if self.unit else _number(value)

    def _read(self, text: str) -> Decimal:
        if len(text) > MAX_TEXT:
            raise ScoreTooLong(MAX_TEXT)
        if self.format is ScoreFormat.TIME:
            return _read_time(text)
        number, _, unit = text.partition(" ")
        return _read_number(number if self.unit and unit.strip() == self.unit else text)


def _read_number(text: str) -> Decimal:
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    if _GROUPED.fullmatch(text):
        return Decimal(text.replace(",", ""))
    if "," in text:
        raise CommaInNumber
    if ":" in text:
        raise TimeNotNumber
    raise NotANumber(MAX_DECIMALS)


def _read_time(text: str) -> Decimal:
    if _PLAIN.fullmatch(text.removesuffix("s").rstrip()):
        return Decimal(text.removesuffix("s").rstrip())
    if clock := _CLOCK.fullmatch(text):
        hours, minutes, seconds = clock.groups()
        if hours is None or re.fullmatch("[0-5][0-9]", minutes):
            return (Decimal(hours or 0) * MINUTE + Decimal(minutes)) * MINUTE + Decimal(seconds)
    if "," in text:
        raise CommaInTime
    raise NotATime


def _number(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _clock(value: Decimal) -> str:
    if value < MINUTE:
        return f"{_number(value)}s"
    whole_minutes, seconds = divmod(value, MINUTE)
    hours, minutes = divmod(int(whole_minutes), MINUTE)
    whole, _, fraction = _number(seconds).partition(".")
    tail = f"{whole.zfill(2)}.{fraction}" if fraction else whole.zfill(2)
    return f"{hours}:{minutes:02}:{tail}" if hours else f"{minutes}:{tail}"

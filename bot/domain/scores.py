"""Compare scores, parse them as players type them, and format them as players read them."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from bot.domain.typed_scores import MAX_DECIMALS, MINUTE, Readings, plain, read_number, read_time
from bot.errors import (
    AmbiguousScore,
    CommaInScore,
    NotANumber,
    NotATime,
    OtherUnit,
    Range,
    Reading,
    ScoreOutOfRange,
    ScoreTooHigh,
    ScoreTooLong,
    ScoreTooLow,
    TimeNotNumber,
    TooManyDecimals,
    UnreadableScore,
)

MAX_SCORE = 2**53 - 1
"""The highest score of any event; its negative is the lowest. Up to here, a float holds every whole number."""
LEAST_SCORE = 1e-12
"""The smallest score above 0 that users can type: a time in milliseconds with `MAX_DECIMALS` decimals."""
DEFAULT_MIN, DEFAULT_MAX = 0.0, 1_000_000_000.0
"""An event without its own bounds takes the scores between these two."""
GROUP = 3
"""This many digits after a lone point may be a group of thousands."""
MAX_TEXT = 40
"""The longest text to parse; it fits the longest displayed score with a unit of 16 characters."""

_LIKE_A_TIME = re.compile("[0-9.,]*(?::[0-9.,]*)+")
_WITH_UNIT = re.compile("(.*[0-9]) ?(?![kmbt])[a-z]{2,}")
"""A number with a word, but not one that begins with k, m, b or t: like "million", it may belong to the number."""
_TOO_MANY_DECIMALS = re.compile(rf"[^.]*\.[0-9]{{{MAX_DECIMALS + 1},}}\D*")


def settled(score: float) -> float:
    """Return a score from a file; 0 if it is closer to 0 than any score that users can type.

    The square of such a small score could underflow.
    """
    return 0.0 if abs(score) < LEAST_SCORE else score


class ScoreDirection(StrEnum):
    """Whether higher or lower scores are better."""

    HIGH = "HIGH"
    LOW = "LOW"

    def is_better(self, score: float, than: float) -> bool:
        """Tell whether `score` beats `than`; an equal score does not."""
        return score > than if self is ScoreDirection.HIGH else score < than

    @property
    def opposite(self) -> "ScoreDirection":
        """The other direction."""
        return ScoreDirection.LOW if self is ScoreDirection.HIGH else ScoreDirection.HIGH

    @property
    def sign(self) -> int:
        """1 if a higher score is better, −1 if a lower score is better."""
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

    def parse(self, text: str, locale: str | None = None) -> float:
        """Parse an unambiguous score: `12,345.5`, `12 345`, `12k`, and for times `1:23.4` or `1m23s`.

        Args:
            text: as the user typed it.
            locale: the user's language on Discord, such as "de"; None for unknown. Where decimals may begin with a
                comma, `1,234` has two readings, in the order that the language suggests.

        Returns:
            The score in points or seconds, between -`MAX_SCORE` and `MAX_SCORE`.

        Raises:
            AmbiguousScore: the text has two readings.
            InvalidScore: the text is not a score, or the score is out of range.
        """
        typed = text.strip()
        if len(typed) > MAX_TEXT:
            raise ScoreTooLong(typed, MAX_TEXT)
        found = self._read(typed, locale)
        scores = tuple(float(value) + 0.0 for value in found.values if abs(value) <= MAX_SCORE)
        if found.values and not scores:
            raise ScoreOutOfRange(typed, MAX_SCORE)
        if found.is_certain:
            return scores[0]
        if len(scores) == 1:
            raise CommaInScore(typed, _unmistakable(scores[0]))
        if scores:
            readings = tuple(Reading(score, _unmistakable(score), self.bare(score)) for score in scores)
            raise AmbiguousScore(typed, readings, self.unit)
        raise self._refusal(typed, locale)

    def show(self, score: float) -> str:
        """Format a score for players.

        `parse` returns the same score for this text, or reports it as ambiguous: `15.125` may mean fifteen thousand.
        """
        bare = self.bare(score)
        return f"{bare} {self.unit}" if self.unit else bare

    def show_change(self, score: float, before: float) -> str:
        """Format the difference `score - before` with its sign and without a unit, such as +345 or −1.5s."""
        change = Decimal(repr(score)) - Decimal(repr(before))
        return f"{'' if change < 0 else '+'}{self._write(change)}"

    def show_gap(self, score: float, other: float) -> str:
        """Format the distance between two scores, without a unit or a sign."""
        return self._write(abs(Decimal(repr(score)) - Decimal(repr(other))))

    def bare(self, score: float) -> str:
        """Format a score without its unit."""
        return self._write(Decimal(repr(score)))

    def _write(self, value: Decimal) -> str:
        write = _clock if self.format is ScoreFormat.TIME else _number
        return f"−{write(-value)}" if value < 0 else write(value)

    def _read(self, typed: str, locale: str | None) -> Readings:
        text = plain(typed)
        return read_time(text, locale) if self.format is ScoreFormat.TIME else read_number(text, self.unit, locale)

    def _refusal(self, typed: str, locale: str | None) -> UnreadableScore:
        if _TOO_MANY_DECIMALS.fullmatch(plain(typed)):
            return TooManyDecimals(typed, MAX_DECIMALS)
        if self.format is ScoreFormat.TIME:
            return NotATime(typed)
        if _LIKE_A_TIME.fullmatch(plain(typed)) or read_time(plain(typed), locale).values:
            return TimeNotNumber(typed, self.unit)
        if (found := _WITH_UNIT.fullmatch(plain(typed))) is not None:
            number = read_number(found[1], None, locale)
            if number.is_certain and abs(number.values[0]) <= MAX_SCORE:
                return OtherUnit(typed, self.unit, _unmistakable(float(number.values[0])))
        return NotANumber(typed)


def score_beyond(score: float, other: float, direction: ScoreDirection) -> float:
    """Return a score that beats `score` by one unit of the last decimal place of either score."""
    places = min(Decimal(repr(one)).normalize().as_tuple().exponent for one in (score, other))
    step = Decimal(1).scaleb(min(int(places), 0))
    return float(Decimal(repr(score)) + direction.sign * step)


@dataclass(frozen=True, slots=True)
class ScoreBounds:
    """The scores that an event takes.

    On a side without its own bound, the default applies: above 0, or below 1,000,000,000. If that would leave no
    scores, the outermost score of any event applies instead.

    Attributes:
        least: the lower bound, in points or seconds.
        greatest: the upper bound.
        takes_least: whether the event takes `least` itself.
        takes_greatest: whether the event takes `greatest` itself.
    """

    least: float
    greatest: float
    takes_least: bool
    takes_greatest: bool

    @property
    def are_positive(self) -> bool:
        """Whether the event takes only scores above 0."""
        return self.least > 0 or (self.least == 0 and not self.takes_least)

    @classmethod
    def of(cls, min_score: float | None, max_score: float | None) -> "ScoreBounds":
        """Return the bounds of an event with these limits; None for a limit that is not set."""
        takes_least, takes_greatest = True, True
        if min_score is None:
            takes_least = max_score is not None and max_score <= DEFAULT_MIN
            least = -float(MAX_SCORE) if takes_least else DEFAULT_MIN
        else:
            least = min_score
        if max_score is None:
            takes_greatest = min_score is not None and min_score >= DEFAULT_MAX
            greatest = float(MAX_SCORE) if takes_greatest else DEFAULT_MAX
        else:
            greatest = max_score
        return cls(least, greatest, takes_least, takes_greatest)

    def takes(self, score: float) -> bool:
        """Tell whether the event takes a score."""
        is_above = score >= self.least if self.takes_least else score > self.least
        return is_above and (score <= self.greatest if self.takes_greatest else score < self.greatest)

    def check(self, score: float, style: ScoreStyle) -> None:
        """Check that the event takes a score.

        Raises:
            ScoreTooLow, ScoreTooHigh: the event does not take it. The error omits a default bound on the other side.
        """
        if self.takes(score):
            return
        taken, shown, is_time = self.shown(style), style.bare(score), style.format is ScoreFormat.TIME
        if score <= self.least:
            taken = taken if self.takes_greatest else replace(taken, greatest=None)
            raise ScoreTooLow(shown, taken, style.unit, is_time)
        taken = taken if self.takes_least else replace(taken, least=None)
        raise ScoreTooHigh(shown, taken, style.unit, is_time)

    def shown(self, style: ScoreStyle) -> Range:
        """Format the bounds for players."""
        return Range(style.bare(self.least), style.bare(self.greatest), self.takes_least, self.takes_greatest)


def _unmistakable(score: float) -> str:
    """Format a score as a plain number that `parse` reads unambiguously."""
    text = _number(Decimal(repr(score)), grouping="")
    _, _, decimals = text.partition(".")
    return f"{text}0" if len(decimals) == GROUP else text


def _number(value: Decimal, grouping: str = ",") -> str:
    text = f"{value:{grouping}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _clock(value: Decimal) -> str:
    if value < MINUTE:
        return f"{_number(value)}s"
    whole_minutes, seconds = divmod(value, MINUTE)
    hours, minutes = divmod(int(whole_minutes), MINUTE)
    whole, _, fraction = _number(seconds).partition(".")
    tail = f"{whole.zfill(2)}.{fraction}" if fraction else whole.zfill(2)
    return f"{hours}:{minutes:02}:{tail}" if hours else f"{minutes}:{tail}"

"""Compute the z-score and the Elo of a score in a field."""

import math
from dataclasses import dataclass

from bot.domain.scores import ScoreDirection


@dataclass(frozen=True, slots=True)
class Field:
    """The scores that a rating compares a score with, as size, centre and spread.

    Under *classic*, the centre is the mean and the spread is the population standard deviation; `bot.domain.methods`
    defines them for other methods. Under *ranks*, the database stores no spread. If an event rates logarithms, all
    numbers but the size are logarithmic.

    Attributes:
        size: the number of scores, one per player; 0 or more.
        origin: a score near the others. `centre` is relative to it, which preserves the precision of large scores.
        centre: the centre of `score - origin`, in units of the score.
        spread: in units of the score; 0 for an empty field, a single score or equal scores.
    """

    size: int
    origin: float
    centre: float
    spread: float

    @property
    def middle(self) -> float:
        """The centre of the scores."""
        return self.origin + self.centre


@dataclass(frozen=True, slots=True)
class RatingScale:
    """The constants that turn z-scores into Elo.

    Attributes:
        base_elo: the Elo of a score in the centre of the field.
        elo_per_sigma: Elo points per standard deviation; above 0.
        missed_week_elo: the weekly Elo of a missed week, in events without a value of their own.
    """

    base_elo: int = 1000
    elo_per_sigma: float = 200.0
    missed_week_elo: int = 0

    def elo_of(self, z: float) -> int:
        """Return the Elo of a z-score: `base_elo + z × elo_per_sigma`, rounded half up."""
        return round_half_up(self.base_elo + z * self.elo_per_sigma)


def z_score(score: float, field: Field, direction: ScoreDirection) -> float:
    """Return how many spreads `score` is better than the centre of `field`.

    The result is 0 in a field without spread (a single score, or equal scores).
    """
    if field.spread == 0:
        return 0.0
    return direction.sign * ((score - field.origin) - field.centre) / field.spread


def round_half_up(value: float) -> int:
    """Return `floor(value + 0.5)`: the nearest integer, halves rounded up."""
    return math.floor(value + 0.5)

"""Compute ratings from scores: z-score, Elo and event Elo."""

import math
from dataclasses import dataclass

from bot.domain.scores import ScoreDirection


@dataclass(frozen=True, slots=True)
class Field:
    """The scores that a rating compares a score with, as size, mean and spread.

    Attributes:
        size: the number of scores, one per player; 0 or more.
        origin: a score near the others. `mean` is relative to it, which keeps all digits of large scores.
        mean: the mean of `score - origin`, in units of the score.
        sd: the population standard deviation; 0 for an empty field, a single score or equal scores.
    """

    size: int
    origin: float
    mean: float
    sd: float

    @property
    def absolute_mean(self) -> float:
        """The mean of the scores."""
        return self.origin + self.mean


@dataclass(frozen=True, slots=True)
class RatingScale:
    """The constants that turn z-scores into Elo.

    Attributes:
        base_elo: the Elo of a score that equals the field's mean.
        elo_per_sigma: Elo points per standard deviation; above 0.
        missed_week_elo: the weekly Elo of a missed week.
    """

    base_elo: int = 1000
    elo_per_sigma: float = 200.0
    missed_week_elo: int = 0

    def elo(self, score: float, field: Field, direction: ScoreDirection) -> int:
        """Return the Elo of a score in a field: `base_elo + z × elo_per_sigma`, rounded half up."""
        return round_half_up(self.base_elo + z_score(score, field, direction) * self.elo_per_sigma)

    def event_elo(self, all_time_elo: int | None, weekly_average: float) -> int:
        """Return the event Elo: the mean of all-time Elo and weekly average, rounded half up.

        A player without an all-time Elo counts with `base_elo`.
        """
        all_time = self.base_elo if all_time_elo is None else all_time_elo
        return round_half_up(0.5 * all_time + 0.5 * weekly_average)


def z_score(score: float, field: Field, direction: ScoreDirection) -> float:
    """Return by how many population standard deviations `score` is better than the mean of `field`.

    The result is 0 in a field without spread (a single score, or equal scores).
    """
    if field.sd == 0:
        return 0.0
    return direction.sign * ((score - field.origin) - field.mean) / field.sd


def round_half_up(value: float) -> int:
    """Return `floor(value + 0.5)`: the nearest integer, halves rounded up."""
    return math.floor(value + 0.5)

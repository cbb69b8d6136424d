"""From scores to ratings: z-score, Elo, and the composite event Elo."""

import math
from dataclasses import dataclass
from enum import StrEnum


class ScoreDirection(StrEnum):
    """Which of two scores is better."""

    HIGH = "HIGH"
    LOW = "LOW"

    def is_better(self, score: float, than: float) -> bool:
        """Tell whether `score` beats `than`; an equal score does not."""
        return score > than if self is ScoreDirection.HIGH else score < than

    @property
    def sign(self) -> int:
        """1 where a greater score is better, −1 where a smaller one is."""
        return 1 if self is ScoreDirection.HIGH else -1


@dataclass(frozen=True, slots=True)
class Field:
    """The scores that a rating is measured against, as size, mean and spread.

    Attributes:
        size: number of scores, one a player; 0 or more.
        origin: a score near the others; `mean` is relative to it, so that no digit of large scores is lost.
        mean: mean of `score - origin`, in units of the score.
        sd: population standard deviation; 0 for an empty field, a single score or equal scores.
    """

    size: int
    origin: float
    mean: float
    sd: float

    @property
    def absolute_mean(self) -> float:
        """Mean of the scores themselves."""
        return self.origin + self.mean


@dataclass(frozen=True, slots=True)
class RatingScale:
    """The constants that turn z-scores into Elo.

    Attributes:
        base_elo: the Elo of the field's mean.
        elo_per_sigma: Elo points for one standard deviation; above 0.
        missed_week_elo: what a missed week counts as in the weekly average.
    """

    base_elo: int = 1000
    elo_per_sigma: float = 200.0
    missed_week_elo: int = 0

    def elo(self, score: float, field: Field, direction: ScoreDirection) -> int:
        """Rate a score against its field: `base + z × elo_per_sigma`, rounded half up."""
        return round_half_up(self.base_elo + z_score(score, field, direction) * self.elo_per_sigma)

    def event_elo(self, all_time_elo: int | None, weekly_average: float) -> int:
        """Compose the event Elo: half all-time Elo (the base where there is none), half weekly average."""
        all_time = self.base_elo if all_time_elo is None else all_time_elo
        return round_half_up(0.5 * all_time + 0.5 * weekly_average)


def z_score(score: float, field: Field, direction: ScoreDirection) -> float:
    """Tell how many population standard deviations `score` is better than the mean of `field`.

    A field without spread (one score, or all equal) gives 0.
    """
    if field.sd == 0:
        return 0.0
    return direction.sign * ((score - field.origin) - field.mean) / field.sd


def round_half_up(value: float) -> int:
    """Round to the nearest integer, halves upwards, as `floor(value + 0.5)` does in SQL."""
    return math.floor(value + 0.5)

"""Update the mean and the spread of a field, one score at a time.

Sources: B. P. Welford, "Note on a method for calculating corrected sums of squares and products", Technometrics 4
(1962), 419-420; T. F. Chan, G. H. Golub, R. J. LeVeque, "Algorithms for computing the sample variance", The American
Statistician 37 (1983), 242-247, for shifting the data by one of its values.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.domain.ratings import Field

SHRINKAGE_LIMIT = 1e-3


@dataclass(frozen=True, slots=True)
class RunningStatistics:
    """Size, mean and sum of squares of a field, by Welford's recurrence.

    Attributes:
        count: the number of scores, one per player; 0 or more.
        origin: a score near the others. `mean` is relative to it, which preserves the precision of large scores.
        mean: the mean of `score - origin`, in units of the score.
        m2: the sum of the squared deviations from the mean, in squared units; 0 or more.
        m2_peak: the greatest `m2` since the field was last counted from its scores.
    """

    count: int = 0
    origin: float = 0.0
    mean: float = 0.0
    m2: float = 0.0
    m2_peak: float = 0.0

    @classmethod
    def of(cls, scores: Iterable[float]) -> "RunningStatistics":
        """Compute the statistics of a field from its scores, in two passes, relative to the lowest score."""
        values = list(scores)
        if not values:
            return cls()
        origin = min(values)
        offsets = [value - origin for value in values]
        mean = math.fsum(offsets) / len(offsets)
        deviations = [offset - mean for offset in offsets]
        m2 = math.fsum([deviation * deviation for deviation in deviations])
        return cls(len(values), origin, mean, m2, m2)

    @property
    def field(self) -> Field:
        """The size, mean and standard deviation of the field."""
        sd = math.sqrt(self.m2 / self.count) if self.count else 0.0
        return Field(self.count, self.origin, self.mean, sd)

    @property
    def has_lost_digits(self) -> bool:
        """Whether `m2` has shrunk so far that the field must be recounted from its scores.

        Removing a distant score subtracts two large sums. While `m2` stays above a thousandth of its peak, at least
        twelve of sixteen digits are correct.
        """
        return self.m2 < SHRINKAGE_LIMIT * self.m2_peak

    def change(self, old: float | None, new: float | None) -> "RunningStatistics":
        """Return the statistics after a player's score changes; None means that the player has no score."""
        if old is None:
            return self if new is None else self.add(new)
        return self.remove(old) if new is None else self.replace(old, new)

    def add(self, score: float) -> "RunningStatistics":
        """Return the statistics with one more score."""
        if self.count == 0:
            return RunningStatistics(1, score)
        offset = score - self.origin
        count = self.count + 1
        mean = self.mean + (offset - self.mean) / count
        return self._moved(count, mean, (offset - self.mean) * (offset - mean))

    def replace(self, old: float, new: float) -> "RunningStatistics":
        """Return the statistics with the score `new` instead of `old`."""
        if self.count == 1:
            return RunningStatistics(1, new)
        before, after = old - self.origin, new - self.origin
        mean = self.mean + (after - before) / self.count
        return self._moved(self.count, mean, (after - before) * (after - mean + before - self.mean))

    def remove(self, score: float) -> "RunningStatistics":
        """Return the statistics without one score."""
        if self.count == 1:
            return RunningStatistics()
        offset = score - self.origin
        count = self.count - 1
        mean = self.mean - (offset - self.mean) / count
        return self._moved(count, mean, -(offset - self.mean) * (offset - mean))

    def _moved(self, count: int, mean: float, m2_change: float) -> "RunningStatistics":
        m2 = max(self.m2 + m2_change, 0.0)
        return replace(self, count=count, mean=mean, m2=m2, m2_peak=max(self.m2_peak, m2))

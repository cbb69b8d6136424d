"""Move a field by one player's score, and bound the effect on the Elos of the others."""

import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, Protocol

from bot.domain.methods import (
    MEDIAN_DEVIATIONS,
    AnyField,
    RankedField,
    Rating,
    RatingMethod,
    median_deviation,
    method_of,
)
from bot.domain.ratings import Field
from bot.domain.rules import Method
from bot.domain.statistics import RunningStatistics


def values_of(scores: "array[float]", rating: Rating) -> "array[float]":
    """Return the values that a method other than *classic* compares; scores and values are in ascending order."""
    return array("d", map(method_of(rating.rules).value_of, scores)) if rating.rules.rates_logarithms else scores


@dataclass(frozen=True, slots=True)
class MovingField:
    """The scores of a field, in which one player's score may improve.

    Attributes:
        own: the score of that player; None for none.
        statistics: the statistics of all scores, including `own`. Only *classic* needs them.
        others: the values that the method compares of the other scores, in ascending order; empty under *classic*.
        known: cached fields of *robust*, by the value of the player's score.
        known_elos: cached Elos of others under *ranks*, by their score and by how the player's score compares: 1, 0 or
            -1.
    """

    rating: Rating
    own: float | None
    statistics: RunningStatistics
    others: "array[float]"
    known: dict[float, Field] = field(default_factory=dict, compare=False, repr=False)
    known_elos: dict[tuple[float, int], int] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(
        cls, rating: Rating, own: float | None, statistics: RunningStatistics, values: "array[float]"
    ) -> "MovingField":
        """Return a field with these values, which include that of `own`; see `values_of`."""
        others = values[:]
        if own is not None and others:
            del others[bisect_left(others, method_of(rating.rules).value_of(own))]
        return cls(rating, own, statistics, others)

    @property
    def size(self) -> int:
        """The number of scores once the player has one."""
        return self.statistics.count + (self.own is None)

    def best_with(self, score: float | None) -> float | None:
        """Return the player's best score after a further submission; None for no submission."""
        if self.own is None or score is None:
            return self.own if score is None else score
        return score if self.rating.direction.is_better(score, self.own) else self.own

    def with_score(self, score: float | None) -> AnyField:
        """Return the field after the player submits a score; None for the present field."""
        best, method = self.best_with(score), method_of(self.rating.rules)
        if self.rating.rules.method is Method.CLASSIC:
            return (self.statistics if best == self.own else self.statistics.change(self.own, best)).field
        if best is None:
            found: AnyField = method.field_of_ordered(self.others)
            return found
        if self.rating.rules.method is Method.RANKS:
            return RankedField(JoinedValues(self.others, best))
        return self._field_with(method.value_of(best))

    def elo(self, score: float | None) -> int | None:
        """Return the player's Elo after a submission; None without a score. A better score never lowers it."""
        best = self.best_with(score)
        return None if best is None else self.rating.elo(best, self.with_score(score))

    def sweep(self, worse: float, better: float) -> "Sweep":
        """Return the range of fields that the player's scores produce, from a worse score to a better one."""
        bests = [best for score in (worse, better) if (best := self.best_with(score)) is not None]
        ends = [*dict.fromkeys(bests)]
        if self.rating.rules.method is Method.RANKS:
            return SweepOfRanks(self, ends)
        fields = [self.with_score(end) for end in ends]
        if len(fields) > 1 and self.rating.rules.method is Method.CLASSIC:
            others = self.statistics.change(self.own, None).field
            return SweepOfClassic(self.rating, self._method, fields, self, ends, others)
        if len(fields) > 1 and self.rating.rules.method is Method.ROBUST:
            fields = [*dict.fromkeys([*fields, *self._at_the_median(ends)])]
        return SweepOfFields(self.rating, self._method, fields)

    @property
    def _method(self) -> RatingMethod[Any]:
        return method_of(self.rating.rules)

    def _field_with(self, value: float) -> Field:
        """Return the field of *robust* with this value for the player's score."""
        if value not in self.known:
            self.known[value] = self._method.field_of_ordered(JoinedValues(self.others, value))
        return self.known[value]

    def _at_the_median(self, ends: Iterable[float]) -> list[Field]:
        """Return fields that bound every field of *robust* while the player's own score moves the median.

        While other scores form the median, it is fixed, and the spread grows with the distance of the player's score
        from it; then the fields at the ends are bounds. While the median moves, the median deviation changes by no more
        than the median does. A median deviation of 0 is replaced by the mean deviation; that happens only where the
        median starts or stops moving.
        """
        others, size = self.others, len(self.others)
        if not others:
            return []
        low, high = sorted(map(self._method.value_of, ends))
        edges = others[max(0, (size - 2) // 2)], others[min(size - 1, (size + 1) // 2)]
        moving = [min(max(edge, low), high) for edge in edges]
        fields = [*map(self._field_with, moving)]
        moved = abs(fields[1].middle - fields[0].middle)
        if moved == 0:
            return fields
        deviations = [
            median_deviation(JoinedValues(others, value), one.origin, one.centre)
            for value, one in zip(moving, fields, strict=True)
        ]
        least, most = ((sum(deviations) + by) / 2 for by in (-moved, moved))
        spreads = [MEDIAN_DEVIATIONS * max(deviation, sys.float_info.min) for deviation in (least, most)]
        return [*fields, *(replace(one, spread=spread) for one in fields for spread in spreads)]


class JoinedValues(Sequence[float]):
    """Values in ascending order with one more among them, without a copy."""

    def __init__(self, others: "array[float]", joined: float) -> None:
        """Insert `joined` after any equal values."""
        self._others = others
        self._joined = joined
        self._place = bisect_right(others, joined)

    def __len__(self) -> int:
        """Return the number of values."""
        return len(self._others) + 1

    def __getitem__(self, place: Any) -> Any:
        """Return the value at a place."""
        if place < self._place:
            return self._others[place]
        return self._joined if place == self._place else self._others[place - 1]

    def __iter__(self) -> Iterator[float]:
        """Iterate over the values."""
        return chain(self._others[: self._place], [self._joined], self._others[self._place :])


class Sweep(Protocol):
    """The fields that a player's scores produce, from a worse score to a better one."""

    def elos(self, score: float) -> tuple[int, int]:
        """Return the lowest and the highest Elo that another player's score can have in the fields."""


@dataclass(frozen=True, slots=True)
class SweepOfFields:
    """The fields of *robust*, or a single field.

    Attributes:
        fields: fields that bound the sweep: no field of it gives another score an Elo outside their range.
    """

    rating: Rating
    method: RatingMethod[Any]
    fields: Sequence[AnyField]

    def elos(self, score: float) -> tuple[int, int]:
        """Return the bounds."""
        z_score, direction, elo_of = self.method.z_score, self.rating.direction, self.rating.scale.elo_of
        spreads = [z_score(score, one, direction) for one in self._fields_for(score)]
        low, high = min(spreads), max(spreads)
        least = elo_of(low)
        return least, least if low == high else elo_of(high)

    def _fields_for(self, score: float) -> Sequence[AnyField]:
        return self.fields


@dataclass(frozen=True, slots=True)
class SweepOfClassic(SweepOfFields):
    """The fields of *classic*, in which another score's Elo may first rise and then fall, or the reverse.

    Attributes:
        moving: the field that the scores move.
        ends: the scores at both ends.
        others: the field without the player's score.
    """

    moving: MovingField
    ends: Sequence[float]
    others: Field

    def _fields_for(self, score: float) -> Sequence[AnyField]:
        others = self.others
        if score == others.middle:
            return self.fields
        # With the player's score u relative to the mean of n - 1 others, whose standard deviation is s, a score r
        # relative to it has z = (r - u / n) / √((n - 1) (s² + u² / n) / n), whose derivative is 0 at u = -s² / r.
        turn = others.middle - others.spread**2 / (score - others.middle)
        return [*self.fields, self.moving.with_score(turn)] if min(self.ends) < turn < max(self.ends) else self.fields


@dataclass(frozen=True, slots=True)
class SweepOfRanks:
    """The fields of *ranks*, where another score's Elo depends on which of the two is ahead.

    Attributes:
        moving: the field that the scores move.
        ends: the scores at both ends, or the only one.
    """

    moving: MovingField
    ends: Sequence[float]

    def elos(self, score: float) -> tuple[int, int]:
        """Return the bounds."""
        found = [self._elo(score, end) for end in self.ends]
        return min(found), max(found)

    def _elo(self, score: float, end: float) -> int:
        key, known = (score, (end > score) - (end < score)), self.moving.known_elos
        if key not in known:
            known[key] = self.moving.rating.elo(score, self.moving.with_score(end))
        return known[key]

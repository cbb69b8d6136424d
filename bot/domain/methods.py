"""Turn scores into Elos by the rules of an event, and Elos back into scores.

A method defines what it needs of a field, how many spreads a score is better than the centre, and which score has a
given z-score. `bot.services.ratings` computes the same in SQL.

Sources: P. J. Rousseeuw, C. Croux, "Alternatives to the median absolute deviation", Journal of the American Statistical
Association 88 (1993), 1273-1283, for median and median deviation; G. Blom, "Statistical estimates and transformed
beta-variables" (1958), for normal scores of ranks; M. J. Wichura, "Algorithm AS 241: the percentage points of the
normal distribution", Applied Statistics 37 (1988), 477-484.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, Protocol, TypeVar

from bot.domain.ratings import Field, RatingScale, round_half_up, z_score
from bot.domain.rules import CountedWeek, Method, Rules
from bot.domain.scores import ScoreDirection
from bot.domain.statistics import RunningStatistics

MEDIAN_DEVIATIONS = 1.4826
"""Scales a median deviation to the standard deviation of a normal distribution."""
MEAN_DEVIATIONS = 1.2533
"""Scales a mean absolute deviation to the standard deviation of a normal distribution."""
GREATEST_Z = 4.0
"""The largest z-score under *robust*, before shrinkage; larger ones are cut off."""
FULL_SIZE = 8
"""The size from which *robust* does not shrink the z-scores of a field."""
SHRINKAGE = 2
"""The z-scores of smaller fields are multiplied by size / (size + this)."""
LEAST_WITH_OWN_LOGARITHM = 1e-9
"""Lower scores get the logarithm of this one."""


@dataclass(frozen=True, slots=True)
class RankedField:
    """The scores that a rating compares a score with, one per player, in ascending order."""

    scores: Sequence[float]

    @property
    def size(self) -> int:
        """The number of scores."""
        return len(self.scores)

    @property
    def kept(self) -> Field:
        """What the database stores: the size and the median, without a spread."""
        return Field(self.size, *_median_of(self.scores), 0.0)

    def mean_rank(self, score: float, direction: ScoreDirection) -> float:
        """Return the rank of a score, 1 for the best; equal scores share their mean rank.

        A score outside the field ranks half a rank before the next worse one.
        """
        low, high = bisect_left(self.scores, score), bisect_right(self.scores, score)
        better = self.size - high if direction.sign > 0 else low
        return better + (high - low + 1) / 2


F = TypeVar("F")
Key = TypeVar("Key")


class RatingMethod(Protocol[F]):
    """A way to rate scores, on fields of type `F`."""

    def field_of(self, scores: Iterable[float]) -> F:
        """Return what the method needs of these scores, which are one per player."""

    def value_of(self, score: float) -> float:
        """Return the value that the method compares: the score or its logarithm."""

    def field_of_ordered(self, values: Sequence[float]) -> F:
        """Return the field of the scores with these values, which are in ascending order."""

    def z_score(self, score: float, field: F, direction: ScoreDirection) -> float:
        """Return how many spreads a score is better than the centre of a field."""

    def score_of(self, z: float, field: F, direction: ScoreDirection) -> float | None:
        """Return the worst score whose z-score is at least `z`; None if there is none."""


class Classic:
    """Rates by mean and population standard deviation."""

    def field_of(self, scores: Iterable[float]) -> Field:
        """Return mean and standard deviation."""
        return RunningStatistics.of(scores).field

    def value_of(self, score: float) -> float:
        """Return the score."""
        return score

    def field_of_ordered(self, values: Sequence[float]) -> Field:
        """Return mean and standard deviation."""
        return self.field_of(values)

    def z_score(self, score: float, field: Field, direction: ScoreDirection) -> float:
        """Return the distance from the mean in standard deviations; 0 in a field without spread."""
        return z_score(score, field, direction)

    def score_of(self, z: float, field: Field, direction: ScoreDirection) -> float | None:
        """Return the score with this z-score; in a field without spread None, or the centre if `z` is at most 0."""
        return _score_of(z, field, direction)


@dataclass(frozen=True, slots=True)
class Robust:
    """Rates by median and scaled median deviation, or by the scaled mean deviation if the median deviation is 0.

    It cuts z-scores off at `GREATEST_Z`, and shrinks them in fields with fewer than `FULL_SIZE` players.
    """

    of_logarithms: bool = False

    def field_of(self, scores: Iterable[float]) -> Field:
        """Return the field: the median, relative to the greatest score that does not exceed it, and the spread."""
        return self.field_of_ordered(sorted(_logarithms(scores) if self.of_logarithms else scores))

    def value_of(self, score: float) -> float:
        """Return the score, or its logarithm."""
        return math.log(max(score, LEAST_WITH_OWN_LOGARITHM)) if self.of_logarithms else score

    def field_of_ordered(self, values: Sequence[float]) -> Field:
        """Return the field; unless the median deviation is 0, this looks at few of the values."""
        size, (origin, centre) = len(values), _median_of(values)
        if size == 0:
            return Field(0, origin, centre, 0.0)
        spread = MEDIAN_DEVIATIONS * median_deviation(values, origin, centre)
        if spread == 0:
            spread = MEAN_DEVIATIONS * (math.fsum(abs((value - origin) - centre) for value in values) / size)
        return Field(size, origin, centre, spread)

    def z_score(self, score: float, field: Field, direction: ScoreDirection) -> float:
        """Return the distance in spreads, cut off and shrunk; 0 in a field without spread."""
        spreads = z_score(self.value_of(score), field, direction)
        return min(max(spreads, -GREATEST_Z), GREATEST_Z) * shrinkage(field.size)

    def cuts_off(self, score: float, field: Field) -> bool:
        """Tell whether a score is further from the centre than counts, on either side."""
        return abs(z_score(self.value_of(score), field, ScoreDirection.HIGH)) > GREATEST_Z

    def score_of(self, z: float, field: Field, direction: ScoreDirection) -> float | None:
        """Return the score as *classic* does; None above the cut-off, and the worst score within it below.

        Of the scores that share a logarithm, it is the highest.
        """
        spreads = z / shrinkage(field.size)
        if spreads > GREATEST_Z:
            return None
        value = _score_of(max(spreads, -GREATEST_Z), field, direction)
        return max(math.exp(value), LEAST_WITH_OWN_LOGARITHM) if value is not None and self.of_logarithms else value


class Ranks:
    """Rates by the share of players beaten, as if scores were normal: `Φ⁻¹((n − r + 0.5) / n)` for rank r of n."""

    def field_of(self, scores: Iterable[float]) -> RankedField:
        """Return the scores in order."""
        return RankedField(sorted(scores))

    def value_of(self, score: float) -> float:
        """Return the score."""
        return score

    def field_of_ordered(self, values: Sequence[float]) -> RankedField:
        """Return the scores."""
        return RankedField(values)

    def z_score(self, score: float, field: RankedField, direction: ScoreDirection) -> float:
        """Return the normal score of the rank; 0 in an empty field."""
        return z_of_rank(field.mean_rank(score, direction), field.size)

    def score_of(self, z: float, field: RankedField, direction: ScoreDirection) -> float | None:
        """Return the worst score of the field whose z-score is at least `z`; None if even the best has less."""
        worst_first = field.scores if direction.sign > 0 else field.scores[::-1]
        place = bisect_left(worst_first, z, key=lambda score: self.z_score(score, field, direction))
        return worst_first[place] if place < field.size else None


def _logarithms(scores: Iterable[float]) -> Iterator[float]:
    return map(math.log, map(max, scores, repeat(LEAST_WITH_OWN_LOGARITHM)))


def _median_of(values: Sequence[float]) -> tuple[float, float]:
    """Return the median of values in ascending order as the greatest value up to it, and its distance from that."""
    size = len(values)
    if size == 0:
        return 0.0, 0.0
    origin = values[(size - 1) // 2]
    return origin, (values[size // 2] - origin) / 2


def middle_of(values: Sequence[float]) -> float:
    """Return the median of at least one value in ascending order."""
    low, high = values[(len(values) - 1) // 2], values[len(values) // 2]
    return low + (high - low) / 2


def median_deviation(values: Sequence[float], origin: float, centre: float) -> float:
    """Return the median distance of values from `origin + centre`, their median; the values are in ascending order."""
    size = len(values)
    low, high = (_nearest(values, origin, centre, number) for number in ((size + 1) // 2, size // 2 + 1))
    return middle_of((low, high))


def shrinkage(size: int) -> float:
    """Return the factor by which *robust* multiplies the z-scores of a field of this size."""
    return size / (size + SHRINKAGE) if 0 < size < FULL_SIZE else 1.0


def z_of_rank(rank: float, size: int) -> float:
    """Return the normal score of a rank, 1 for the best; ranks outside the field count as its best or worst rank."""
    if size == 0:
        return 0.0
    return inverse_normal((size - min(max(rank, 1.0), size) + 0.5) / size)


def inverse_normal(share: float) -> float:
    """Return the value below which a standard normal variable lies with this probability, between 0 and 1 exclusive."""
    # `statistics.NormalDist.inv_cdf` multiplies and divides in another order, so its last bits differ from the SQL.
    q = share - 0.5
    if abs(q) <= CENTRAL:
        return q * _ratio(IN_THE_MIDDLE, CENTRAL_SQUARE - q * q)
    r = math.sqrt(-math.log(share if q < 0 else 1 - share))
    z = _ratio(ON_THE_SIDES, r - SIDES) if r <= TAILS else _ratio(IN_THE_TAILS, r - TAILS)
    return -z if q < 0 else z


def _nearest(values: Sequence[float], origin: float, centre: float, number: int) -> float:
    """Return the greatest deviation among the `number` values that deviate least; the values are in ascending order."""

    def deviation(place: int) -> float:
        return (values[place] - origin) - centre

    # These values are adjacent. They begin where a shift by one would lose a nearer value than it gains.
    first = bisect_left(
        range(len(values) - number), True, key=lambda place: deviation(place + number) >= -deviation(place)
    )
    return max(-deviation(first), deviation(first + number - 1))


Ratio = tuple[tuple[float, ...], tuple[float, ...]]
"""The coefficients of two polynomials, the highest power first."""

CENTRAL, CENTRAL_SQUARE, SIDES, TAILS = 0.425, 0.180625, 1.6, 5.0
"""The bounds of Wichura's three approximations."""
IN_THE_MIDDLE: Ratio = (
    (
        *(2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4),
        *(1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0),
    ),
    (
        *(5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4),
        *(5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0),
    ),
)
ON_THE_SIDES: Ratio = (
    (
        *(7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0),
        *(3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0),
    ),
    (
        *(1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1),
        *(6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1.0),
    ),
)
IN_THE_TAILS: Ratio = (
    (
        *(2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2),
        *(2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0),
    ),
    (
        *(2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4),
        *(1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0),
    ),
)


def _ratio(ratio: Ratio, x: float) -> float:
    above, below = (_polynomial(coefficients, x) for coefficients in ratio)
    return above / below


def _polynomial(coefficients: Sequence[float], x: float) -> float:
    value = coefficients[0]
    for coefficient in coefficients[1:]:
        value = value * x + coefficient
    return value


def _score_of(z: float, field: Field, direction: ScoreDirection) -> float | None:
    if field.spread == 0:
        return None if z > 0 else field.middle
    return field.origin + (field.centre + direction.sign * z * field.spread)


def middle_score(field: Field, rules: Rules) -> float:
    """Return the score in the centre of a field, which has the base Elo."""
    return math.exp(field.middle) if rules.rates_logarithms else field.middle


def spread_of(field: Field, rules: Rules) -> float:
    """Return how much better than the middle a score with one spread is; a factor, if logarithms are rated."""
    spread = field.spread / shrinkage(field.size) if rules.method is Method.ROBUST else field.spread
    return math.exp(spread) if rules.rates_logarithms else spread


def most_spreads(size: int) -> float:
    """Return the most spreads that count under *robust*, in a field of this size."""
    return GREATEST_Z * shrinkage(size)


AnyField = Field | RankedField
"""The field of any method."""


def method_of(rules: Rules) -> RatingMethod[Any]:
    """Return the method of some rules."""
    if rules.method is Method.RANKS:
        return Ranks()
    return Robust(rules.rates_logarithms) if rules.method is Method.ROBUST else Classic()


@dataclass(frozen=True, slots=True)
class Rating:
    """How the scores of an event become ratings: its direction, its rules, and the constants of the bot."""

    direction: ScoreDirection
    rules: Rules
    scale: RatingScale

    @property
    def missed_week_elo(self) -> int:
        """The weekly Elo of a missed week."""
        said = self.rules.missed_week_elo
        return self.scale.missed_week_elo if said is None else said

    def rates_week(self, size: int) -> bool:
        """Tell whether a week with this many players is rated."""
        return size >= self.rules.min_field

    def field_of(self, scores: Iterable[float]) -> AnyField:
        """Return the field of scores, one per player."""
        field: AnyField = method_of(self.rules).field_of(scores)
        return field

    def kept_field(self, scores: Iterable[float]) -> Field:
        """Return what the database stores of a field of scores, one per player."""
        field = self.field_of(scores)
        return field if isinstance(field, Field) else field.kept

    def elo(self, score: float, field: AnyField) -> int:
        """Return the Elo of a score in a field of this rating."""
        return self.scale.elo_of(method_of(self.rules).z_score(score, field, self.direction))

    def score_of(self, elo: int, field: AnyField) -> float | None:
        """Return the worst score that has at least this Elo in a given field; None if no score has.

        Under *ranks* it is a score of the field.
        """
        z = (elo - 0.5 - self.scale.base_elo) / self.scale.elo_per_sigma
        found: float | None = method_of(self.rules).score_of(z, field, self.direction)
        if found is None:
            return None
        # The boundary is rounded; a few steps towards better scores reach its better side, if it has one.
        origin = 0.0 if self.rules.rates_logarithms else getattr(field, "origin", 0.0)
        score, step = found, math.ulp(max(abs(found), abs(origin)))
        while self.elo(score, field) < elo:
            if math.isinf(score):
                return None
            score, step = score + self.direction.sign * step, 2 * step
        return score

    def weekly_average(self, weeks: Sequence[CountedWeek]) -> float:
        """Return a player's weekly average; see `Rules.weekly_average`."""
        return self.rules.weekly_average(weeks, self.scale.base_elo)

    def event_elo(self, all_time_elo: int | None, weekly_average: float) -> int:
        """Return the event Elo, rounded half up.

        `Rules.all_time_weight` is the share of the all-time Elo; the weekly average has the rest. A player without an
        all-time Elo counts with the base Elo.
        """
        all_time, weight = self.scale.base_elo if all_time_elo is None else all_time_elo, self.rules.all_time_weight
        return round_half_up(weight * all_time + (1 - weight) * weekly_average)


def elos_of(rating: Rating, field: AnyField, scores: Mapping[Key, float]) -> dict[Key, int]:
    """Return the Elos of scores in a field, by the keys of the scores; see `elos_in_order`."""
    keys = sorted(scores, key=scores.__getitem__)
    return dict(zip(keys, elos_in_order(rating, field, [scores[key] for key in keys]), strict=True))


def elos_in_order(rating: Rating, field: AnyField, ordered: Sequence[float]) -> list[int]:
    """Return the Elos of scores in ascending order.

    Under every method, a better score never has a lower Elo. If two scores have the same Elo, so have all scores
    between them, and few of many scores need to be rated.
    """
    method, direction, elo_of = method_of(rating.rules), rating.direction, rating.scale.elo_of

    def rate(score: float) -> int:
        return elo_of(method.z_score(score, field, direction))

    elos: list[int] = []
    if not ordered:
        return elos
    waiting = [(0, rate(ordered[0]), len(ordered) - 1, rate(ordered[-1]))]
    while waiting:
        first, elo, last, last_elo = waiting.pop()
        if elo == last_elo:
            elos += [elo] * (last + 1 - first)
        elif last - first == 1:
            elos += [elo, last_elo]
        else:
            middle = (first + last) // 2
            waiting.append((middle + 1, rate(ordered[middle + 1]), last, last_elo))
            waiting.append((first, elo, middle, rate(ordered[middle])))
    return elos

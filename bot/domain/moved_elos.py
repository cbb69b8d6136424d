"""Find the scores whose Elo differs between two fields: those near a boundary between two Elos."""

from bot.domain.methods import FULL_SIZE, Rating
from bot.domain.ratings import Field
from bot.domain.rules import Method

MOST_BANDS = 4_000
"""The greatest number of bands."""
GREATEST_SHARE = 0.25
"""The largest share of the range of scores that all bands together may cover."""
ERROR = 1e-14
"""An upper bound of the relative rounding error of a boundary."""

Band = tuple[float, float]
"""The lowest and the highest score of a band, both included."""


def moved_bands(before: Field, after: Field, rating: Rating, least: float, greatest: float) -> list[Band] | None:
    """Return bands of scores; every score outside them has the same Elo in both fields.

    Evenly spaced boundaries separate the scores of one Elo from those of the next. A new personal best moves each
    boundary a little. Only the scores between its old and its new position get another Elo. Each band is widened by the
    rounding errors of both positions.

    Args:
        before: the field of the stored Elos.
        after: the current field.
        rating: the rating of the event.
        least: the lowest personal best of the event.
        greatest: the highest personal best of the event.

    Returns:
        The bands, or None if there would be too many, if they would cover too much, or if the boundaries are not evenly
        spaced: in a field without spread, or among ranks or logarithms. The caller then checks every score.
    """
    if not (before.spread and after.spread and _has_even_boundaries(rating, after)):
        return None
    elos = [rating.elo(score, field) for score in (least, greatest) for field in (before, after)]
    first, last = min(elos) + 1, max(elos)
    if last - first >= MOST_BANDS:
        return None
    bands = []
    for elo in range(first, last + 1):
        (one, one_error), (other, other_error) = (_boundary(elo, field, rating) for field in (before, after))
        bands.append((min(one, other) - one_error - other_error, max(one, other) + one_error + other_error))
    covered = sum(high - low for low, high in bands)
    return bands if covered <= GREATEST_SHARE * (greatest - least) else None


def _has_even_boundaries(rating: Rating, field: Field) -> bool:
    rules = rating.rules
    is_robust = rules.method is Method.ROBUST and not rules.rates_logarithms and field.size > FULL_SIZE
    return is_robust or rules.method is Method.CLASSIC


def _boundary(elo: int, field: Field, rating: Rating) -> tuple[float, float]:
    """Return the score at which an Elo begins, and a bound of the rounding error of that score and of its rating."""
    scale = rating.scale
    per_point = field.spread / scale.elo_per_sigma
    offset = rating.direction.sign * (elo - 0.5 - scale.base_elo) * per_point
    boundary = field.origin + field.centre + offset
    magnitude = abs(field.origin) + abs(field.centre) + abs(boundary) + (abs(elo) + abs(scale.base_elo) + 1) * per_point
    return boundary, ERROR * magnitude

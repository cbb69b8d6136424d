"""Whose Elo differs between two fields: those whose scores lie about where one Elo ends and the next begins."""

from bot.domain.ratings import Field, RatingScale, ScoreDirection

MOST_BANDS = 4_000
"""How many bands there may be."""
GREATEST_SHARE = 0.25
"""How much of the range of scores they may take in."""
ERROR = 1e-14
"""By which part of the numbers that a boundary is computed from it may be wrong, generously."""

Band = tuple[float, float]
"""A least and a greatest score."""


def moved_bands(
    before: Field, after: Field, direction: ScoreDirection, scale: RatingScale, least: float, greatest: float
) -> list[Band] | None:
    """Return bands of scores outside of which every score has the same Elo by two fields.

    An Elo is a score's place among boundaries, which are spread evenly. One personal best more moves each boundary a
    little; only scores between where it was and where it is have another Elo. Bands are wider by what rounding can do.

    Args:
        before: the one field.
        after: the other.
        direction: that of the event.
        scale: the constants.
        least: the least score in question.
        greatest: the greatest.

    Returns:
        None where it is as well to look at every score.
    """
    if not (before.sd and after.sd):
        return None
    elos = [scale.elo(score, field, direction) for score in (least, greatest) for field in (before, after)]
    first, last = min(elos) + 1, max(elos)
    if last - first >= MOST_BANDS:
        return None
    bands = []
    for elo in range(first, last + 1):
        (one, one_error), (other, other_error) = (_boundary(elo, field, direction, scale) for field in (before, after))
        bands.append((min(one, other) - one_error - other_error, max(one, other) + one_error + other_error))
    taken_in = sum(high - low for low, high in bands)
    return bands if taken_in <= GREATEST_SHARE * (greatest - least) else None


def _boundary(elo: int, field: Field, direction: ScoreDirection, scale: RatingScale) -> tuple[float, float]:
    """Return the score at which an Elo begins, and by how much rounding may have moved it, here or in a rating."""
    per_point = field.sd / scale.elo_per_sigma
    offset = direction.sign * (elo - 0.5 - scale.base_elo) * per_point
    boundary = field.origin + field.mean + offset
    magnitude = abs(field.origin) + abs(field.mean) + abs(boundary) + (abs(elo) + abs(scale.base_elo) + 1) * per_point
    return boundary, ERROR * magnitude

"""Decide which scores an admin must review before they count: those that move others far, or lie beyond bounds."""

import math
from collections.abc import Sequence

from bot.domain.events import EventInfo
from bot.domain.methods import Robust
from bot.domain.ratings import Field, RatingScale, z_score
from bot.domain.rules import Method
from bot.domain.scores import ScoreDirection

LEAST_FIELD = 5
"""In smaller fields, every score moves the others far."""
Extremes = tuple[float, float]
"""The lowest and the highest of some scores."""


def may_alarm(event: EventInfo, size: int) -> bool:
    """Tell whether to check the influence of scores in a field of this size.

    Under *ranks* that is needless: however good a score is, it moves others by one rank.
    """
    return event.alarm.elo is not None and event.rules.method is not Method.RANKS and size >= LEAST_FIELD


def influence(before: Field, after: Field, others: Extremes, scale: RatingScale) -> float:
    """Return the most points of Elo by which the change of a field moves any other player under *classic*, not rounded.

    An Elo is linear in the score, so the lowest or the highest score moves furthest.

    Args:
        before: the field before the score.
        after: the field with it.
        others: the lowest and the highest score of the other players, or bounds of these.
        scale: the constants of the Elos.
    """
    up = ScoreDirection.HIGH
    moves = (z_score(score, after, up) - z_score(score, before, up) for score in others)
    return scale.elo_per_sigma * max(map(abs, moves))


def influence_of_outlier(
    robust: Robust, others: Sequence[float], old: float | None, new: float, scale: RatingScale
) -> float:
    """Return the most points of Elo by which an outlier moves any other player under *robust*, not rounded.

    In a small field every score moves the median far. So only scores beyond the cut-off of the method count; others
    return 0.

    Args:
        robust: the method.
        others: the personal bests of the other players, at least one.
        old: the personal best that the score replaces; None for a first score.
        new: the score.
        scale: the constants of the Elos.
    """
    before = robust.field_of(others if old is None else [*others, old])
    if not robust.cuts_off(new, before):
        return 0.0
    after, up = robust.field_of([*others, new]), ScoreDirection.HIGH
    moves = (robust.z_score(score, after, up) - robust.z_score(score, before, up) for score in others)
    return scale.elo_per_sigma * max(map(abs, moves))


def bounds_of_others(before: Field, after: Field) -> Extremes:
    """Return bounds of all scores that are in both of two fields.

    No score among n is further from the mean than √(n − 1) standard deviations: P. A. Samuelson, "How deviant can you
    be?", Journal of the American Statistical Association 63 (1968), 1522-1525.
    """
    reaches = [(field.middle, field.spread * math.sqrt(max(field.size - 1, 0))) for field in (before, after)]
    low, high = max(mean - reach for mean, reach in reaches), min(mean + reach for mean, reach in reaches)
    return min(low, high), max(low, high)

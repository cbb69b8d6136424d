"""Tell which scores an admin looks at before they count: those that would move others far, or are beyond bounds."""

import math

from bot.domain.events import EventInfo
from bot.domain.ratings import Field, RatingScale, z_score
from bot.domain.rules import Method
from bot.domain.scores import ScoreDirection

LEAST_FIELD = 5
"""In smaller fields every score moves the others far."""
Extremes = tuple[float, float]
"""The smallest and the greatest of some scores."""


def may_alarm(event: EventInfo, size: int) -> bool:
    """Tell whether the influence of scores is watched in a field of this many players.

    Under *robust* and *ranks* no score moves another Elo far, so that only *classic* needs it.
    """
    return event.alarm.elo is not None and event.rules.method is Method.CLASSIC and size >= LEAST_FIELD


def influence(before: Field, after: Field, others: Extremes, scale: RatingScale) -> float:
    """Return by how many points of Elo the change of a field moves another player at most, not rounded.

    An Elo is linear in the score, so the one that moves furthest is that of the smallest or of the greatest score.

    Args:
        before: the field before the score.
        after: the field with it.
        others: the smallest and the greatest score of the other players, or bounds of these.
        scale: the constants of the Elos.
    """
    up = ScoreDirection.HIGH
    moves = (z_score(score, after, up) - z_score(score, before, up) for score in others)
    return scale.elo_per_sigma * max(map(abs, moves))


def bounds_of_others(before: Field, after: Field) -> Extremes:
    """Return bounds of all scores that are in both of two fields.

    No score of n is further from their mean than √(n − 1) standard deviations: P. A. Samuelson, "How deviant can you
    be?", Journal of the American Statistical Association 63 (1968), 1522-1525.
    """
    reaches = [(field.middle, field.spread * math.sqrt(max(field.size - 1, 0))) for field in (before, after)]
    low, high = max(mean - reach for mean, reach in reaches), min(mean + reach for mean, reach in reaches)
    return min(low, high), max(low, high)

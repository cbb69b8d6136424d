"""Goal 13: the precision of running statistics that are updated one score at a time.

The field has 1,000 players with scores of 999,999,000 + U(0, 1), for which a double keeps seven decimals; 20,000 times,
a player's score is replaced by another such score. The bot's side is `RunningStatistics.replace`, with a recount
whenever it reports lost precision, as `count_personal_best` does.

The reference is computed from the final scores in rational numbers (`fractions`), without any rounding. The deviation
is the greater of two: that of the mean, in standard deviations, and that of the sum of squares, as a share of it. An
Elo is correct if it equals the exact one rounded half up. The standard deviation is a root and need not be rational, so
squares are compared instead.
"""

import random
from fractions import Fraction

from benchmarks.places import Place
from benchmarks.report import Goal, Line
from bot.domain.ratings import RatingScale, z_score
from bot.domain.scores import ScoreDirection
from bot.domain.statistics import RunningStatistics

PLAYERS = 1_000
REPLACEMENTS = 20_000
SEED = 13
DEVIATION = Goal("≤", 1e-12, "relative")
NONE_WRONG = Goal("≤", 0, "wrong")


def measure(_place: Place) -> list[Line]:
    """Compare the statistics and all Elos, in both directions."""
    chance = random.Random(SEED)
    scores = [_score(chance) for _ in range(PLAYERS)]
    statistics = RunningStatistics.of(scores)
    for _ in range(REPLACEMENTS):
        player, score = chance.randrange(PLAYERS), _score(chance)
        statistics = statistics.replace(scores[player], score)
        scores[player] = score
        if statistics.has_lost_digits:
            statistics = RunningStatistics.of(scores)
    exact = [Fraction(score) for score in scores]
    mean = sum(exact, Fraction()) / PLAYERS
    m2 = sum(((score - mean) * (score - mean) for score in exact), Fraction())
    deviation = _deviation(statistics, mean, m2)
    wrong = sum(
        not _is_right(
            RatingScale().elo_of(z_score(score, statistics.field, direction)), direction.sign * offset, m2 / PLAYERS
        )
        for direction in ScoreDirection
        for score, offset in zip(scores, [score - mean for score in exact], strict=True)
    )
    what = f"{REPLACEMENTS:,} replacements among {PLAYERS:,} scores of 999,999,000 + U(0, 1)"
    return [
        Line(13, f"statistics after {what}", f"{deviation:.1e}", "rational numbers", deviation, DEVIATION),
        Line(
            13,
            f"Elos after {what}, in both directions",
            f"{2 * PLAYERS - wrong:,} right",
            f"{2 * PLAYERS:,}",
            wrong,
            NONE_WRONG,
        ),
    ]


def _score(chance: random.Random) -> float:
    return 999_999_000 + chance.random()


def _deviation(statistics: RunningStatistics, mean: Fraction, m2: Fraction) -> float:
    of_mean = Fraction(statistics.origin) + Fraction(statistics.mean) - mean
    of_m2 = Fraction(statistics.m2) / m2 - 1
    return max(abs(float(of_mean)) / statistics.field.spread, abs(float(of_m2)))


def _is_right(elo: int, offset: Fraction, variance: Fraction) -> bool:
    """Tell whether an Elo is the rounded exact Elo of a score that is `offset` better than the mean."""
    scale = RatingScale()
    least = (elo - scale.base_elo - Fraction(1, 2)) / Fraction(scale.elo_per_sigma)
    least_of_next = least + 1 / Fraction(scale.elo_per_sigma)
    return _is_at_least(offset, variance, least) and not _is_at_least(offset, variance, least_of_next)


def _is_at_least(offset: Fraction, variance: Fraction, deviations: Fraction) -> bool:
    """Tell whether an offset is at least this many standard deviations."""
    if (offset < 0) != (deviations < 0):
        return offset >= 0
    squared, least = offset * offset, deviations * deviations * variance
    return squared >= least if offset >= 0 else squared <= least

"""Measure how much attendance, one absurd score, and newcomers influence the ratings of an event."""

import heapq
from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low

from bot.domain.scores import ScoreBounds, ScoreDirection

TOP = 10
ABSURD_FACTOR = 100
"""An absurd score is this many times as good as the best one or, if lower is better, this many times the worst."""
REGULAR, SELDOM = 0.75, 0.5
"""A regular takes part in at least the first share of the counted weeks, a rare player in less than the second."""


@dataclass(frozen=True, slots=True)
class Rated:
    """The rating of a ranked player under some rules.

    Attributes:
        elo: the Elo shown on the board.
        all_time: the all-time Elo.
        key: the value that orders the board, higher is better: an event Elo, or a score, negated if lower is better.
        weeks: the weeks counted, missed ones included; 0 before the player's first closed week.
        played: the weeks among them that the player took part in.
    """

    elo: int
    all_time: int
    key: float
    weeks: int = 0
    played: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Some players: how many, and the median of their Elos (the lower one of two)."""

    players: int
    median: int


@dataclass(frozen=True, slots=True)
class AbsurdScore:
    """The effect of an absurd score by one additional player.

    Attributes:
        score: the score, in points or seconds, which the event takes.
        most_moved: the most points by which it would move another player's all-time Elo.
    """

    score: float
    most_moved: int


@dataclass(frozen=True, slots=True)
class MissedWeek:
    """The event Elo of the leader, at present and after one more missed week."""

    elo: int
    after: int


@dataclass(frozen=True, slots=True)
class Fairness:
    """The factors besides skill that influence an event's ratings.

    Attributes:
        absurd: the effect of an absurd score; None without any score.
        missed_week: what one more missed week would cost the leader; None before the first closed week.
        regulars: the players who took part in at least three quarters of their counted weeks.
        seldom: the players who took part in less than half of them.
        newcomers: the players with one counted week; None as long as nobody has more.
        others: the players with more.
        newcomers_on_top: how many of the first ten players (or of all, if fewer) are newcomers.
    """

    absurd: AbsurdScore | None
    missed_week: MissedWeek | None
    regulars: Group | None
    seldom: Group | None
    newcomers: Group | None
    others: Group | None
    newcomers_on_top: int


def weigh(ratings: Mapping[int, Rated], absurd: AbsurdScore | None, missed_week: MissedWeek | None) -> Fairness:
    """Return the factors besides skill in some ratings, which are given by player."""
    rated = [rating for rating in ratings.values() if rating.weeks]
    others = _group([rating for rating in rated if rating.weeks > 1])
    newcomers = [rating for rating in rated if rating.weeks == 1]
    top = heapq.nlargest(TOP, rated, key=lambda rating: rating.elo)
    return Fairness(
        absurd=absurd,
        missed_week=missed_week,
        regulars=_group([rating for rating in rated if rating.played >= REGULAR * rating.weeks]),
        seldom=_group([rating for rating in rated if rating.played < SELDOM * rating.weeks]),
        newcomers=None if others is None else _group(newcomers),
        others=others,
        newcomers_on_top=0 if others is None else sum(rating.weeks == 1 for rating in top),
    )


def weigh_absurd_score(
    scores: Sequence[float],
    direction: ScoreDirection,
    bounds: ScoreBounds,
    rate: Callable[[Sequence[float]], Sequence[int]],
) -> AbsurdScore | None:
    """Return the effect of an absurd score by one more player on the Elos of a field; None if the field is empty.

    Where lower is better, a score with digits too many is absurdly bad, and may move others further than an absurdly
    good one; return the one that moves another player further.

    Args:
        scores: the field, one score per player, in ascending order.
        direction: which scores are better.
        bounds: the scores that the event takes.
        rate: returns the Elos of the scores of a field, in ascending order.
    """
    if not scores:
        return None
    before = rate(scores)

    def effect(absurd: float) -> AbsurdScore:
        place = bisect(scores, absurd)
        after = rate([*scores[:place], absurd, *scores[place:]])
        others = zip(before, [*after[:place], *after[place + 1 :]], strict=True)
        return AbsurdScore(absurd, max(abs(one - other) for one, other in others))

    absurd = (absurd_score(scores, towards, bounds) for towards in (direction, ScoreDirection.HIGH))
    return max(map(effect, dict.fromkeys(absurd)), key=lambda one: one.most_moved)


def absurd_score(scores: Sequence[float], direction: ScoreDirection, bounds: ScoreBounds) -> float:
    """Return a score that is a hundred times as good as the best one, but within the bounds of the event.

    If that would not be better, as with a best score of 0, return a score that beats the best by a hundred times the
    range of the scores.
    """
    least, greatest = min(scores), max(scores)
    best = greatest if direction is ScoreDirection.HIGH else least
    if best > 0:
        absurd = best * ABSURD_FACTOR if direction is ScoreDirection.HIGH else best / ABSURD_FACTOR
    else:
        absurd = best + direction.sign * ABSURD_FACTOR * ((greatest - least) or 1.0)
    return min(max(absurd, bounds.least), bounds.greatest)


def _group(ratings: Sequence[Rated]) -> Group | None:
    return Group(len(ratings), median_low(rating.elo for rating in ratings)) if ratings else None

"""Tell how much attendance, one score, and newcomers weigh in the ratings of an event."""

import heapq
from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low

from bot.domain.scores import ScoreBounds, ScoreDirection

TOP = 10
ABSURD_FACTOR = 100
"""So many times as good as the best is an absurd score."""
REGULAR, SELDOM = 0.75, 0.5
"""Who takes part in so many of the weeks counted is a regular; who takes part in fewer than that is there seldom."""


@dataclass(frozen=True, slots=True)
class Rated:
    """What rules make of a player who is ranked.

    Attributes:
        elo: the Elo that ranks the player.
        all_time: the all-time Elo.
        key: what the board ranks by, the greater the better: an event Elo, or a score, negated where less is better.
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
    """An absurd score of one more player.

    Attributes:
        score: in points or seconds; a score that the event takes.
        most_moved: by how much it would move any other player's all-time Elo at most, in points.
    """

    score: float
    most_moved: int


@dataclass(frozen=True, slots=True)
class MissedWeek:
    """The event Elo of the leader, now and after one more week, missed."""

    elo: int
    after: int


@dataclass(frozen=True, slots=True)
class Fairness:
    """What weighs in the ratings of an event beside skill.

    Attributes:
        absurd: one absurd score; None without any score.
        missed_week: what one more missed week would cost the leader; None before the first closed week.
        regulars: those who took part in three of four weeks counted or more.
        seldom: those who took part in less than half of them.
        newcomers: those with one week counted; None as long as nobody has more.
        others: those with more.
        newcomers_on_top: how many of the first ten are newcomers; with fewer players, of all.
    """

    absurd: AbsurdScore | None
    missed_week: MissedWeek | None
    regulars: Group | None
    seldom: Group | None
    newcomers: Group | None
    others: Group | None
    newcomers_on_top: int


def weigh(ratings: Mapping[int, Rated], absurd: AbsurdScore | None, missed_week: MissedWeek | None) -> Fairness:
    """Return what weighs in ratings, by player."""
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
    """Return what an absurd score of one more player would do to the Elos of a field; None if the field is empty.

    Args:
        scores: the field, one score a player, in ascending order.
        direction: which scores are better.
        bounds: what the event takes.
        rate: returns the Elos of the scores of a field, in ascending order.
    """
    if not scores:
        return None
    absurd = absurd_score(scores, direction, bounds)
    place = bisect(scores, absurd)
    after = rate([*scores[:place], absurd, *scores[place:]])
    others = zip(rate(scores), [*after[:place], *after[place + 1 :]], strict=True)
    return AbsurdScore(absurd, max(abs(one - other) for one, other in others))


def absurd_score(scores: Sequence[float], direction: ScoreDirection, bounds: ScoreBounds) -> float:
    """Return a score that is a hundred times as good as the best one, as far as the event takes it.

    Where that would be no better, as with a best score of 0, it is better than the best by a hundred times the range of
    the scores.
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

"""The methods: hand-computed fields, independent references, and the inverse from an Elo to a score."""

import math
from collections.abc import Sequence
from fractions import Fraction
from statistics import NormalDist, fmean, median

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.domain.methods import RankedField, Rating, Robust, inverse_normal
from bot.domain.ratings import Field, RatingScale
from bot.domain.rules import Method, Rules
from bot.domain.scores import MAX_SCORE, ScoreDirection

HIGH, LOW = ScoreDirection.HIGH, ScoreDirection.LOW
CLASSIC, ROBUST, RANKS = (Rules(method) for method in Method)
LOGARITHMIC = Rules(Method.ROBUST, uses_logarithm=True)

scores = st.floats(1e-9, 999_999_999.999) | st.integers(1, 50).map(float) | st.integers(1, MAX_SCORE).map(float)
fields = st.lists(scores, min_size=1, max_size=30)
rules = st.sampled_from([CLASSIC, ROBUST, LOGARITHMIC, RANKS])
directions = st.sampled_from(ScoreDirection)


def elos(values: Sequence[float], chosen: Rules, direction: ScoreDirection = HIGH) -> list[int]:
    rating = Rating(direction, chosen, RatingScale())
    field = rating.field_of(values)
    return [rating.elo(value, field) for value in values]


@pytest.mark.parametrize(
    ("chosen", "values", "expected"),
    [
        (ROBUST, (42,), [1000]),
        (ROBUST, (50, 100), [933, 1067]),
        (ROBUST, (100, 200, 300), [919, 1000, 1081]),
        (ROBUST, (10, 20, 30, 40, 50, 60, 70, 80), [764, 831, 899, 966, 1034, 1101, 1169, 1236]),
        (ROBUST, (7, 7, 7), [1000, 1000, 1000]),
        # The median deviation is 0, and the mean deviation is 1.
        (ROBUST, (5, 5, 5, 5, 5, 5, 5, 13), [1000] * 7 + [1800]),
        # The cut-off at 4 comes before the shrinkage to 3/5.
        (ROBUST, (10, 11, 1_100), [919, 1000, 1480]),
        # Each score is twice the previous one.
        (LOGARITHMIC, (1, 2, 4, 8, 16, 32, 64, 128), [764, 831, 899, 966, 1034, 1101, 1169, 1236]),
        (RANKS, (42,), [1000]),
        (RANKS, (50, 100), [865, 1135]),
        (RANKS, (100, 200, 1_000), [807, 1000, 1193]),
        (RANKS, (10, 20, 30, 40, 50, 60, 70, 80), [693, 823, 902, 969, 1031, 1098, 1177, 1307]),
        (RANKS, (7, 7, 7), [1000, 1000, 1000]),
        (RANKS, (5, 5, 9), [914, 914, 1193]),
    ],
)
def test_the_elos_are_those_worked_by_hand(chosen: Rules, values: Sequence[float], expected: list[int]) -> None:
    assert elos(values, chosen) == expected
    assert elos(values[::-1], chosen, LOW) == [2000 - elo for elo in expected[::-1]]


def test_one_absurd_score_leaves_the_others_their_spread() -> None:
    honest = [90, 93, 95, 96, 98, 99, 101, 102, 104, 107, 110]
    left = {}
    for chosen in (CLASSIC, ROBUST, LOGARITHMIC, RANKS):
        before, after = elos([*honest, 100], chosen)[:-1], elos([*honest, 10_000], chosen)[:-1]
        left[chosen] = (max(after) - min(after)) / (max(before) - min(before))
    assert left[CLASSIC] < 0.05
    assert all(0.8 < left[chosen] < 1.2 for chosen in (ROBUST, LOGARITHMIC, RANKS)), left


@given(values=fields)
@example(values=[0.1] * 20)
@example(values=[3, 3, 3, 3, 8])
def test_a_robust_field_has_the_median_and_the_deviations_from_it(values: list[float]) -> None:
    field = Robust().field_of(values)
    exact = median(map(Fraction, values))
    deviations = [abs(Fraction(value) - exact) for value in values]
    spread = 1.4826 * float(median(deviations)) or 1.2533 * fmean(map(float, deviations))
    assert field.size == len(values)
    assert field.middle == pytest.approx(float(exact), rel=1e-15)
    assert field.spread == pytest.approx(spread, rel=1e-9)


@given(values=fields, direction=directions)
def test_a_rank_says_whom_a_score_beats(values: list[float], direction: ScoreDirection) -> None:
    field = RankedField(sorted(values))
    for score in values:
        better = sum(direction.is_better(other, score) for other in values)
        expected = fmean(range(better + 1, better + values.count(score) + 1))
        assert field.mean_rank(score, direction) == expected


@given(share=st.floats(1e-300, 1 - 1e-15, exclude_min=True) | st.integers(1, 99).map(lambda percent: percent / 100))
@example(share=0.5)
@example(share=0.075)
@example(share=0.925)
def test_the_inverse_normal_distribution_is_that_of_the_standard_library(share: float) -> None:
    assert inverse_normal(share) == pytest.approx(NormalDist().inv_cdf(share), rel=1e-14, abs=1e-15)


@given(values=fields, chosen=rules, direction=directions)
def test_a_better_score_never_has_a_lower_elo(values: list[float], chosen: Rules, direction: ScoreDirection) -> None:
    best_last = sorted(values, reverse=direction is LOW)
    assert elos(best_last, chosen, direction) == sorted(elos(best_last, chosen, direction))


@given(values=fields, chosen=rules, direction=directions, more=st.integers(-900, 900))
@example(values=[1.0, 1e-9], chosen=LOGARITHMIC, direction=HIGH, more=-68)
@example(values=[1.0, 1e-9], chosen=LOGARITHMIC, direction=LOW, more=68)
@example(values=[1e-9, 1e-9 * (1 + 1e-4)], chosen=LOGARITHMIC, direction=HIGH, more=7)
def test_the_score_that_has_an_elo_has_it(
    values: list[float], chosen: Rules, direction: ScoreDirection, more: int
) -> None:
    rating, wanted = Rating(direction, chosen, RatingScale()), 1000 + more
    field = rating.field_of(values)
    best = direction.sign * math.inf
    found = rating.score_of(wanted, field)
    if found is None:
        assert all(rating.elo(value, field) < wanted for value in values)
        assert chosen.method is not Method.ROBUST or rating.elo(best, field) < wanted
        return
    assert rating.elo(found, field) >= wanted
    if not isinstance(field, Field):
        assert all(rating.elo(one, field) < wanted for one in values if direction.is_better(found, one))
        return
    assume(field.spread > 1e-6 * abs(field.middle))
    least = rating.elo(-best, field) if chosen.method is Method.ROBUST else wanted
    assert rating.elo(found, field) == max(wanted, least)


def test_no_score_is_beyond_the_bounds_or_above_equal_ones() -> None:
    bounded = Rating(HIGH, ROBUST, RatingScale())
    assert bounded.score_of(1801, Field(20, 0, 100, 10)) is None
    assert bounded.score_of(1800, Field(20, 0, 100, 10)) == pytest.approx(140, abs=0.1)
    assert bounded.score_of(-500, Field(20, 0, 100, 10)) == pytest.approx(60)
    for chosen in (CLASSIC, ROBUST, RANKS):
        rating = Rating(HIGH, chosen, RatingScale())
        assert rating.score_of(1001, rating.field_of([7, 7])) is None
        assert rating.score_of(1000, rating.field_of([7, 7])) == 7

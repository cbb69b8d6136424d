"""Running statistics against exact arithmetic: any additions, replacements and removals, in any order."""

import math
from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.scores import MAX_SCORE
from bot.domain.statistics import RunningStatistics

ACCURACY = 1e-9
"""Relative to the field's spread; the tolerance of `verify`."""

small = st.floats(1e-9, 1e-3)
usual = st.floats(1, 1e6)
great = st.floats(1e8, 999_999_999.999)
close_and_great = st.floats(0, 1).map(lambda offset: 999_999_000 + offset)
negative = usual.map(lambda score: -score)
greatest = st.integers(-MAX_SCORE, MAX_SCORE).map(float)
close_and_greatest = st.integers(0, 1000).map(lambda offset: float(MAX_SCORE - offset))
scores = small | usual | great | close_and_great | negative | greatest | close_and_greatest
steps = st.lists(st.tuples(st.sampled_from(["add", "replace", "remove"]), scores, st.integers(0, 10**6)), max_size=60)


def exact_mean_and_variance(values: Sequence[float]) -> tuple[Fraction, Fraction]:
    mean = sum(map(Fraction, values), Fraction(0)) / len(values)
    return mean, sum(((Fraction(value) - mean) ** 2 for value in values), Fraction(0)) / len(values)


def assert_exact(statistics: RunningStatistics, values: Sequence[float], accuracy: float = ACCURACY) -> None:
    assert statistics.count == statistics.field.size == len(values)
    if not values:
        assert statistics == RunningStatistics()
        return
    mean, variance = exact_mean_and_variance(values)
    sd = math.sqrt(variance)
    assert statistics.field.spread == pytest.approx(sd, rel=accuracy, abs=0)
    assert abs(Fraction(statistics.origin) + Fraction(statistics.mean) - mean) <= Fraction(sd) * Fraction(accuracy)


def after(values: list[float], step: tuple[str, float, int], statistics: RunningStatistics) -> RunningStatistics:
    """Change the list and its statistics in the same way; recount after lost precision, as the bot does."""
    action, score, choice = step
    if action == "add" or not values:
        values.append(score)
        changed = statistics.add(score)
    elif action == "replace":
        index = choice % len(values)
        changed = statistics.replace(values[index], score)
        values[index] = score
    else:
        changed = statistics.remove(values.pop(choice % len(values)))
    return RunningStatistics.of(values) if changed.has_lost_digits else changed


@given(steps=steps)
def test_statistics_stay_exact_whatever_is_added_replaced_and_removed(steps: list[tuple[str, float, int]]) -> None:
    values: list[float] = []
    statistics = RunningStatistics()
    for step in steps:
        statistics = after(values, step, statistics)
        assert_exact(statistics, values)


@given(values=st.lists(scores, max_size=60))
def test_a_field_counted_in_one_go_is_exact(values: list[float]) -> None:
    assert_exact(RunningStatistics.of(values), values, accuracy=1e-12)


@given(values=st.lists(close_and_great, min_size=2, max_size=200))
def test_large_scores_close_together_keep_their_digits(values: list[float]) -> None:
    statistics = RunningStatistics()
    for value in values:
        statistics = statistics.add(value)
    assert_exact(statistics, values, accuracy=1e-10)


@pytest.mark.parametrize("outlier", [1e-9, 1.0, 500_000_000.0, -float(MAX_SCORE)])
def test_a_far_outlier_that_leaves_takes_digits_with_it_which_is_noticed(outlier: float) -> None:
    values = [999_999_000.25, 999_999_000.5, 999_999_000.75]
    statistics = RunningStatistics.of([outlier, *values])
    for changed, left in (
        (statistics.remove(outlier), values),
        (statistics.replace(outlier, 999_999_000.125), [999_999_000.125, *values]),
    ):
        assert changed.has_lost_digits
        assert not RunningStatistics.of(left).has_lost_digits


def test_nothing_is_counted_anew_while_the_spread_stays() -> None:
    statistics = RunningStatistics.of([100.0, 200.0, 300.0, 400.0, 500.0])
    assert not statistics.add(1000.0).has_lost_digits
    assert not statistics.replace(100.0, 150.0).has_lost_digits
    assert not statistics.remove(100.0).has_lost_digits


@given(score=scores, times=st.integers(1, 20))
def test_equal_scores_have_no_spread_at_all(score: float, times: int) -> None:
    statistics = RunningStatistics()
    for _ in range(times):
        statistics = statistics.add(score)
    assert statistics.field.spread == 0
    assert statistics.field.middle == score
    assert not statistics.has_lost_digits
    assert statistics.replace(score, score).field.spread == 0
    assert statistics.remove(score).field.spread == 0


@given(first=scores, second=scores)
def test_a_single_score_that_is_replaced_is_the_whole_field(first: float, second: float) -> None:
    assert RunningStatistics().add(first).replace(first, second) == RunningStatistics().add(second)


@given(score=scores)
def test_a_field_whose_last_score_is_removed_is_empty(score: float) -> None:
    assert RunningStatistics().add(score).remove(score) == RunningStatistics()


def test_an_empty_field_has_neither_mean_nor_spread() -> None:
    empty = RunningStatistics().field
    assert (empty.size, empty.middle, empty.spread) == (0, 0, 0)
    assert RunningStatistics.of([]) == RunningStatistics()

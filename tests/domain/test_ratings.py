"""Ratings: the worked figures, and what holds for every field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ratings import Field, RatingScale, ScoreDirection, round_half_up, z_score
from bot.domain.statistics import RunningStatistics

HIGH, LOW = ScoreDirection.HIGH, ScoreDirection.LOW
SCALE = RatingScale()

scores = st.floats(1e-9, 999_999_999.999, allow_nan=False)
fields = st.lists(scores, min_size=1, max_size=30)


def elos(values: list[float], direction: ScoreDirection, scale: RatingScale = SCALE) -> list[int]:
    field = RunningStatistics.of(values).field
    return [scale.elo(value, field, direction) for value in values]


@pytest.mark.parametrize(
    ("values", "direction", "expected"),
    [
        ([100, 200, 300, 400, 500], HIGH, [717, 859, 1000, 1141, 1283]),
        ([100, 200, 300, 400, 500], LOW, [1283, 1141, 1000, 859, 717]),
        ([50, 100], LOW, [1200, 800]),
        ([50, 100], HIGH, [800, 1200]),
        ([42], HIGH, [1000]),
        ([7, 7, 7], LOW, [1000, 1000, 1000]),
    ],
)
def test_the_elos_of_a_field_are_those_of_the_worked_cases(
    values: list[float], direction: ScoreDirection, expected: list[int]
) -> None:
    assert elos(values, direction) == expected


def test_a_greater_score_is_better_under_high_and_a_smaller_one_under_low() -> None:
    assert HIGH.is_better(2, 1)
    assert LOW.is_better(1, 2)
    assert not HIGH.is_better(1, 2)
    assert not LOW.is_better(2, 1)


@pytest.mark.parametrize("direction", ScoreDirection)
def test_an_equal_score_is_not_better(direction: ScoreDirection) -> None:
    assert not direction.is_better(5.5, 5.5)


def test_a_z_score_counts_population_standard_deviations_towards_the_better_side() -> None:
    field = Field(size=2, origin=50, mean=25, sd=25)
    assert z_score(100, field, HIGH) == 1
    assert z_score(100, field, LOW) == -1
    assert z_score(75, field, HIGH) == 0


@pytest.mark.parametrize("direction", ScoreDirection)
def test_a_field_without_spread_gives_zero_even_to_a_score_outside_of_it(direction: ScoreDirection) -> None:
    assert z_score(99, Field(size=1, origin=42, mean=0, sd=0), direction) == 0


@pytest.mark.parametrize(
    ("value", "rounded"),
    [(0.5, 1), (1.5, 2), (2.5, 3), (-0.5, 0), (-1.5, -1), (-2.51, -3), (1362.5, 1363), (717.4, 717)],
)
def test_halves_are_rounded_upwards(value: float, rounded: int) -> None:
    assert round_half_up(value) == rounded


def test_the_event_elo_of_the_worked_case_is_1363() -> None:
    average = (1550 + 1450 + SCALE.missed_week_elo + 1500) / 4
    assert average == 1125
    assert SCALE.event_elo(1600, average) == 1363


def test_a_missing_all_time_elo_counts_as_the_base_and_zero_as_zero() -> None:
    assert SCALE.event_elo(None, 1200.0) == 1100
    assert SCALE.event_elo(0, 1200.0) == 600
    assert SCALE.event_elo(None, 0.0) == 500


def test_base_and_points_per_sigma_are_those_of_the_scale() -> None:
    assert elos([50, 100], HIGH, RatingScale(base_elo=1500, elo_per_sigma=100)) == [1400, 1600]
    assert elos([42], HIGH, RatingScale(base_elo=0)) == [0]


@given(values=fields)
def test_a_better_score_never_has_a_lower_elo(values: list[float]) -> None:
    for direction in ScoreDirection:
        ranked = sorted(values, reverse=direction is LOW)
        rated = elos(ranked, direction)
        assert rated == sorted(rated)


@given(values=fields)
def test_the_better_side_under_high_is_the_worse_side_under_low(values: list[float]) -> None:
    field = RunningStatistics.of(values).field
    assert [z_score(value, field, HIGH) for value in values] == [-z_score(value, field, LOW) for value in values]


@given(offsets=st.lists(st.integers(0, 2**20).map(lambda n: n / 2**20), min_size=2, max_size=30))
def test_scores_near_a_billion_are_rated_by_their_differences(offsets: list[float]) -> None:
    assert elos([999_999_000 + offset for offset in offsets], HIGH) == elos([1 + offset for offset in offsets], HIGH)

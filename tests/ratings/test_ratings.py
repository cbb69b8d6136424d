"""Ratings: worked examples, and properties of every field."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.methods import Rating
from bot.domain.ratings import Field, RatingScale, round_half_up, z_score
from bot.domain.rules import Rules
from bot.domain.scores import MAX_SCORE, ScoreDirection
from bot.domain.statistics import RunningStatistics

HIGH, LOW = ScoreDirection.HIGH, ScoreDirection.LOW
SCALE = RatingScale()
RATING = Rating(HIGH, Rules(), SCALE)

scores = st.floats(1e-9, 999_999_999.999) | st.integers(-MAX_SCORE, MAX_SCORE).map(float)
fields = st.lists(scores, min_size=1, max_size=30)


def elos(values: Sequence[float], direction: ScoreDirection, scale: RatingScale = SCALE) -> list[int]:
    rating = Rating(direction, Rules(), scale)
    field = rating.field_of(values)
    return [rating.elo(value, field) for value in values]


def test_the_elos_of_a_field_are_those_of_the_worked_cases() -> None:
    worked = {
        (HIGH, (100, 200, 300, 400, 500)): [717, 859, 1000, 1141, 1283],
        (LOW, (100, 200, 300, 400, 500)): [1283, 1141, 1000, 859, 717],
        (LOW, (50, 100)): [1200, 800],
        (HIGH, (50, 100)): [800, 1200],
        (HIGH, (42,)): [1000],
        (LOW, (7, 7, 7)): [1000, 1000, 1000],
    }
    assert {(direction, values): elos(values, direction) for direction, values in worked} == worked


def test_five_scores_at_equal_distances_are_rated_alike_everywhere() -> None:
    for first, step in ((1, 1), (900_000_000, 1), (999_999_995, 1), (1e-9, 1e-9)):
        values = [float(f"{first + place * step:.9f}") for place in range(5)]
        assert elos(values, HIGH) == [717, 859, 1000, 1141, 1283], first


def test_a_greater_score_is_better_under_high_and_a_smaller_one_under_low() -> None:
    assert HIGH.is_better(2, 1)
    assert LOW.is_better(1, 2)
    assert not HIGH.is_better(1, 2)
    assert not LOW.is_better(2, 1)


def test_an_equal_score_is_not_better() -> None:
    assert not HIGH.is_better(5.5, 5.5)
    assert not LOW.is_better(5.5, 5.5)


def test_a_z_score_counts_deviations_towards_the_better_side() -> None:
    field = Field(size=2, origin=50, centre=25, spread=25)
    assert z_score(100, field, HIGH) == 1
    assert z_score(100, field, LOW) == -1
    assert z_score(75, field, HIGH) == 0


def test_a_field_without_spread_gives_zero_even_outside_of_it() -> None:
    field = Field(size=1, origin=42, centre=0, spread=0)
    assert z_score(99, field, HIGH) == z_score(99, field, LOW) == 0


def test_halves_are_rounded_upwards() -> None:
    rounded = {0.5: 1, 1.5: 2, 2.5: 3, -0.5: 0, -1.5: -1, -2.51: -3, 1362.5: 1363, 717.4: 717}
    assert {value: round_half_up(value) for value in rounded} == rounded


def test_the_event_elo_of_the_worked_case_is_1363() -> None:
    average = (1550 + 1450 + SCALE.missed_week_elo + 1500) / 4
    assert average == 1125
    assert RATING.event_elo(1600, average) == 1363


def test_a_missing_all_time_elo_counts_as_the_base_and_zero_as_zero() -> None:
    assert RATING.event_elo(None, 1200.0) == 1100
    assert RATING.event_elo(0, 1200.0) == 600
    assert RATING.event_elo(None, 0.0) == 500


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

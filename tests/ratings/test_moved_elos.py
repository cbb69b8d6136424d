"""Outside of the bands, no Elo has moved."""

import math
from bisect import bisect_right
from itertools import accumulate

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.domain.methods import Rating
from bot.domain.moved_elos import MOST_BANDS, Band, moved_bands
from bot.domain.ratings import Field, RatingScale
from bot.domain.rules import Method, Rules
from bot.domain.scores import MAX_SCORE, ScoreDirection
from tests.large_events import as_if_large

scores = (
    st.floats(1e-9, 999_999_999.999)
    | st.floats(0, 1).map(lambda offset: 999_999_000 + offset)
    | st.integers(-MAX_SCORE, MAX_SCORE).map(float)
    | st.integers(0, 50).map(lambda offset: float(MAX_SCORE - offset))
    | st.integers(1, 50).map(float)
)
scales = st.builds(RatingScale, st.integers(-5000, 5000), st.floats(0.001, 500), st.just(0))
directions = st.sampled_from(ScoreDirection)
SCALE = RatingScale()


@settings(max_examples=100)
@given(
    values=st.lists(scores, min_size=2, max_size=12),
    score=scores,
    direction=directions,
    scale=scales,
    method=st.sampled_from([Method.CLASSIC, Method.ROBUST]),
    data=st.data(),
)
def test_whoever_is_outside_of_the_bands_has_the_same_elo(
    values: list[float],
    score: float,
    direction: ScoreDirection,
    scale: RatingScale,
    method: Method,
    data: st.DataObject,
) -> None:
    rating = Rating(direction, Rules(method), scale)
    before, after = rating.field_of(values), rating.field_of([score, *values[1:]])
    assert isinstance(before, Field)
    assert isinstance(after, Field)
    values = [*values, score]
    least, greatest = min(values), max(values)
    with as_if_large():
        bands = moved_bands(before, after, rating, least, greatest)
    assume(bands is not None)
    assert bands is not None
    ends = [end for band in bands for end in band if least <= end <= greatest]
    looked_at = data.draw(st.lists(st.sampled_from([*values, *ends]), max_size=20)) + values
    ordered = sorted(bands)
    greatest_so_far = list(accumulate((high for _, high in ordered), max))
    for one in (near for value in looked_at for near in _neighbours(value)):
        begun = bisect_right(ordered, one, key=_beginning)
        is_in_one = begun > 0 and one <= greatest_so_far[begun - 1]
        if least <= one <= greatest and not is_in_one:
            assert rating.elo(one, before) == rating.elo(one, after)


def _beginning(band: Band) -> float:
    return band[0]


def _neighbours(score: float) -> list[float]:
    return [math.nextafter(score, 0), score, math.nextafter(score, math.inf)]


@given(direction=directions)
@example(direction=ScoreDirection.HIGH)
def test_one_score_among_many_moves_few(direction: ScoreDirection) -> None:
    before, after = Field(10**6, 100, 500, 200), Field(10**6, 100, 500.001, 200.002)
    bands = moved_bands(before, after, Rating(direction, Rules(), SCALE), 1, 1201)
    assert bands is not None
    assert len(bands) == 1200
    assert 1.0 < sum(high - low for low, high in bands) < 5.0
    assert all(low <= high for low, high in bands)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Field(9, 0, 10, 0), Field(9, 0, 10, 1)),
        (Field(9, 0, 10, 1), Field(9, 0, 10, 0)),
        # The field is so far away that everybody has moved.
        (Field(9, 0, 10, 1), Field(9, 0, 14, 1)),
        # The spread is so small that there are too many Elos.
        (Field(9, 0, 10, 1), Field(9, 0, 10, 20 * 200 / MOST_BANDS / 2)),
    ],
)
def test_all_are_looked_at_where_bands_would_not_help(before: Field, after: Field) -> None:
    assert moved_bands(before, after, Rating(ScoreDirection.HIGH, Rules(), SCALE), 0, 20) is None

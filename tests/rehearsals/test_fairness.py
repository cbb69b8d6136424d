"""The factors besides skill in ratings, in numbers."""

from collections.abc import Sequence

import pytest

from bot.domain.fairness import AbsurdScore, Group, Rated, absurd_score, weigh, weigh_absurd_score
from bot.domain.scores import ScoreBounds, ScoreDirection
from tests.one_database import on_one_database

pytestmark = on_one_database

HIGH, LOW = ScoreDirection.HIGH, ScoreDirection.LOW
ANY = ScoreBounds.of(-(2.0**53) + 1, 2.0**53 - 1)


@pytest.mark.parametrize(
    ("scores", "direction", "bounds", "absurd"),
    [
        ([5, 9], HIGH, ANY, 900),
        ([5, 9], LOW, ANY, 0.05),
        # A score a hundred times as good as 0 or less would not be better.
        ([-4, 0], HIGH, ANY, 400),
        ([-4, 0], LOW, ANY, -404),
        ([0], HIGH, ANY, 100),
        # No event takes scores outside its bounds.
        ([5, 9], HIGH, ScoreBounds.of(None, 20), 20),
        ([5, 9], LOW, ScoreBounds.of(4, None), 4),
    ],
)
def test_an_absurd_score_is_a_hundred_times_as_good_within_the_bounds(
    scores: list[float], direction: ScoreDirection, bounds: ScoreBounds, absurd: float
) -> None:
    assert absurd_score(scores, direction, bounds) == absurd


def test_an_absurd_score_weighs_what_it_moves_of_others() -> None:
    def rate(scores: Sequence[float]) -> list[int]:
        return [round(score - max(scores)) for score in scores]

    assert weigh_absurd_score([5, 9], HIGH, ANY, rate) == AbsurdScore(900, 891)
    assert weigh_absurd_score([], HIGH, ANY, rate) is None


@pytest.mark.parametrize(
    ("bounds", "absurd"), [(ANY, AbsurdScore(900, 891)), (ScoreBounds.of(None, 20), AbsurdScore(20, 11))]
)
def test_an_absurd_score_is_the_bad_one_where_that_moves_others_more(bounds: ScoreBounds, absurd: AbsurdScore) -> None:
    def rate(scores: Sequence[float]) -> list[int]:
        return [round(max(scores) - score) for score in scores]

    assert weigh_absurd_score([5, 9], LOW, bounds, rate) == absurd


def test_attendance_and_newcomers_weigh_by_the_medians_of_groups() -> None:
    weighed = weigh(
        {
            1: Rated(1200, 1000, 1200, weeks=4, played=4),
            2: Rated(900, 1000, 900, weeks=4, played=3),
            3: Rated(600, 1000, 600, weeks=4, played=2),
            4: Rated(500, 1000, 500, weeks=4, played=1),
            5: Rated(1100, 1000, 1100, weeks=1, played=1),
            # Nobody knows yet how often this player takes part.
            6: Rated(1300, 1300, 1300),
        },
        absurd=None,
        missed_week=None,
    )
    assert weighed.regulars == Group(3, 1100)
    assert weighed.seldom == Group(1, 500)
    assert (weighed.newcomers, weighed.others) == (Group(1, 1100), Group(4, 600))
    assert weighed.newcomers_on_top == 1

    early = weigh({1: Rated(1200, 1000, 1200, weeks=1, played=1)}, absurd=None, missed_week=None)
    assert (early.newcomers, early.others, early.newcomers_on_top) == (None, None, 0)

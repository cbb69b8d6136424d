"""What a new score changes: a personal best, a weekly best, both or neither."""

import pytest

from bot.domain.bests import Bests, judge
from bot.domain.ratings import ScoreDirection

HIGH, LOW = ScoreDirection.HIGH, ScoreDirection.LOW


@pytest.mark.parametrize("direction", ScoreDirection)
def test_a_first_score_is_the_best_of_all_time_and_of_the_week(direction: ScoreDirection) -> None:
    verdict = judge(5.0, Bests(None, None), direction)
    assert (verdict.is_personal_best, verdict.is_weekly_best, verdict.personal_best) == (True, True, 5.0)


@pytest.mark.parametrize("direction", ScoreDirection)
def test_an_equal_score_is_no_new_best(direction: ScoreDirection) -> None:
    verdict = judge(5.0, Bests(5.0, 5.0), direction)
    assert (verdict.is_personal_best, verdict.is_weekly_best, verdict.personal_best) == (False, False, 5.0)


@pytest.mark.parametrize(("direction", "better", "worse"), [(HIGH, 6.0, 4.0), (LOW, 4.0, 6.0)])
def test_a_better_score_replaces_the_best_and_a_worse_one_does_not(
    direction: ScoreDirection, better: float, worse: float
) -> None:
    assert judge(better, Bests(5.0, 5.0), direction).personal_best == better
    assert judge(worse, Bests(5.0, 5.0), direction).personal_best == 5.0


def test_the_best_of_a_new_week_may_be_worse_than_the_personal_best() -> None:
    verdict = judge(3.0, Bests(5.0, None), HIGH)
    assert (verdict.is_personal_best, verdict.is_weekly_best, verdict.personal_best) == (False, True, 5.0)

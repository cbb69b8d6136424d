"""What a new score changes: a personal best, a weekly best, both or neither."""

import pytest
from bot.domain.bests import Bests, judge

from bot.domain.ratings import ScoreDirection

HIGH, LOW = ScoreDirection.HIGH, ScoreDirection.LOW


@pytest.mark.parametrize(("direction", "better", "worse"), [(HIGH, 6.0, 4.0), (LOW, 4.0, 6.0)])
def test_only_a_first_or_a_better_score_is_a_best(direction: ScoreDirection, better: float, worse: float) -> None:
    cases = {(5.0, None): 5.0, (better, 5.0): better, (5.0, 5.0): None, (worse, 5.0): None}
    for (score, best), new in cases.items():
        verdict = judge(score, Bests(best, best), direction)
        is_best = new is not None
        assert (verdict.is_personal_best, verdict.is_weekly_best) == (is_best, is_best), (score, best)
        assert verdict.personal_best == (new or best), (score, best)


def test_the_best_of_a_new_week_may_be_worse_than_the_personal_best() -> None:
    verdict = judge(3.0, Bests(5.0, None), HIGH)
    assert (verdict.is_personal_best, verdict.is_weekly_best, verdict.personal_best) == (False, True, 5.0)

"""The rules of an event: attendance, weights, and their ranges."""

from collections.abc import Sequence

import pytest

from bot.domain.methods import Rating
from bot.domain.ratings import RatingScale
from bot.domain.rules import Attendance, CountedWeek, Rules
from bot.domain.scores import ScoreDirection
from bot.errors import Rule, RuleOutOfRange

ZERO, PLAYED = Rules(), Rules(attendance=Attendance.PLAYED)
BEST = Rules(attendance=Attendance.BEST, best_of=2, last_weeks=3)


def weeks(elos: Sequence[int | None], missed: int = 0) -> list[CountedWeek]:
    return [CountedWeek(missed if elo is None else elo, elo is None) for elo in elos]


@pytest.mark.parametrize(
    ("rules", "elos", "expected"),
    [
        (ZERO, [], 0),
        (ZERO, [1550, 1450, None, 1500], 1125),
        (BEST, [], 0),
        (BEST, [1200], 1200),
        (BEST, [1900, 1200, None, 1000], 1100),
        (BEST, [1900, 1200, None, None], 600),
        (BEST, [1900, None, None, None], 0),
        # The average uses as many weeks as there are.
        (Rules(attendance=Attendance.BEST, best_of=6), [1100, 1300], 1200),
        (PLAYED, [], 0),
        (PLAYED, [1300], (1300 + 2000) / 3),
        (PLAYED, [1300, None, None, 1500], (1300 + 1500 + 2000) / 4),
    ],
)
def test_weeks_make_the_average_of_their_attendance(rules: Rules, elos: list[int | None], expected: float) -> None:
    assert rules.weekly_average(weeks(elos), 1000) == expected


def test_a_missed_week_counts_what_the_event_says_or_else_the_bot() -> None:
    scale = RatingScale(missed_week_elo=300)
    assert Rating(ScoreDirection.HIGH, Rules(), scale).missed_week_elo == 300
    assert Rating(ScoreDirection.HIGH, Rules(missed_week_elo=0), scale).missed_week_elo == 0


def test_the_halves_have_the_weight_that_the_event_says() -> None:
    for weight, expected in ((0.5, 1363), (0.0, 1125), (1.0, 1600), (0.3, 1268)):
        rating = Rating(ScoreDirection.HIGH, Rules(all_time_weight=weight), RatingScale())
        assert rating.event_elo(1600, 1125.0) == expected
        assert rating.event_elo(None, 1000.0) == 1000


@pytest.mark.parametrize(
    ("rules", "refused"),
    [
        (Rules(best_of=11), Rule.BEST_OF),
        (Rules(best_of=0), Rule.BEST_OF),
        (Rules(last_weeks=521), Rule.LAST_WEEKS),
        (Rules(all_time_weight=1.01), Rule.ALL_TIME_WEIGHT),
        (Rules(all_time_weight=float("nan")), Rule.ALL_TIME_WEIGHT),
        (Rules(missed_week_elo=10**7), Rule.MISSED_WEEK_ELO),
        (Rules(min_weeks=0), Rule.MIN_WEEKS),
        (Rules(min_field=1001), Rule.MIN_FIELD),
    ],
)
def test_a_rule_out_of_range_is_refused(rules: Rules, refused: Rule) -> None:
    with pytest.raises(RuleOutOfRange) as caught:
        rules.check()
    assert caught.value.rule is refused
    Rules().check()

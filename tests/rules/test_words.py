"""The rules of an event in words: what differs from the defaults, and how an event Elo is made up."""

import pytest

from bot.domain.rules import Attendance, Method, Rules
from bot.ui.rules import halves_in_words, rules_in_words

HALVES = "Elo: half best, half weekly average"


@pytest.mark.parametrize(
    ("rules", "words", "halves"),
    [
        (Rules(), None, HALVES),
        (Rules(uses_logarithm=True), None, HALVES),
        (Rules(Method.ROBUST), "robust", HALVES),
        (Rules(Method.ROBUST, uses_logarithm=True), "robust (logarithms)", HALVES),
        (
            Rules(Method.RANKS, attendance=Attendance.BEST, best_of=3, last_weeks=8, missed_week_elo=1200),
            "ranks · best 3 of 8 weeks · a missed week counts 1200",
            HALVES,
        ),
        (Rules(attendance=Attendance.PLAYED, missed_week_elo=500), "weeks played", HALVES),
        (
            Rules(all_time_weight=0.333, min_weeks=2, min_field=1_000),
            "all-time best 33.3 % · ranked after 2 weeks · weeks of 1,000 players or more",
            "Elo: 33.3 % best, 66.7 % weekly average",
        ),
        (Rules(all_time_weight=0.0), "all-time best 0 %", "Elo: 0 % best, 100 % weekly average"),
    ],
)
def test_rules_are_told_in_words_where_they_count(rules: Rules, words: str | None, halves: str) -> None:
    assert (rules_in_words(rules), halves_in_words(rules)) == (words, halves)

"""Counting medals, streaks and best weeks."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.domain.events import EventInfo
from bot.domain.profiles import (
    ClosedWeek,
    HeadToHead,
    Medals,
    Streaks,
    best_of,
    count_medals,
    count_streaks,
    count_wins,
)
from bot.domain.scores import ScoreDirection, ScoreStyle
from bot.domain.weeks import Week

TETRIS = EventInfo(1, 1001, "Tetris", ScoreDirection.HIGH, ScoreStyle(), None, None, is_active=True)
NOW = Week.at(datetime(2026, 1, 5, tzinfo=UTC), "UTC")


def weeks_ago(*numbers: int) -> list[Week]:
    return [
        Week.at(datetime.fromordinal(NOW.monday.toordinal() - 7 * one).replace(tzinfo=UTC), "UTC") for one in numbers
    ]


def closed(rank: int, elo: int | None, players: int = 5, ago: int = 1) -> ClosedWeek:
    return ClosedWeek(TETRIS, weeks_ago(ago)[0], rank, players, elo)


def test_medals_are_of_rated_weeks_with_somebody_to_beat() -> None:
    weeks = [closed(1, 1200), closed(1, 1000, players=1), closed(2, None), closed(3, 900), closed(3, 901), closed(4, 1)]
    assert count_medals(weeks) == Medals(gold=1, silver=0, bronze=2)


def test_the_best_week_has_the_highest_elo_and_is_the_latest_of_those() -> None:
    weeks = [closed(1, 1200, ago=5), closed(2, 1200, ago=3), closed(1, None, ago=1)]
    assert best_of(weeks) == weeks[1]
    assert best_of([replace(weeks[0], elo=None)]) is None


def test_a_streak_goes_on_through_the_year_and_through_excused_weeks() -> None:
    assert count_streaks([], [], NOW) == Streaks()
    assert count_streaks(weeks_ago(0, 1, 2, 9, 8), [], NOW) == Streaks(running=3, longest=3)
    # The current week is not over.
    assert count_streaks(weeks_ago(1, 2), [], NOW) == Streaks(running=2, longest=2)
    assert count_streaks(weeks_ago(2, 3, 4, 6), [], NOW) == Streaks(running=0, longest=3)
    assert count_streaks(weeks_ago(2, 3, 4, 6), weeks_ago(1, 5), NOW) == Streaks(running=4, longest=4)
    # The current week was closed early, so a score counts for the next one.
    assert count_streaks([NOW.next(), *weeks_ago(0)], [], NOW) == Streaks(running=2, longest=2)


def test_wins_ties_and_losses_are_those_of_the_first_player() -> None:
    assert count_wins([1, 1, -1, 0]) == HeadToHead(first=2, second=1, tied=1)

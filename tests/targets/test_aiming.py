"""The search for a target, held against a look at every score that an event takes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.events import EventInfo
from bot.domain.methods import RankedField, Rating
from bot.domain.ratings import RatingScale
from bot.domain.rules import CountedWeek, Method, Rules
from bot.domain.scores import ScoreBounds, ScoreDirection, ScoreStyle
from bot.domain.standings import Board
from bot.domain.statistics import RunningStatistics
from bot.domain.targets import (
    ByScore,
    Contender,
    Goal,
    GoalKind,
    Grid,
    MovingField,
    Outcome,
    Overall,
    Target,
    aim,
    values_of,
)

GREATEST = 150
BOUNDS = ScoreBounds.of(1, GREATEST)
RULES = [Rules(), Rules(Method.ROBUST), Rules(Method.ROBUST, uses_logarithm=True), Rules(Method.RANKS)]

scores = st.integers(20, 60).map(float)
directions = st.sampled_from(ScoreDirection)


def target_of(goal: Goal, board: Board, direction: ScoreDirection) -> Target:
    event = EventInfo(1, 1, "Tetris", direction, ScoreStyle(), 1, GREATEST, is_active=True)
    return Target(event, board, goal)


def field_of(rating: Rating, own: float | None, others: list[float]) -> MovingField:
    everyone = others if own is None else [*others, own]
    return MovingField.of(rating, own, RunningStatistics.of(everyone), values_of(everyone, rating))


def reaching(outlook: ByScore | Overall, goal: Goal, grid: Grid, own: float | None) -> list[float]:
    """All scores better than the player's that reach a goal, the worst first."""
    places = range(grid.beyond(own), grid.size)
    return [score for score in map(grid.score, places) if outlook.reaches(goal, score)]


@settings(max_examples=60)
@given(
    rules=st.sampled_from(RULES),
    direction=directions,
    others=st.lists(scores, min_size=1, max_size=8),
    own=st.none() | scores,
    elo=st.integers(850, 1450),
)
def test_the_target_for_an_elo_is_the_worst_score_that_has_it(
    rules: Rules, direction: ScoreDirection, others: list[float], own: float | None, elo: int
) -> None:
    rating, goal = Rating(direction, rules, RatingScale()), Goal(GoalKind.ELO, elo)
    outlook, grid = ByScore(direction, field_of(rating, own, others)), Grid.of(BOUNDS, direction, others)

    target = aim(target_of(goal, Board.ALL_TIME, direction), outlook, grid, own)

    if own is not None and rating.elo(own, rating.field_of([*others, own])) >= elo:
        assert target.outcome is Outcome.REACHED
        return
    found = reaching(outlook, goal, grid, own)
    assert (target.outcome is Outcome.UNREACHABLE) == (not found)
    if found:
        assert target.score == found[0]
        moved = rating.field_of([*others, found[0]])
        assert target.elo == rating.elo(found[0], moved) >= elo


@settings(max_examples=60)
@given(
    rules=st.sampled_from(RULES),
    direction=directions,
    bests=st.lists(scores, min_size=2, max_size=6),
    averages=st.lists(st.integers(500, 1300), min_size=6, max_size=6),
    plays=st.lists(st.booleans(), min_size=6, max_size=6),
    own=st.none() | scores,
    rank=st.integers(1, 4),
)
def test_the_target_for_a_rank_reaches_it_and_the_next_worse_score_does_not(
    rules: Rules,
    direction: ScoreDirection,
    bests: list[float],
    averages: list[int],
    plays: list[bool],
    own: float | None,
    rank: int,
) -> None:
    rating, goal = Rating(direction, rules, RatingScale()), Goal(GoalKind.RANK, rank)
    played = [best for best, has_played in zip(bests, plays, strict=False) if has_played]
    contenders = [
        Contender(best, average, best if has_played else None, [CountedWeek(average, is_missed=False)])
        for best, average, has_played in zip(bests, averages, plays, strict=False)
    ]
    outlook = Overall(
        field_of(rating, own, bests),
        field_of(rating, None, played),
        [CountedWeek(1000, is_missed=False)],
        contenders,
    )
    grid, around = Grid.of(BOUNDS, direction, bests), max([*bests, own or 0], key=lambda best: direction.sign * best)

    target = aim(target_of(goal, Board.OVERALL, direction), outlook, grid, None, around=around)

    found = reaching(outlook, goal, grid, None)
    assert target.outcome is not Outcome.REACHED
    if target.outcome is Outcome.UNREACHABLE:
        assert found == []
        assert target.score is None or outlook.reaches(goal, target.score, target.weeks)
        return
    assert target.score in found
    place = grid.beyond(target.score) - 1
    assert (place == 0) == (target.outcome is Outcome.ANY)
    assert place == 0 or not outlook.reaches(goal, grid.score(place - 1))


@given(
    values=st.lists(st.integers(-50, 50).map(float) | st.floats(-1e9, 1e9), min_size=1, max_size=30),
    own=st.integers(-50, 50).map(float),
    rules=st.sampled_from(RULES),
    direction=directions,
)
def test_a_moved_field_is_the_field_of_the_moved_scores(
    values: list[float], own: float, rules: Rules, direction: ScoreDirection
) -> None:
    rating = Rating(direction, rules, RatingScale())
    better = own + 7 * direction.sign
    moved, expected = field_of(rating, own, values).with_score(better), rating.field_of([*values, better])
    if isinstance(moved, RankedField):
        assert list(moved.scores) == sorted([*values, better])
    elif rules.method is Method.ROBUST:
        assert moved == expected
    else:
        assert rating.elo(better, moved) == pytest.approx(rating.elo(better, expected), abs=1)


@pytest.mark.parametrize(
    ("scores", "bounds", "size", "worst", "beyond"),
    [
        ([12.0], ScoreBounds.of(None, None), 999_999_999, 1.0, 13.0),
        ([12.5], ScoreBounds.of(-3, 20), 231, -3.0, 12.6),
        ([12.345], ScoreBounds.of(-3, 20), 23_001, -3.0, 12.501),
    ],
)
def test_the_grid_has_every_score_that_the_event_takes(
    scores: list[float], bounds: ScoreBounds, size: int, worst: float, beyond: float
) -> None:
    grid = Grid.of(bounds, ScoreDirection.HIGH, scores)
    assert grid.size == size
    assert grid.score(0) == worst
    assert grid.score(grid.beyond(12.5 if scores != [12.0] else 12.0)) == beyond
    low = Grid.of(bounds, ScoreDirection.LOW, scores)
    assert (low.size, low.score(low.size - 1)) == (size, worst)
    assert low.score(low.beyond(beyond)) == grid.score(grid.beyond(beyond) - 2)

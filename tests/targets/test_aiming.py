"""The search for a target, compared with a check of every score that an event takes."""

from array import array
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.events import EventInfo
from bot.domain.methods import RankedField, Rating
from bot.domain.moving_fields import MovingField, values_of
from bot.domain.ratings import RatingScale
from bot.domain.rules import Attendance, CountedWeek, Method, Rules
from bot.domain.scores import ScoreBounds, ScoreDirection, ScoreStyle
from bot.domain.standings import Board
from bot.domain.statistics import RunningStatistics
from bot.domain.targets import (
    ByScore,
    Contender,
    Goal,
    GoalKind,
    Grid,
    Outcome,
    Overall,
    Target,
    aim,
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
    values = values_of(array("d", sorted(everyone)), rating)
    return MovingField.of(rating, own, RunningStatistics.of(everyone), values)


def reaching(outlook: ByScore | Overall, goal: Goal, grid: Grid, own: float | None) -> list[float]:
    """Return all better scores than the player's that reach a goal, the worst first."""
    places = range(grid.beyond(own), grid.size)
    return [score for score in map(grid.score, places) if outlook.reaches(goal, score, score)]


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


@st.composite
def overall_boards(draw: st.DrawFn, rules: Rules, direction: ScoreDirection) -> tuple[Overall, float | None]:
    """The overall board for a player with or without scores among a few others, and the player's best of the week."""
    rating = Rating(direction, rules, RatingScale())
    weeks = st.lists(st.integers(500, 1300).map(lambda elo: CountedWeek(elo, is_missed=False)), max_size=3)
    bests = draw(st.lists(scores, min_size=1, max_size=6))
    played = [draw(st.none() | st.just(best) | st.integers(20, int(best)).map(float)) for best in bests]
    if direction is ScoreDirection.LOW:
        played = [of_week and best + best - of_week for best, of_week in zip(bests, played, strict=True)]
    contenders = []
    for best, of_week in zip(bests, played, strict=True):
        closed = draw(weeks)
        contenders.append(Contender(best, rating.weekly_average(closed), of_week, closed))
    own, has_played = draw(st.none() | scores), draw(st.booleans())
    own_of_week = own if has_played else None
    week = field_of(rating, own_of_week, [of_week for of_week in played if of_week is not None])
    return Overall(field_of(rating, own, bests), week, draw(weeks), contenders), own_of_week


@pytest.mark.parametrize("attendance", Attendance)
@pytest.mark.parametrize("rules", RULES)
@settings(max_examples=15)
@given(data=st.data(), direction=directions)
def test_a_target_overall_is_the_worst_score_that_reaches_the_goal(
    rules: Rules, attendance: Attendance, data: st.DataObject, direction: ScoreDirection
) -> None:
    rules = replace(rules, attendance=attendance, best_of=2, last_weeks=3)
    outlook, own = data.draw(overall_boards(rules, direction))
    elos = st.builds(Goal, st.just(GoalKind.ELO), st.integers(700, 1300))
    ranks = st.builds(Goal, st.just(GoalKind.RANK), st.integers(1, 4))
    rival = st.just(Goal(GoalKind.PLAYER, 1))
    goal = data.draw(elos | ranks | rival)
    if goal.kind is GoalKind.PLAYER:
        outlook = replace(outlook, contenders=outlook.contenders[:1])
    grid = Grid.of(BOUNDS, direction, [])

    target = aim(target_of(goal, Board.OVERALL, direction), outlook, grid, own)

    if own is not None and outlook.reaches(goal, own, own):
        assert target.outcome is Outcome.REACHED
        return
    found = reaching(outlook, goal, grid, own)
    if not found:
        assert target.outcome is Outcome.UNREACHABLE
        assert target.score is None or outlook.reaches(goal, target.score, target.score, target.weeks)
        return
    places = [grid.beyond(score) - 1 for score in found]
    together = [place for number, place in enumerate(places, places[0]) if place == number]
    assert target.score == found[0]
    assert target.until == (None if together[-1] == grid.size - 1 else grid.score(together[-1]))
    assert (target.outcome is Outcome.ANY) == (own is None and len(found) == grid.size)


def test_a_score_far_beyond_the_field_may_lose_what_a_worse_one_reaches() -> None:
    high = ScoreDirection.HIGH
    rating, goal = Rating(high, Rules(), RatingScale()), Goal(GoalKind.PLAYER, 1)
    weeks, rival = [CountedWeek(1000, is_missed=False)], Contender(20.0, 1460.0)
    outlook = Overall(field_of(rating, None, [20, 40]), field_of(rating, None, []), weeks, [rival])

    target = aim(target_of(goal, Board.OVERALL, high), outlook, Grid.of(ScoreBounds.of(1, 1e6), high, []), None)

    assert (target.outcome, target.score, target.until) == (Outcome.NEEDED, 45, 123)


def test_a_goal_that_takes_several_weeks_is_looked_for_in_ten_at_most() -> None:
    rating, board = Rating(ScoreDirection.HIGH, Rules(), RatingScale()), Board.OVERALL
    field, weeks = field_of(rating, 50, [20, 40]), 5 * [CountedWeek(500, is_missed=False)]
    outlook, grid = Overall(field, field, weeks), Grid.of(BOUNDS, ScoreDirection.HIGH, [])

    def weeks_to(elo: int | None) -> int | None:
        assert elo is not None
        target = aim(target_of(Goal(GoalKind.ELO, elo), board, ScoreDirection.HIGH), outlook, grid, 50)
        assert target.outcome is Outcome.UNREACHABLE
        return None if target.score is None else target.weeks

    assert [weeks_to(outlook.elo(GREATEST, number)) for number in (9, 10, 11)] == [9, 10, None]


def test_the_worst_score_of_several_runs_that_reach_a_goal_is_found() -> None:
    rules = Rules(Method.ROBUST, uses_logarithm=True, attendance=Attendance.BEST, best_of=2, last_weeks=3)
    rating, goal = Rating(ScoreDirection.LOW, rules, RatingScale()), Goal(GoalKind.RANK, 1)
    own, first, second = ([CountedWeek(elo, is_missed=False) for elo in elos] for elos in ([875, 840], [1053], [856]))
    outlook = Overall(
        field_of(rating, 20, [33, 24]),
        field_of(rating, None, [33, 24]),
        own,
        [Contender(33, 1053, 33, first), Contender(24, 856, 24, second)],
    )
    grid = Grid.of(BOUNDS, ScoreDirection.LOW, [])

    target = aim(target_of(goal, Board.OVERALL, ScoreDirection.LOW), outlook, grid, None)

    assert reaching(outlook, goal, grid, None) == [*range(49, 42, -1), *range(29, 0, -1)]
    assert (target.score, target.until) == (49, 43)


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

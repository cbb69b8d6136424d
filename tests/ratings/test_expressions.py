"""Ratings in SQL are those in Python, to the last Elo point, and running statistics those of a fresh count."""

from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Integer, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.models import Event, LeaderboardScore, Player, ScoreType
from bot.domain.ratings import Field, RatingScale
from bot.domain.scores import MAX_SCORE, ScoreDirection
from bot.domain.statistics import RunningStatistics
from bot.services.ratings import (
    count_field,
    elo_expression,
    elo_parameters,
    event_elo_expression,
    event_elo_parameters,
    is_weekly_best,
    number,
)
from tests.backends import GUILD, NOON, TestBackend
from tests.ratings.fields import stored_event
from tests.sessions import reading, writing

PLAYERS = 25
WEEK = 202647

scores = (
    st.floats(1e-9, 999_999_999.999)
    | st.floats(0, 1).map(lambda offset: 999_999_000 + offset)
    | st.integers(1, 50).map(float)
    | st.sampled_from([1e-9, 0.1, 0.3, 999_999_999.999, 0.0, -3.0])
    | st.integers(-MAX_SCORE, MAX_SCORE).map(float)
    | st.integers(0, 50).map(lambda offset: float(MAX_SCORE - offset))
)
fields = st.lists(scores, min_size=1, max_size=PLAYERS)
scales = st.builds(
    RatingScale, base_elo=st.integers(-5000, 5000), elo_per_sigma=st.floats(0.001, 5000), missed_week_elo=st.just(0)
)

averages = st.builds(lambda total, weeks: total / weeks, st.integers(-100_000, 100_000), st.integers(1, 60))


@pytest.fixture
async def players(backend: TestBackend) -> TestBackend:
    """A database with an event and players without any score."""
    await backend.create_event()
    async with writing(backend.database) as session:
        people = [{"discord_id": n, "username": f"{n}"} for n in range(1, PLAYERS + 1)]
        await session.execute(insert(Player), people)
    return backend


async def add_week(session: AsyncSession, values: Sequence[float]) -> None:
    week = {"event_id": 1, "score_type": ScoreType.WEEKLY, "week_number": WEEK, "submitted_at": NOON}
    rows = [{**week, "player_id": player, "score": score} for player, score in enumerate(values, 1)]
    await session.execute(insert(LeaderboardScore), rows)


@settings(max_examples=60)
@given(values=fields, direction=st.sampled_from(ScoreDirection), scale=scales)
@example(values=[100.0, 200.0, 300.0, 400.0, 500.0], direction=ScoreDirection.HIGH, scale=RatingScale())
@example(values=[50.0, 100.0], direction=ScoreDirection.LOW, scale=RatingScale(1000, 62.5))
@example(values=[7.0, 7.0], direction=ScoreDirection.LOW, scale=RatingScale(-5, 200))
@example(values=[50.0, 100.0], direction=ScoreDirection.HIGH, scale=RatingScale(-1000, 0.5))
async def test_an_elo_is_the_same_in_sql_as_in_python(
    players: TestBackend, values: list[float], direction: ScoreDirection, scale: RatingScale
) -> None:
    field = RunningStatistics.of(values).field
    async with writing(players.database) as session:
        await add_week(session, values)
        rated = await session.execute(
            select(LeaderboardScore.score, elo_expression(LeaderboardScore.score)),
            elo_parameters(field, direction, scale),
        )
        assert {tuple(row) for row in rated} == {(value, scale.elo(value, field, direction)) for value in values}
        await session.rollback()


@settings(max_examples=60)
@given(
    halves=st.lists(
        st.tuples(st.none() | st.integers(-10_000, 10_000), averages),
        min_size=1,
        max_size=20,
    ),
    scale=scales,
)
@example(halves=[(1600, 1125.0), (None, 1125.0), (0, 0.0), (-1, 0.0), (-1, -2.0)], scale=RatingScale())
async def test_an_event_elo_is_the_same_in_sql_as_in_python(
    backend: TestBackend, halves: list[tuple[int | None, float]], scale: RatingScale
) -> None:
    composed = [event_elo_expression(literal(all_time, Integer), number(average)) for all_time, average in halves]
    async with reading(backend.database) as session:
        # Labelled, for two that are equal would be one column.
        labelled = select(*(elo.label(f"elo{n}") for n, elo in enumerate(composed)))
        row = (await session.execute(labelled, event_elo_parameters(scale))).one()
    assert tuple(row) == tuple(scale.event_elo(all_time, average) for all_time, average in halves)


@settings(max_examples=60)
@given(values=st.lists(scores, max_size=PLAYERS))
@example(values=[999_999_999.999])
@example(values=[0.1] * 20)
@example(values=[1e-9, 999_999_999.999])
@example(values=[-float(MAX_SCORE), 0.0, float(MAX_SCORE)])
async def test_a_field_counted_in_sql_is_the_one_counted_in_python(players: TestBackend, values: list[float]) -> None:
    expected = RunningStatistics.of(values)
    async with writing(players.database) as session:
        if values:
            await add_week(session, values)
        counted = await session.run_sync(count_field, is_weekly_best(1, WEEK))
        await session.rollback()
    assert (counted.count, counted.origin) == (expected.count, expected.origin)
    assert_same_field(counted.field, expected.field, accuracy=1e-12)


submissions = st.lists(st.tuples(st.integers(1, 4), scores), min_size=1, max_size=12)
"""Players and what they submit; `scores` makes ties, equal scores and both ends of the range likely."""


@settings(max_examples=12)
@given(given_scores=submissions, direction=st.sampled_from(ScoreDirection))
@example(
    given_scores=[(1, 1e-9), (2, 999_999_000.25), (3, 999_999_000.5), (1, 999_999_000.75)],
    direction=ScoreDirection.HIGH,
)
@example(given_scores=[(1, 999_999_999.999), (2, 0.3), (1, 0.3), (2, 0.3), (2, 0.1)], direction=ScoreDirection.LOW)
async def test_running_statistics_are_those_of_the_personal_bests(
    backend: TestBackend, given_scores: list[tuple[int, float]], direction: ScoreDirection
) -> None:
    name = await fresh_event(backend, direction)
    bests: dict[int, float] = {}
    told: dict[int, int] = {}
    for player, given_score in given_scores:
        score = float(f"{given_score:.9f}")
        if player not in bests or direction.is_better(score, bests[player]):
            bests[player] = score
        told = {player: (await backend.submit(player, score, name)).elo}
    event = await stored_event(backend.database, name)
    expected = RunningStatistics.of(bests.values())
    assert_same_field(event.statistics.field, expected.field, accuracy=1e-9)
    shown = await backend.elos(event=name)
    assert told.items() <= shown.items()
    await backend.real.scoring.recalculate(event.id)
    assert await backend.differences() == []


async def fresh_event(backend: TestBackend, direction: ScoreDirection) -> str:
    """Make an event for one example; its name is one that no other example has."""
    events = await backend.real.services.events.list(GUILD)
    name = f"Event {len(events)}"
    return (await backend.create_event(direction, name, min_score=f"{-MAX_SCORE}", max_score=f"{MAX_SCORE}")).name


def assert_same_field(field: Field, expected: Field, accuracy: float) -> None:
    assert field.size == expected.size
    assert field.spread == pytest.approx(expected.spread, rel=accuracy, abs=0)
    assert abs((field.origin - expected.origin) + (field.centre - expected.centre)) <= accuracy * expected.spread


async def test_a_key_that_no_event_has_counts_an_empty_field(backend: TestBackend) -> None:
    async with reading(backend.database) as session:
        assert await session.get(Event, 99) is None
        assert await session.run_sync(count_field, is_weekly_best(99, WEEK)) == RunningStatistics()

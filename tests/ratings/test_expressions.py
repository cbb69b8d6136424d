"""Ratings in SQL equal those in Python, to the last Elo point, and running statistics equal a recount."""

from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Integer, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.models import (
    Event,
    LeaderboardScore,
    Player,
    PlayerEventStats,
    ScoreType,
    WeeklyResult,
    WeeklyRun,
)
from bot.domain.methods import Rating
from bot.domain.ratings import Field, RatingScale
from bot.domain.rules import Attendance, CountedWeek, Method, Rules
from bot.domain.scores import MAX_SCORE, ScoreDirection
from bot.domain.statistics import RunningStatistics
from bot.services.ratings import (
    count_averages,
    count_field,
    event_elo_expression,
    is_weekly_best,
    measure_field,
    number,
    rate,
    rating_parameters,
    weight_parameters,
)
from bot.services.ratings._expressions import elo_expression
from tests.backends import GUILD, NOON, TestBackend
from tests.ratings.fields import stored_event
from tests.sessions import reading, writing
from tests.tracing import untraced

pytestmark = untraced

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
    """A database with an event and players without scores."""
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
    rating, field = Rating(direction, Rules(), scale), RunningStatistics.of(values).field
    async with writing(players.database) as session:
        await add_week(session, values)
        rated = await session.execute(
            select(LeaderboardScore.score, elo_expression(LeaderboardScore.score)),
            rating_parameters(rating, field),
        )
        assert {tuple(row) for row in rated} == {(value, rating.elo(value, field)) for value in values}
        await session.rollback()


any_rules = st.sampled_from(
    [Rules(), Rules(Method.ROBUST), Rules(Method.ROBUST, uses_logarithm=True), Rules(Method.RANKS)]
)


@settings(max_examples=80)
@given(values=fields, direction=st.sampled_from(ScoreDirection), rules=any_rules)
@example(values=[5.0] * 7 + [13.0], direction=ScoreDirection.HIGH, rules=Rules(Method.ROBUST))
@example(values=[7.0], direction=ScoreDirection.LOW, rules=Rules(Method.RANKS))
@example(values=[float(n) for n in range(25)], direction=ScoreDirection.LOW, rules=Rules(Method.RANKS))
async def test_every_method_is_the_same_in_sql_as_in_python(
    players: TestBackend, values: list[float], direction: ScoreDirection, rules: Rules
) -> None:
    rating, best = Rating(direction, rules, RatingScale()), LeaderboardScore
    expected = rating.kept_field(values)
    async with writing(players.database) as session:
        await add_week(session, values)
        kept = await session.run_sync(measure_field, rating, is_weekly_best(1, WEEK))
        rows = rate(select(best.score).where(is_weekly_best(1, WEEK)), best.score, rating)
        rated = {tuple(row) for row in await session.execute(rows, rating_parameters(rating, kept))}
        await session.rollback()
    assert_same_field(kept, expected, accuracy=1e-12)
    field = rating.field_of(values)
    assert rated == {(value, rating.elo(value, kept if isinstance(field, Field) else field)) for value in values}


an_attendance = st.builds(
    lambda attendance, best_of, more: Rules(attendance=attendance, best_of=best_of, last_weeks=best_of + more),
    st.sampled_from(Attendance),
    st.integers(1, 3),
    st.integers(0, 2),
)
a_week = st.none() | st.tuples(st.integers(-200, 2000), st.booleans())
"""None for a week without Elos."""


@settings(max_examples=60)
@given(weeks=st.lists(st.lists(a_week, max_size=6), min_size=1, max_size=4), rules=an_attendance)
@example(
    weeks=[[(1900, False), (1200, False), None, (0, True), (1000, False)]], rules=Rules(attendance=Attendance.BEST)
)
async def test_every_average_is_the_same_in_sql_as_in_python(
    players: TestBackend, weeks: list[list[tuple[int, bool] | None]], rules: Rules
) -> None:
    rating, run = Rating(ScoreDirection.HIGH, rules, RatingScale()), {"event_id": 1, "ran_at": NOON, "ran_by": 9}
    nothing = {"field": Field(0, 0, 0, 0), "scale": RatingScale()}
    async with writing(players.database) as session:
        for number_of in range(6):
            session.add(WeeklyRun(id=number_of + 1, week_number=WEEK - 9 + number_of, **run, **nothing))
        for player, played in enumerate(weeks, 1):
            # Begin with values that differ from the correct ones.
            session.add(PlayerEventStats(player_id=player, event_id=1, weekly_elo_average=7.0, weeks_participated=9))
            for run_id, week in enumerate(played, 1):
                elo, is_missed = (None, False) if week is None else week
                there = {} if is_missed else {"score": 1.0, "rank": 1, "submitted_at": NOON}
                session.add(WeeklyResult(run_id=run_id, player_id=player, weekly_elo=elo, **there))
        await session.flush()
        await session.run_sync(count_averages, 1, rating)
        session.expire_all()
        stats = await session.scalars(select(PlayerEventStats).order_by(PlayerEventStats.player_id))
        found = [(row.weekly_elo_average, row.weeks_participated, row.calculated_event_elo) for row in stats]
        await session.rollback()
    counted = [[CountedWeek(*week) for week in played if week is not None] for played in weeks]
    averages = [rating.weekly_average(played) for played in counted]
    assert found == [
        (average, len(played), rating.event_elo(None, average) if played else None)
        for average, played in zip(averages, counted, strict=True)
    ]


@settings(max_examples=60)
@given(
    halves=st.lists(
        st.tuples(st.none() | st.integers(-10_000, 10_000), averages),
        min_size=1,
        max_size=20,
    ),
    scale=scales,
    weight=st.sampled_from([0.5, 0.0, 1.0, 0.3]),
)
@example(halves=[(1600, 1125.0), (None, 1125.0), (0, 0.0), (-1, 0.0), (-1, -2.0)], scale=RatingScale(), weight=0.5)
async def test_an_event_elo_is_the_same_in_sql_as_in_python(
    backend: TestBackend, halves: list[tuple[int | None, float]], scale: RatingScale, weight: float
) -> None:
    rating = Rating(ScoreDirection.HIGH, Rules(all_time_weight=weight), scale)
    composed = [event_elo_expression(literal(all_time, Integer), number(average)) for all_time, average in halves]
    async with reading(backend.database) as session:
        # Label them, because two equal expressions would become one column.
        labelled = select(*(elo.label(f"elo{n}") for n, elo in enumerate(composed)))
        row = (await session.execute(labelled, weight_parameters(rating))).one()
    assert tuple(row) == tuple(rating.event_elo(all_time, average) for all_time, average in halves)


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
    """Create an event for one example, with a unique name."""
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

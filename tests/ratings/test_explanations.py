"""Explanations of changed event Elos: the parts add up, and name their causes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.explanations import (
    BestChange,
    EloChange,
    Grounds,
    Part,
    RatedWeek,
    RulesChanged,
    parts_by_player,
    parts_in_all,
)
from bot.domain.methods import Rating
from bot.domain.ratings import RatingScale
from bot.domain.rules import Attendance, CountedWeek, Method, Rules
from bot.domain.scores import ScoreDirection
from bot.domain.weeks import Week
from bot.services.standings import _changes
from tests.backends import ADMIN, EVENT, TestBackend
from tests.one_database import on_both_databases, on_one_database
from tests.ratings.test_rating import rated
from tests.tracing import untraced

pytestmark = [on_one_database, untraced]

scores = st.integers(1, 10_000).map(float)
rules = st.builds(
    Rules,
    method=st.sampled_from(Method),
    attendance=st.sampled_from(Attendance),
    best_of=st.integers(1, 3),
    last_weeks=st.integers(3, 5),
    all_time_weight=st.sampled_from([0.0, 0.3, 0.5, 1.0]),
)
ratings = st.builds(Rating, st.sampled_from(ScoreDirection), rules, st.just(RatingScale()))
changes = st.dictionaries(
    st.integers(1, 30),
    st.tuples(st.none() | scores, st.none() | scores).filter(lambda pair: pair[0] != pair[1]).map(BestChange._make),
    max_size=25,
)
unmoved = st.dictionaries(st.integers(31, 40), scores, max_size=6)


@st.composite
def weeks_of_players(draw: st.DrawFn) -> tuple[tuple[RatedWeek, ...], tuple[RatedWeek, ...]]:
    """Weeks that counted at a close, and weeks closed since, in any order."""
    elos = draw(st.lists(st.tuples(st.integers(0, 2_000), st.booleans()), min_size=1, max_size=6))
    weeks = [RatedWeek(Week(2026, number + 1), *each) for number, each in enumerate(elos)]
    known = draw(st.integers(1, len(weeks)))
    order = draw(st.permutations(weeks))
    return tuple(order[:known]), tuple(order[known:])


def event_elo(rating: Rating, bests: list[float], own: float, weeks: tuple[RatedWeek, ...]) -> int:
    counted = [CountedWeek(week.elo, week.is_missed) for week in sorted(weeks, key=lambda week: week.week)]
    return rating.event_elo(rating.elo(own, rating.field_of([*bests, own])), rating.weekly_average(counted))


@given(
    rating=ratings,
    moved=changes,
    others=unmoved,
    own=st.tuples(scores, scores),
    weeks=weeks_of_players(),
    data=st.data(),
)
def test_the_parts_add_up_to_the_change_in_whatever_order_others_are_read(
    rating: Rating,
    moved: dict[int, BestChange],
    others: dict[int, float],
    own: tuple[float, float],
    weeks: tuple[tuple[RatedWeek, ...], tuple[RatedWeek, ...]],
    data: st.DataObject,
) -> None:
    now = others | {key: change.after for key, change in moved.items() if change.after is not None}
    then = others | {key: change.before for key, change in moved.items() if change.before is not None}
    shown = rating.elo(own[1], rating.field_of([*now.values(), own[1]]))
    grounds = Grounds(rating, *own, shown, *weeks)

    parts = parts_by_player(grounds, now, moved)

    before = event_elo(rating, list(then.values()), own[0], weeks[0])
    assert sum(part.points for part in parts) == event_elo(rating, list(now.values()), own[1], sum(weeks, ())) - before
    assert all(part.points for part in parts)
    if not moved:
        assert not {cause(part) for part in parts} & {"player", "others"}
    if own[0] == own[1]:
        assert "own" not in {cause(part) for part in parts}
    shuffled = {key: moved[key] for key in data.draw(st.permutations(list(moved)))}
    assert parts_by_player(grounds, dict(reversed(now.items())), shuffled) == parts


def test_who_moves_the_elo_furthest_is_named_and_the_rest_are_one_part() -> None:
    rating = Rating(ScoreDirection.HIGH, Rules(all_time_weight=1.0), RatingScale())
    moved = {1: BestChange(100, 110), 2: BestChange(100, 900), 3: BestChange(None, 300), 4: BestChange(200, 205)}
    bests = {1: 110.0, 2: 900.0, 3: 300.0, 4: 205.0}
    weeks = (RatedWeek(Week(2026, 1), 1000, False),)
    shown = rating.elo(150, rating.field_of([*bests.values(), 150]))

    parts = parts_by_player(Grounds(rating, 150, 150, shown, weeks, ()), bests, moved)

    assert [(cause(part), part.key) for part in parts] == [("player", 2), ("player", 3), ("others", None)]


def test_others_are_told_as_one_part_beside_the_own_best() -> None:
    rating = Rating(ScoreDirection.HIGH, Rules(all_time_weight=1.0), RatingScale())
    weeks = (RatedWeek(Week(2026, 1), 1000, False),)
    grounds = Grounds(rating, 100, 120, 1100, weeks, ())

    assert [(cause(part), part.points) for part in parts_in_all(grounds, 1000, 900)] == [
        ("others", -100),
        ("own", 200),
    ]
    assert [(cause(part), part.points) for part in parts_in_all(grounds, None, 900)] == [("own", 200)]


def cause(part: Part) -> str:
    if part.week is not None:
        return "week"
    if part.key is not None:
        return "player"
    return "others" if part.best is None else "own"


async def changed(backend: TestBackend, player: int = 1) -> EloChange:
    change = (await rated(backend, player)).change
    assert change is not None
    return change


def told(change: EloChange) -> list[tuple[str, Any]]:
    return [
        (cause(part), part.player.name if part.player else part.week and part.week.is_missed) for part in change.parts
    ]


@on_both_databases
@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("is_large", [False, True])
async def test_a_change_leads_from_what_a_close_told_to_what_is_told_now(
    backend: TestBackend, monkeypatch: pytest.MonkeyPatch, method: Method, is_large: bool
) -> None:
    if is_large:
        monkeypatch.setattr(_changes, "MOST_COMPARED", 2)
    await backend.create_event()
    if method is not Method.CLASSIC:
        await backend.real.services.rules.change(ADMIN, EVENT, Rules(method))
    await backend.play({1: 100, 2: 200, 3: 300, 4: 400, 5: 150})
    await backend.run()
    at_close = (await rated(backend)).event_elo
    assert (await rated(backend)).change == EloChange(Week(2026, 47), 0, ())
    backend.clock.move(weeks=2)
    await backend.play({2: 350, 3: 10, 6: 700}, {1: 600, 2: 20})
    await backend.real.services.withdrawals.withdraw(ADMIN, 4)
    await backend.run()
    await backend.rate()

    now = await rated(backend)

    assert now.change is not None
    assert now.change.since == Week(2026, 47)
    assert now.event_elo is not None
    assert now.change.points == sum(part.points for part in now.change.parts) == now.event_elo - (at_close or 0)
    assert {"own", "week"} <= {cause(part) for part in now.change.parts}


@on_both_databases
@pytest.mark.parametrize("is_large", [False, True])
async def test_a_change_of_the_rules_is_told_beside_the_parts_and_not_as_one(
    backend: TestBackend, monkeypatch: pytest.MonkeyPatch, is_large: bool
) -> None:
    if is_large:
        monkeypatch.setattr(_changes, "MOST_COMPARED", 2)
    await backend.create_event()
    await backend.play({1: 200, 2: 100, 3: 300})
    await backend.run()
    backend.clock.move(hours=1)
    for method in (Method.ROBUST, Method.RANKS):
        await backend.real.services.rules.change(ADMIN, EVENT, Rules(method))
    changed_at = backend.clock.now
    await backend.submit_all({1: 400, 2: 250})

    change = await changed(backend)

    assert change.rules == RulesChanged(changed_at, ADMIN.discord_id)
    assert change.lacks_others == is_large
    assert {cause(part) for part in change.parts} == ({"own"} if is_large else {"own", "player"})
    backend.clock.move(weeks=1)
    for _ in range(2):
        await backend.submit_all({1: 1, 2: 2})
        await backend.run()
        backend.clock.move(weeks=1)
    later = await changed(backend)
    assert (later.rules, later.lacks_others) == (None, False)


@on_both_databases
@pytest.mark.parametrize("direction", ["HIGH", "LOW"])
async def test_a_large_event_that_rates_by_ranks_tells_what_others_have_moved(
    backend: TestBackend, monkeypatch: pytest.MonkeyPatch, direction: str
) -> None:
    monkeypatch.setattr(_changes, "MOST_COMPARED", 2)
    await backend.create_event(direction)
    await backend.real.services.rules.change(ADMIN, EVENT, Rules(Method.RANKS))
    backend.clock.move(hours=1)
    better = 1 if direction == "HIGH" else -1
    higher, lower = 300 + 10 * better, 300 - 10 * better
    await backend.play({1: 300, 2: higher, 3: higher, 4: lower, 5: lower, 6: 300})
    await backend.run()
    before = (await rated(backend)).all_time_elo
    backend.clock.move(weeks=1)
    await backend.submit_all({4: 300 + 20 * better, 5: 300 + 20 * better, 7: 300})
    await backend.rate()
    unmoved = await rated(backend)
    await backend.submit(1, higher)
    await backend.rate()

    moved = await rated(backend)

    others, own = unmoved.all_time_elo - before, moved.all_time_elo - unmoved.all_time_elo
    assert others < 0 < own
    assert unmoved.change is not None
    assert moved.change is not None
    assert [cause(part) for part in unmoved.change.parts] == ["others"]
    assert [cause(part) for part in moved.change.parts] == ["others", "own"]
    assert moved.change.parts[0] == unmoved.change.parts[0]
    assert abs(moved.change.points - (others + own) / 2) < 1

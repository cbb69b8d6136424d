"""A player's submissions: each score with its marks, and the data of its picture."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.history import MOST_POINTS, HistoryEntry, HistoryPage, Removal, Trend, graph_of, mark, trend_of
from bot.domain.reviews import HeldState
from bot.domain.rules import Method, Rules
from bot.domain.scores import ScoreDirection
from bot.domain.weeks import Week
from bot.errors import NoScores, ScoreHeld, SubmitterWithdrawn
from bot.services.servers import Actor
from tests.backends import ADMIN, EVENT, MEMBER, NOON, TestBackend
from tests.moderation.test_reruns import member
from tests.one_database import on_one_database

ANA, BOB = 1, 2
W46, W47 = Week(2026, 46), Week(2026, 47)
HIGH, LOW = ScoreDirection.HIGH, ScoreDirection.LOW


def actor(player: int) -> Actor:
    return replace(MEMBER, discord_id=player)


async def history(backend: TestBackend, player: int, page: int = 0, asked_by: Actor = MEMBER) -> HistoryPage:
    return await backend.real.services.history.page(asked_by, EVENT, player, page)


async def test_a_history_has_every_score_with_its_marks_the_latest_first(backend: TestBackend) -> None:
    services = backend.real.services
    await backend.create_event()
    await backend.play({ANA: 50, BOB: 10}, {ANA: 70})
    await backend.run("2026-W46")
    backend.clock.move(minutes=1)
    await backend.submit(ANA, 900)
    backend.clock.move(minutes=1)
    await backend.submit(ANA, 60, proof="https://example.com/60")
    await services.removals.remove(ADMIN, EVENT, ANA, None, "typo")
    removed_at = backend.clock.now
    await services.additions.add(ADMIN, EVENT, member(ANA), 65, NOON - timedelta(days=1))

    page = await history(backend, ANA)

    assert [(one.score, one.week, one.was_best, one.is_best, one.is_week_best) for one in page.entries] == [
        (60, W47, False, False, False),
        (900, W47, False, False, False),
        (70, W47, True, True, True),
        (65, W47, True, False, False),
        (50, W46, True, False, True),
    ]
    proven, removed, best, added, first = page.entries
    assert (proven.proof, removed.removal) == ("https://example.com/60", Removal(removed_at, 9, "typo"))
    assert (added.added_by, added.is_imported, added.held) == (9, False, None)
    assert (page.scores, page.first, page.best, page.trend, page.page, page.pages) == (4, first, best, None, 0, 1)
    assert [(point.at, point.score) for point in page.graph.points] == [
        (NOON - timedelta(weeks=1), 50),
        (NOON - timedelta(days=1), 65),
        (NOON, 70),
        (NOON + timedelta(minutes=2), 60),
    ]
    assert page.graph.bests == page.graph.points[:3]
    assert page.graph.until == backend.clock.now
    [middle] = page.graph.middles
    assert middle.score == 30
    assert (middle.begins_at, middle.ends_at) == (datetime(2026, 11, 9, tzinfo=NOON.tzinfo), W46.ends_at("UTC"))


async def test_held_scores_count_for_nothing_and_only_some_see_them(backend: TestBackend) -> None:
    await backend.create_event(alarm_max="100")
    await backend.submit(ANA, 50)
    backend.clock.move(minutes=1)
    for player in (ANA, BOB):
        with pytest.raises(ScoreHeld):
            await backend.submit(player, 500)

    for asked_by in (actor(ANA), ADMIN):
        seen = await history(backend, ANA, asked_by=asked_by)
        assert [(one.score, one.held, one.is_best) for one in seen.entries] == [
            (500, HeldState.WAITING, False),
            (50, None, True),
        ]
    assert [one.score for one in (await history(backend, ANA)).entries] == [50]
    nothing_counts = await history(backend, BOB, asked_by=ADMIN)
    assert (nothing_counts.scores, nothing_counts.first, nothing_counts.best) == (0, None, None)
    assert (nothing_counts.graph.points, nothing_counts.graph.middles) == ((), ())
    with pytest.raises(NoScores):
        await history(backend, BOB)


async def test_who_has_submitted_nothing_or_is_withdrawn_has_no_history(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.create_event(name="Other")
    await backend.submit(ANA, 50)
    await backend.submit(BOB, 50, "Other")
    await backend.real.services.withdrawals.withdraw(ADMIN, ANA)

    for player, asked_by in ((99, MEMBER), (BOB, actor(BOB)), (ANA, MEMBER), (ANA, ADMIN)):
        with pytest.raises(NoScores):
            await history(backend, player, asked_by=asked_by)
    with pytest.raises(SubmitterWithdrawn):
        await history(backend, ANA, asked_by=actor(ANA))


async def test_pages_of_ten_and_the_middles_of_the_method(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({ANA: 10, BOB: 20, 3: 90}, {player: player for player in range(1, 4)})
    await backend.run("2026-W46")
    for score in range(1, 22):
        backend.clock.move(minutes=1)
        await backend.submit(ANA, score)
    found = []
    for rules in (Rules(), Rules(Method.ROBUST), Rules(Method.ROBUST, uses_logarithm=True), Rules(Method.RANKS)):
        if rules != Rules():
            await backend.real.services.rules.change(ADMIN, EVENT, rules)
        found.append([round(one.score, 9) for one in (await history(backend, ANA)).graph.middles])

    assert found == [[40], [20], [20], [20]]
    last = await history(backend, ANA, page=9)
    assert (last.page, last.pages, last.scores) == (2, 3, 23)
    assert [one.score for one in last.entries] == [1, 1, 10]
    assert last.trend == Trend(5, 19, 5)


@on_one_database
@given(scores=st.lists(st.integers(1, 9)), direction=st.sampled_from(ScoreDirection))
def test_the_line_of_bests_is_the_running_best_and_ends_at_the_best(
    scores: list[int], direction: ScoreDirection
) -> None:
    marked = mark((_entry(number, score) for number, score in enumerate(scores)), direction)

    running = list(accumulate(scores, max if direction is HIGH else min))
    expected = [number for number, best in enumerate(running) if number == 0 or best != running[number - 1]]
    assert [entry.id for entry in marked if entry.was_best] == expected
    assert [entry.id for entry in marked if entry.is_best] == expected[-1:]


@on_one_database
def test_a_trend_compares_the_latest_scores_with_as_many_before() -> None:
    assert trend_of([1, 2, 3, 4, 5], HIGH) is None
    assert trend_of([1, 2, 3, 4, 5, 9], HIGH) == Trend(3, 6, 4)
    assert trend_of([50, *range(10)], LOW) == Trend(5, 7, -5)


@on_one_database
def test_a_trend_of_equal_averages_has_no_gain_however_floats_add_up() -> None:
    before, latest = [68.12, 60.0, 81.9], [63.8, 56.7, 89.52]
    assert trend_of([*before, *latest], HIGH) == trend_of([*latest, *before], LOW) == Trend(3, 70.00666666666666, 0)


@on_one_database
def test_a_graph_has_a_bounded_number_of_points_with_both_ends() -> None:
    marked = mark((_entry(number, number) for number in range(5 * MOST_POINTS)), HIGH)

    graph = graph_of(marked, [], NOON, "UTC")

    for line in (graph.points, graph.bests):
        assert len(line) == MOST_POINTS
        assert [line[0].score, line[-1].score] == [0, 5 * MOST_POINTS - 1]
        assert list(line) == sorted(line, key=lambda point: point.at)


def _entry(number: int, score: float) -> HistoryEntry:
    return HistoryEntry(number, score, NOON + timedelta(minutes=number), W47)

"""The tests of section 3.4, weekly processing: weekly Elos, averages, missed weeks, the 50/50 composite, the reset."""

import pytest

from bot.database.models import LeaderboardScore, ScoreType, WeeklyResult
from bot.domain.standings import Board
from bot.errors import NotAllowed, WeekWithoutScores
from tests import tables
from tests.backends import EVENT, MEMBER, TestBackend


async def test_the_podium_shows_weekly_elos_over_the_weeks_bests(backend: TestBackend) -> None:
    await backend.create_event()
    for player in range(1, 6):
        await backend.submit(player, 100 * player)
    [run] = await backend.run()
    assert str(run.week) == "2026-W47"
    assert [(row.rank, row.player.discord_id, row.elo) for row in await backend.results(run.week)] == [
        (1, 5, 1283),
        (2, 4, 1141),
        (3, 3, 1000),
        (4, 2, 859),
        (5, 1, 717),
    ]


async def test_the_event_elo_is_half_all_time_elo_and_half_weekly_average(backend: TestBackend) -> None:
    event = await backend.create_event()
    await backend.submit(1, 50)
    await backend.submit(2, 100)
    await backend.run()
    backend.clock.move(weeks=1)
    await backend.submit(1, 90)
    await backend.submit(2, 80)
    await backend.run()
    stats = await tables.stats(backend.database, event.id)
    # Personal bests 90 and 100; weekly Elos 800 and 1200 for one player, 1200 and 800 for the other.
    assert [(row.all_time_leaderboard_elo, row.weekly_elo_average) for row in stats.values()] == [
        (800, 1000),
        (1200, 1000),
    ]
    assert await backend.elos(Board.OVERALL) == {1: 900, 2: 1100}


async def test_a_missed_week_counts_as_zero_and_shows_in_the_event_elo(backend: TestBackend) -> None:
    event = await backend.create_event()
    await backend.submit(1, 50)
    await backend.submit(2, 100)
    await backend.run()
    backend.clock.move(weeks=1)
    await backend.submit(1, 60)
    [run] = await backend.run()
    stats = await tables.stats(backend.database, event.id)
    assert [(row.weekly_elo_average, row.weeks_participated) for row in stats.values()] == [(900, 2), (600, 2)]
    assert await tables.missed(backend.database, run.week) == {2: 0}
    assert stats[2].calculated_event_elo == 900


async def test_a_reset_clears_the_week_and_keeps_results_and_personal_bests(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(1, 50)
    await backend.submit(2, 100)
    await backend.run()
    scores = await tables.rows(backend.database, LeaderboardScore)
    assert {row["score_type"] for row in scores} == {ScoreType.ALL_TIME}
    assert {row["score"] for row in scores} == {50, 100}
    assert {row["score"] for row in await tables.rows(backend.database, WeeklyResult)} == {50, 100}


async def test_there_is_nothing_to_process_without_weekly_scores(backend: TestBackend) -> None:
    await backend.create_event()
    with pytest.raises(WeekWithoutScores) as refusal:
        await backend.run()
    assert refusal.value.week == "2026-W47"


async def test_only_admins_process_a_week(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(1, 50)
    with pytest.raises(NotAllowed):
        await backend.real.services.weeks.run(MEMBER, EVENT)

"""The tests of section 3.2, score submission: validation, personal and weekly bests, races, rate limiting."""

import asyncio

import pytest
from sqlalchemy import URL

from bot.domain.standings import Board
from bot.errors import CooldownActive, EventNotFound, InvalidScore
from tests.backends import TestBackend, open_test_backend


async def test_a_score_out_of_range_or_not_finite_is_refused(backend: TestBackend) -> None:
    await backend.create_event()
    for score in ("0", "-1", "1000000000", "NaN", "inf", "-inf", "fast"):
        with pytest.raises(InvalidScore):
            await backend.submit(1, score)
    assert (await backend.page()).players == 0


async def test_a_score_needs_a_leaderboard_event(backend: TestBackend) -> None:
    with pytest.raises(EventNotFound):
        await backend.submit(1, 100, event="Chess")


@pytest.mark.parametrize(("direction", "better", "worse"), [("HIGH", 200, 50), ("LOW", 50, 200)])
async def test_only_a_better_score_is_a_new_personal_best(
    backend: TestBackend, direction: str, better: float, worse: float
) -> None:
    await backend.create_event(direction)
    first = await backend.submit(1, 100)
    second = await backend.submit(1, worse)
    third = await backend.submit(1, better)
    assert [result.is_personal_best for result in (first, second, third)] == [True, False, True]
    assert [result.previous_best for result in (first, second, third)] == [None, 100, 100]
    assert [result.personal_best for result in (first, second, third)] == [100, 100, better]


async def test_the_best_score_of_the_week_is_kept_for_its_processing(backend: TestBackend) -> None:
    await backend.create_event()
    for score in (100, 300, 200):
        await backend.submit(1, score)
    assert [row.score for row in (await backend.page(Board.WEEK)).standings] == [300]


async def test_scores_submitted_at_once_are_all_counted(backend: TestBackend) -> None:
    await backend.create_event()
    results = await asyncio.gather(*(backend.submit(player % 3, 100 + player) for player in range(9)))
    assert len(results) == 9
    assert {row.player.discord_id: row.score for row in (await backend.page()).standings} == {0: 106, 1: 107, 2: 108}


async def test_a_player_can_submit_once_a_minute(database_url: URL) -> None:
    async with open_test_backend(database_url, submit_cooldown_seconds=60) as backend:
        await backend.create_event()
        await backend.submit(1, 100)
        with pytest.raises(CooldownActive):
            await backend.submit(1, 200)
        backend.clock.move(seconds=60)
        assert (await backend.submit(1, 200)).is_personal_best

"""In large events, recalculations look only at players whose Elo may have moved, whenever these are known."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import URL, update

from bot.database.models import Event, PlayerEventStats
from bot.domain.scores import ScoreDirection
from bot.services.verification import VerificationService
from tests import tables
from tests.backends import ADMIN, EVENT, DeadProcess, TestBackend, open_test_backend, with_recalculation
from tests.large_events import as_if_large
from tests.outages import statements_seen

PLAYERS = 9
NEW = 99
OF_BANDS = "leaderboard_scores.score >="


@pytest.fixture
async def played(backend: TestBackend) -> AsyncIterator[TestBackend]:
    """An event with current stored Elos and a known field. Nothing runs in the background."""
    with as_if_large():
        backend = with_recalculation(backend, DeadProcess())
        await backend.create_event()
        await backend.submit_all({player: player * player for player in range(1, PLAYERS + 1)})
        assert await looks_at_all(backend)
        yield backend


async def looks_at_all(backend: TestBackend) -> bool:
    """Recalculate, and tell whether it looked at all players."""
    with statements_seen(OF_BANDS) as by_bands:
        await backend.real.scoring.recalculate(1)
    assert await backend.differences() == []
    stored = await tables.stored_elos(backend.database, 1)
    assert {player: elo for player, elo in stored.items() if elo is not None} == await backend.elos()
    return not by_bands


async def test_whoever_has_submitted_and_whoever_was_moved_by_that_is_rated(played: TestBackend) -> None:
    before = await tables.stored_elos(played.database, 1)
    await played.submit(3, 77)
    await played.submit(3, 80)
    await played.submit(NEW, 60)
    await played.submit(5, 1)
    assert not await looks_at_all(played)
    after = await tables.stored_elos(played.database, 1)
    assert {player for player in before if before[player] != after[player]} > {3, 7}
    await played.submit(NEW, 120)
    assert not await looks_at_all(played)


async def test_submissions_to_other_events_are_none_of_this_one(played: TestBackend) -> None:
    await played.create_event(ScoreDirection.LOW, "Sprint")
    await played.submit(1, 5, "Sprint")
    await played.submit(2, 50)
    await played.submit(3, 50, "Sprint")
    assert not await looks_at_all(played)
    await played.real.scoring.recalculate(2)
    assert await tables.stored_elos(played.database, 2) == await played.elos(event="Sprint")


async def test_nobody_is_between_bands_where_all_have_one_elo(database_url: URL) -> None:
    async with open_test_backend(database_url, elo_per_sigma=0.001) as real:
        backend = with_recalculation(real, DeadProcess())
        await backend.create_event()
        await backend.submit_all({1: 50, 2: 100})
        await backend.real.scoring.recalculate(1)
        await backend.submit(3, 60)
        with as_if_large():
            await backend.real.scoring.recalculate(1)
        assert await tables.stored_elos(backend.database, 1) == {1: 1000, 2: 1000, 3: 1000}


async def test_all_are_looked_at_after_a_removal(played: TestBackend) -> None:
    await played.submit(3, 77)
    await played.real.services.removals.remove(ADMIN, EVENT, 7)
    assert await looks_at_all(played)
    await played.submit(3, 78)
    assert not await looks_at_all(played)


async def test_all_are_looked_at_after_a_process_that_keeps_no_field(played: TestBackend) -> None:
    await played.submit(3, 77)
    await played.real.scoring.recalculate(1)
    # Such a process leaves the Elos of one field with the data of an earlier one.
    await tables.execute(played.database, update(Event).values(elo_field_version=1, elo_centre=1, elo_spread=1))
    await played.submit(4, 78)
    assert await looks_at_all(played)


@pytest.mark.parametrize("is_current", [True, False])
async def test_all_are_looked_at_after_a_repair(played: TestBackend, is_current: bool) -> None:
    await tables.execute(played.database, update(PlayerEventStats).values(all_time_leaderboard_elo=7))
    if not is_current:
        await played.submit(3, 77)
    await VerificationService(played.database).repair()
    await played.submit(3, 78)
    assert await looks_at_all(played)


async def test_all_are_looked_at_where_the_constants_have_changed(played: TestBackend, database_url: URL) -> None:
    async with open_test_backend(database_url, leaderboard_base_elo=1500) as other:
        assert await looks_at_all(other)
    await played.submit(3, 77)
    assert await looks_at_all(played)


async def test_a_weekly_run_looks_at_no_more(played: TestBackend) -> None:
    await played.submit(3, 77)
    with statements_seen(OF_BANDS) as by_bands:
        await played.run()
    assert by_bands
    assert await played.differences() == []

"""The running statistics of the week with the latest submission equal those of its bests, whatever changes these."""

import pytest
from sqlalchemy import update

from bot.database.models import Event
from bot.domain.standings import Board
from bot.domain.statistics import RunningStatistics
from bot.domain.verification import is_same_field
from bot.services.ratings._fields import week_statistics_of
from tests import tables
from tests.backends import ADMIN, EVENT, TestBackend
from tests.ratings.fields import stored_event

ANA, BOB, CAI, DAN = 1, 2, 3, 4
W47, W48 = 202647, 202648


@pytest.fixture
async def played(backend: TestBackend) -> TestBackend:
    """An event to which three players have submitted this week."""
    await backend.create_event()
    await backend.submit_all({ANA: 50, BOB: 100, CAI: 90})
    return backend


async def assert_kept(backend: TestBackend, week: int, *scores: float) -> None:
    """Assert that the statistics are those of these scores in that week, and that `verify` agrees."""
    statistics = week_statistics_of(await stored_event(backend.database), week)
    assert statistics is not None
    assert is_same_field(statistics.field, RunningStatistics.of(scores).field)
    assert await backend.differences() == []


async def assert_none_kept(backend: TestBackend) -> None:
    assert (await stored_event(backend.database)).week_number is None
    assert await backend.differences() == []


async def test_they_follow_first_scores_and_better_ones(played: TestBackend) -> None:
    await assert_kept(played, W47, 50, 100, 90)
    await played.submit_all({ANA: 70, BOB: 10, DAN: 20})
    await assert_kept(played, W47, 70, 100, 90, 20)


async def test_they_follow_a_best_of_the_week_that_is_no_personal_best(played: TestBackend) -> None:
    played.clock.move(weeks=1)
    await played.submit(ANA, 10)
    await played.submit(ANA, 20)
    await assert_kept(played, W48, 20)


async def test_a_week_that_is_run_has_none_and_the_next_one_is_counted(played: TestBackend) -> None:
    await played.run()
    await assert_none_kept(played)
    await played.submit_all({ANA: 10, BOB: 30})
    await assert_kept(played, W48, 10, 30)


async def test_a_week_that_is_open_again_is_counted_with_what_it_had(played: TestBackend) -> None:
    await played.run()
    await played.submit(ANA, 10)
    await played.undo()
    await assert_none_kept(played)
    shown = await played.elos(Board.WEEK)
    await played.submit(DAN, 80)
    await assert_kept(played, W47, 50, 100, 90, 80)
    assert shown.keys() == {ANA, BOB, CAI}


async def test_a_run_that_is_only_looked_at_leaves_them(played: TestBackend) -> None:
    await played.real.services.results.preview(ADMIN, EVENT)
    await assert_kept(played, W47, 50, 100, 90)


async def test_a_finished_week_that_is_run_leaves_those_of_the_current_one(played: TestBackend) -> None:
    played.clock.move(weeks=1)
    await played.submit(ANA, 10)
    await played.run()
    await assert_kept(played, W48, 10)


async def remove(backend: TestBackend, player: int) -> None:
    """Remove the player's personal best."""
    await backend.real.services.removals.remove(ADMIN, EVENT, player)


async def test_they_follow_a_removal(played: TestBackend) -> None:
    await played.submit(BOB, 200)
    await remove(played, BOB)
    await assert_kept(played, W47, 50, 100, 90)
    await remove(played, BOB)
    await assert_kept(played, W47, 50, 90)
    for player in (ANA, CAI):
        await remove(played, player)
    await assert_kept(played, W47)
    assert (await played.page(Board.WEEK)).players == 0
    await played.submit(DAN, 20)
    await assert_kept(played, W47, 20)


async def test_a_removal_from_another_week_leaves_them(played: TestBackend) -> None:
    played.clock.move(weeks=1)
    await played.submit(ANA, 10)
    await remove(played, BOB)
    await assert_kept(played, W48, 10)


@pytest.mark.parametrize("is_removed", [True, False])
async def test_a_far_score_that_goes_has_them_counted_anew(backend: TestBackend, is_removed: bool) -> None:
    await backend.create_event("LOW")
    await backend.submit_all({ANA: 999_999_999, BOB: 1.1, CAI: 1.2})
    if is_removed:
        await remove(backend, ANA)
        await assert_kept(backend, W47, 1.1, 1.2)
    else:
        await backend.submit(ANA, 1.3)
        await assert_kept(backend, W47, 1.1, 1.2, 1.3)


async def test_an_older_event_has_them_from_its_next_submission_on(played: TestBackend) -> None:
    await tables.execute(played.database, update(Event).values(week_number=None, week_count=0, week_m2=0))
    shown = await played.elos(Board.WEEK)
    await played.submit(BOB, 1)
    await assert_none_kept(played)
    await played.submit(DAN, 1)
    await assert_kept(played, W47, 50, 100, 90, 1)
    assert shown == {BOB: 1185, CAI: 1093, ANA: 722}


async def test_a_page_is_rated_by_them(played: TestBackend) -> None:
    await tables.execute(played.database, update(Event).values(week_origin=0, week_mean=50, week_m2=3 * 25**2))
    assert await played.elos(Board.WEEK) == {BOB: 1400, CAI: 1320, ANA: 1000}

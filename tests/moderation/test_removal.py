"""Removing a score: bests follow from the rest of the log, and closed weeks keep their results until rerun."""

from datetime import timedelta

import pytest

from bot.database.models import AuditLog, LeaderboardScore, ScoreSubmission
from bot.domain.moderation import CorrectionResult
from bot.domain.standings import Board
from bot.errors import NothingToRemove
from bot.services.moderation._finding import MOST_LISTED
from tests import tables
from tests.backends import ADMIN, EVENT, NOON, TestBackend, open_test_backend
from tests.moderation.test_restoring import check
from tests.ratings.fields import stored_field

ANA, BOB, CAI = 1, 2, 3


async def remove(
    backend: TestBackend, player: int, submission: int | str | None = None, reason: str | None = None
) -> CorrectionResult:
    key = f"#{submission}" if isinstance(submission, int) else submission
    return await backend.real.services.removals.remove(ADMIN, EVENT, player, key, reason)


async def bests(backend: TestBackend) -> dict[tuple[int, int | None], float]:
    found = await tables.rows(backend.database, LeaderboardScore)
    return {(row["player_id"], row["week_number"]): row["score"] for row in found}


@pytest.mark.parametrize(("direction", "best"), [("HIGH", 90), ("LOW", 50)])
async def test_without_a_key_the_personal_best_goes_and_the_next_is_best(
    backend: TestBackend, direction: str, best: float
) -> None:
    await backend.create_event(direction)
    for score in (70, 50, 90, 60):
        await backend.submit(ANA, score)
    await backend.submit(BOB, 65)
    removed = await remove(backend, ANA)
    assert (removed.submission.score, removed.changed_best) == (best, True)
    assert removed.personal_best == (70 if direction == "HIGH" else 60)
    assert (await bests(backend))[ANA, 202647] == (await bests(backend))[ANA, None] == removed.personal_best
    await check(backend)


async def test_a_score_that_is_no_best_changes_nothing_but_the_log(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(ANA, 50)
    await backend.submit(ANA, 90)
    before = await bests(backend)
    removed = await remove(backend, ANA, 1)
    assert (removed.submission.score, removed.changed_best, removed.personal_best) == (50, False, 90)
    assert await bests(backend) == before
    await check(backend)


async def test_of_equal_scores_the_later_stays_as_the_best(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(ANA, 90)
    backend.clock.move(minutes=5)
    await backend.submit(ANA, 90)
    removed = await remove(backend, ANA)
    assert (removed.changed_best, removed.personal_best) == (False, 90)
    found = await tables.rows(backend.database, LeaderboardScore)
    assert {row["submitted_at"] for row in found} == {NOON + timedelta(minutes=5)}
    await check(backend)


async def test_a_player_whose_only_score_is_removed_leaves_the_leaderboard(
    backend: TestBackend,
) -> None:
    await backend.create_event()
    await backend.submit_all({ANA: 50, BOB: 100})
    assert (await remove(backend, ANA)).personal_best is None
    assert await backend.elos() == {BOB: 1000}
    assert await backend.elos(Board.WEEK) == {BOB: 1000}
    await check(backend)
    assert (await backend.submit(ANA, 50)).players == 2
    await check(backend)


async def test_the_last_score_of_an_event_leaves_an_empty_field(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(ANA, 50)
    await remove(backend, ANA)
    assert (await backend.page()).players == 0
    assert (await stored_field(backend.database)).size == 0
    await check(backend)


async def test_a_closed_week_keeps_its_results_until_it_is_undone_and_run_again(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit_all({ANA: 50, BOB: 100, CAI: 900})
    await backend.run()
    removed = await remove(backend, CAI)
    assert removed.week_is_closed
    assert (await backend.elos(Board.OVERALL)).keys() == {ANA, BOB}
    await check(backend)

    assert await backend.undo() == "2026-W47"
    assert (await bests(backend)).keys() == {(ANA, 202647), (BOB, 202647), (ANA, None), (BOB, None)}
    [again] = await backend.run()
    assert {row.player.discord_id: row.elo for row in await backend.results(again.week)} == {ANA: 800, BOB: 1200}
    await check(backend)


async def test_another_base_elo_also_reaches_those_without_a_score_left(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit_all({ANA: 50, BOB: 100})
    await backend.run()
    await remove(backend, ANA)
    await check(backend)
    async with open_test_backend(backend.database.url, backend.clock, leaderboard_base_elo=2000) as other:
        await other.real.scoring.recalculate(1)
        assert await other.differences() == []
        assert (await tables.stats(other.database, 1))[ANA].calculated_event_elo == 1400


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(weeks=3)])
async def test_a_clock_that_was_set_back_does_not_blur_what_a_run_has_counted(
    backend: TestBackend, back: timedelta
) -> None:
    await backend.create_event()
    await backend.submit_all({ANA: 50, BOB: 100})
    await backend.run()
    backend.clock.now -= back
    await remove(backend, ANA)
    await check(backend)
    await backend.undo()
    await check(backend)
    backend.clock.now = NOON
    await backend.run()
    await check(backend)


async def test_the_log_and_the_audit_log_say_by_whom_when_and_why(backend: TestBackend) -> None:
    event = await backend.create_event(unit="points")
    await backend.submit(ANA, 50)
    removed = await remove(backend, ANA, reason="spliced\u202e   video")
    assert removed.reason == "spliced video"
    [row] = await tables.rows(backend.database, ScoreSubmission)
    assert (row["removed_at"], row["removed_by"]) == (NOON, ADMIN.discord_id)
    assert row["removal_reason"] == "spliced video"
    [entry] = [row for row in await tables.rows(backend.database, AuditLog) if row["action"] == "remove score"]
    assert (entry["detail"]["submission"], entry["reason"]) == (1, "spliced video")
    assert (entry["event_id"], entry["done_at"]) == (event.id, NOON)


async def test_what_is_not_there_cannot_be_removed(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.create_event(name="Another")
    await backend.submit(ANA, 50)
    await backend.submit(BOB, 50, "Another")
    await backend.rate()
    before = await tables.contents(backend.database)
    for player, submission in [(BOB, None), (ANA, 2), (BOB, 1), (BOB, 2), (ANA, "x"), (ANA, 9**18), (ANA, "9" * 40)]:
        with pytest.raises(NothingToRemove):
            await remove(backend, player, submission)
    assert await tables.contents(backend.database) == before
    await remove(backend, ANA)
    with pytest.raises(NothingToRemove):
        await remove(backend, ANA, 1)


async def test_the_latest_scores_are_offered_without_those_removed(backend: TestBackend) -> None:
    await backend.create_event()
    for score in range(1, MOST_LISTED + 3):
        await backend.submit(ANA, score)
    await remove(backend, ANA)
    listed = await backend.real.services.removals.listed(ADMIN, EVENT, ANA, are_removed=False)
    assert [row.score for row in listed] == list(range(MOST_LISTED + 1, 1, -1))
    assert await backend.real.services.removals.listed(ADMIN, EVENT, BOB, are_removed=False) == ()

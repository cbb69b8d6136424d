"""Restoring a removed score: everything is as if it had never been removed, except for weeks run meanwhile."""

from datetime import timedelta

import pytest

from bot.database.models import AuditLog, LeaderboardScore, ScoreSubmission, WeeklyResult
from bot.domain.moderation import CorrectionResult
from bot.errors import NothingToRestore
from tests import tables
from tests.backends import ADMIN, EVENT, NOON, TestBackend

ANA, BOB, CAI = 1, 2, 3
# Columns that count or date changes rather than hold values; running statistics differ by rounding.
CHANGES = {
    *("id", "updated_at", "version", "scores_version", "elo_version", "elo_field_version", "elo_submission_id"),
    *("score_origin", "score_mean", "score_m2", "score_m2_peak", "elo_origin", "elo_centre", "elo_spread"),
    *("week_origin", "week_mean", "week_m2", "week_m2_peak"),
}


async def remove(backend: TestBackend, player: int, submission: str | None = None) -> None:
    await backend.real.services.removals.remove(ADMIN, EVENT, player, submission)


async def restore(backend: TestBackend, player: int, submission: str | None = None) -> CorrectionResult:
    return await backend.real.services.removals.restore(ADMIN, EVENT, player, submission)


async def check(backend: TestBackend) -> None:
    await backend.real.scoring.recalculate(1)
    assert await backend.differences() == []


async def contents(backend: TestBackend) -> object:
    await backend.real.scoring.recalculate(1)
    return await tables.contents(backend.database, without=CHANGES, except_for={"audit_log"})


@pytest.mark.parametrize("direction", ["HIGH", "LOW"])
@pytest.mark.parametrize("submission", ["#1", "#2", "#3", "#4", None])
async def test_a_removal_taken_back_leaves_everything_as_it_was(
    backend: TestBackend, direction: str, submission: str | None
) -> None:
    await backend.create_event(direction)
    backend.clock.move(weeks=-1)
    await backend.submit(ANA, 70)
    await backend.run()
    backend.clock.move(weeks=1)
    for score in (60, 90, 90):
        backend.clock.move(minutes=1)
        await backend.submit(ANA, score)
    await backend.submit(BOB, 80)
    before = await contents(backend)
    await remove(backend, ANA, submission)
    await check(backend)
    await restore(backend, ANA, submission)
    assert await contents(backend) == before
    await check(backend)


async def test_a_player_whose_only_score_is_restored_is_back_on_the_boards(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit_all({ANA: 50, BOB: 100})
    await remove(backend, ANA)
    restored = await restore(backend, ANA)
    assert (restored.submission.score, restored.changed_best, restored.personal_best) == (50, True, 50)
    assert await backend.elos() == {BOB: 1200, ANA: 800}
    await check(backend)


async def test_a_score_restored_after_its_close_counts_once_the_week_is_rerun(
    backend: TestBackend,
) -> None:
    await backend.create_event()
    await backend.submit_all({ANA: 50, BOB: 100, CAI: 150})
    await backend.submit(ANA, 200)
    await remove(backend, ANA)
    await backend.run()
    archive = await tables.rows(backend.database, WeeklyResult)

    assert (await restore(backend, ANA)).week_is_closed
    assert await tables.rows(backend.database, WeeklyResult) == archive
    assert (await backend.elos()).keys() == {ANA, CAI, BOB}
    assert [row["week_number"] for row in await tables.rows(backend.database, LeaderboardScore)] == [None] * 3
    await check(backend)

    await remove(backend, ANA)
    await check(backend)
    await restore(backend, ANA)
    await check(backend)

    await backend.undo()
    await check(backend)
    [again] = await backend.run()
    assert {row.player.discord_id: row.score for row in await backend.results(again.week)} == {
        ANA: 200,
        CAI: 150,
        BOB: 100,
    }
    await check(backend)


@pytest.mark.parametrize("back", [timedelta(0), timedelta(hours=1), timedelta(weeks=3)])
async def test_a_closed_week_keeps_a_score_that_was_removed_and_restored_since(
    backend: TestBackend, back: timedelta
) -> None:
    await backend.create_event()
    await backend.submit_all({ANA: 50, BOB: 100})
    await backend.run()
    before = await contents(backend)
    backend.clock.now -= back
    await remove(backend, ANA)
    await restore(backend, ANA)
    assert await contents(backend) == before
    await check(backend)


async def test_without_a_key_the_one_removed_last_is_restored(backend: TestBackend) -> None:
    await backend.create_event()
    for score in (50, 60, 70):
        await backend.submit(ANA, score)
    for key in ("#3", "#1"):
        await remove(backend, ANA, key)
        backend.clock.move(minutes=1)
    assert [(await restore(backend, ANA)).submission.score for _ in range(2)] == [50, 70]


async def test_the_log_forgets_the_removal_and_the_audit_log_tells_of_both(backend: TestBackend) -> None:
    event = await backend.create_event(unit="points")
    await backend.submit(ANA, 50)
    before = await tables.rows(backend.database, ScoreSubmission)
    await remove(backend, ANA)
    backend.clock.move(minutes=1)
    await restore(backend, ANA)
    assert await tables.rows(backend.database, ScoreSubmission) == before
    [entry] = [row for row in await tables.rows(backend.database, AuditLog) if row["action"] == "restore score"]
    assert entry["detail"] == {
        "score": 50,
        "format": "number",
        "unit": "points",
        "submission": 1,
        "submitted_at": "2026-11-18T12:00:00Z",
        "week": "2026-W47",
    }
    assert (entry["event_id"], entry["done_at"]) == (event.id, NOON + timedelta(minutes=1))


async def test_what_was_not_removed_cannot_be_restored(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit_all({ANA: 50, BOB: 60})
    await remove(backend, BOB)
    before = await tables.contents(backend.database)
    for player, submission in [(ANA, None), (ANA, "#1"), (ANA, "#2"), (BOB, "50"), (BOB, "x"), (CAI, None)]:
        with pytest.raises(NothingToRestore):
            await restore(backend, player, submission)
    assert await tables.contents(backend.database) == before

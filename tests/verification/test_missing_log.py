"""Values that the log cannot explain: a repair leaves them alone, and the log can be completed from them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Executable, delete, insert, text, update

from bot.database.models import (
    GuildSettings,
    LeaderboardScore,
    PlayerEventStats,
    ScoreSubmission,
    WeeklyResult,
    WeeklyRun,
)
from bot.services.verification import LogRepair, Verification, VerificationService
from tests import tables
from tests.backends import EVENT, GUILD, NOON, TestBackend
from tests.verification.seasons import ANA, BOB, CAI, NOT_THE_SAME

UNEXPLAINED = {
    "the whole log": (
        "DELETE FROM score_submissions",
        [
            *(f"leaderboard_scores: personal best of player {player}" for player in (ANA, BOB, CAI)),
            *(f"leaderboard_scores: best of player {player} in 2026-W47" for player in (ANA, BOB)),
            *(f"weekly_results: result of player {player} in 2026-W45" for player in (ANA, BOB)),
            *(f"weekly_results: result of player {player} in 2026-W46" for player in (ANA, CAI)),
            *(f"player_event_stats: ratings of player {player}" for player in (ANA, BOB, CAI)),
        ],
    ),
    "a submission": (
        "DELETE FROM score_submissions WHERE player_id = 2 AND score = 120",
        ["leaderboard_scores: personal best of player 2", "leaderboard_scores: best of player 2 in 2026-W47"],
    ),
    "a submission that counts in a closed week only": (
        "DELETE FROM score_submissions WHERE player_id = 2 AND score = 100",
        ["weekly_results: result of player 2 in 2026-W45"],
    ),
    "the first submission of a player": (
        "DELETE FROM score_submissions WHERE player_id = 3",
        [
            "leaderboard_scores: personal best of player 3",
            "weekly_results: result of player 3 in 2026-W46",
            "player_event_stats: ratings of player 3",
        ],
    ),
}
"""Rows that are lost from the log of a season, and the rows that are then reported."""

RESULT = {"score": 71.0, "submitted_at": NOON, "weekly_elo": 1000, "rank": 1}


def named(differences: Any) -> list[str]:
    return [str(one).partition(" is ")[0].replace(f" in event '{EVENT}'", "") for one in differences]


@pytest.mark.parametrize("lost", UNEXPLAINED)
async def test_a_repair_deletes_nothing_that_the_log_does_not_know(season: TestBackend, lost: str) -> None:
    loss, rows = UNEXPLAINED[lost]
    await tables.execute(season.database, text(loss))
    before = await tables.contents(season.database)
    found = await VerificationService(season.database).repair()
    assert not found.is_repaired
    assert named(found.unexplained) == rows
    assert await tables.contents(season.database) == before


@pytest.mark.parametrize("lost", UNEXPLAINED)
async def test_the_log_is_written_from_the_scores_that_it_does_not_know(season: TestBackend, lost: str) -> None:
    before = await tables.contents(season.database, without=NOT_THE_SAME | {"interaction_id"})
    await tables.execute(season.database, text(UNEXPLAINED[lost][0]))
    service = VerificationService(season.database)
    written = await service.write_log()
    assert written.is_written
    assert written.unexplained == ()
    assert await season.differences() == []
    assert await tables.contents(season.database, without=NOT_THE_SAME | {"interaction_id"}) == before
    ids = [row["interaction_id"] for row in await tables.rows(season.database, ScoreSubmission)]
    assert sum(number < 0 for number in ids) == len(written.missing)
    await season.submit(ANA, 500)
    assert (await service.write_log()).missing == ()


async def test_a_row_is_added_after_those_that_were_written_before(season: TestBackend) -> None:
    for score in (120, 100):
        await tables.execute(season.database, delete(ScoreSubmission).where(ScoreSubmission.score == score))
        await VerificationService(season.database).write_log()
    ids = [row["interaction_id"] for row in await tables.rows(season.database, ScoreSubmission)]
    assert sorted(ids)[:2] == [-2, -1]


async def test_a_best_of_no_known_week_counts_for_the_week_of_its_servers_time(season: TestBackend) -> None:
    """Such a database has no log and no archive: of 2026-W46, only Cai's best is left."""
    await tables.execute(
        season.database,
        *(delete(table) for table in (ScoreSubmission, WeeklyResult, WeeklyRun)),
        delete(LeaderboardScore).where(LeaderboardScore.player_id != CAI),
        update(LeaderboardScore).values(submitted_at=datetime(2026, 11, 15, 23, 30, tzinfo=UTC)),
        insert(GuildSettings).values(guild_id=GUILD, time_zone="Europe/Berlin"),
    )
    await VerificationService(season.database).write_log()
    [row] = await tables.rows(season.database, ScoreSubmission)
    assert (row["player_id"], row["score"], row["week_number"], row["made_in_week"]) == (CAI, 70, 202647, 202647)


async def test_a_best_that_no_run_has_counted_leaves_the_archive_alone(season: TestBackend) -> None:
    await tables.execute(
        season.database, text("UPDATE leaderboard_scores SET score = 71, submitted_at = '2026-11-10' WHERE score = 70")
    )
    before = await tables.rows(season.database, WeeklyResult)
    await VerificationService(season.database).write_log()
    assert (await VerificationService(season.database).repair()).is_repaired
    assert await tables.rows(season.database, WeeklyResult) == before
    [row] = [one for one in await tables.rows(season.database, ScoreSubmission) if one["score"] == 71]
    assert (row["week_number"], row["made_in_week"]) == (202647, 202646)


@pytest.mark.parametrize(
    "invention",
    [
        insert(WeeklyResult).values(run_id=99, player_id=CAI, **RESULT),
        insert(WeeklyResult).values(run_id=1, player_id=99, **RESULT),
        insert(PlayerEventStats).values(event_id=2, player_id=CAI, weeks_participated=7, weekly_elo_average=1000.0),
    ],
    ids=["a result of no run", "a result of no player", "ratings without a score"],
)
async def test_what_no_row_of_the_log_could_explain_is_named(season: TestBackend, invention: Executable) -> None:
    await season.create_event(name="Other")
    await tables.execute(season.database, invention)
    service = VerificationService(season.database)
    before = await tables.contents(season.database)
    assert not (await service.repair()).is_repaired
    written = await service.write_log()
    assert (written.missing, len(written.unexplained), written.is_written) == ((), 1, False)
    assert await tables.contents(season.database) == before


async def test_nothing_is_written_that_is_not_allowed(season: TestBackend) -> None:
    asked: list[Verification | LogRepair] = []

    def refuse(found: Verification | LogRepair) -> bool:
        asked.append(found)
        return False

    service = VerificationService(season.database)
    for loss in ("UPDATE leaderboard_scores SET score = 81 WHERE score = 80", "DELETE FROM score_submissions"):
        await tables.execute(season.database, text(loss))
        before = await tables.contents(season.database)
        repair = await service.repair(refuse)
        log = await service.write_log(refuse)
        assert (repair.is_repaired, log.is_written) == (False, False)
        assert await tables.contents(season.database) == before
    assert [type(one) for one in asked] == [Verification, Verification, LogRepair]

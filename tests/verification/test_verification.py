"""Verification and repair: each manipulated row is found, reported and corrected."""

import pytest
from sqlalchemy import delete, text, update

from bot.database.models import Event, LeaderboardScore, PlayerEventStats, WeeklyResult, WeeklyRun
from bot.domain.rules import Method, Rules
from bot.services.verification import VerificationService
from tests import tables
from tests.backends import ADMIN, EVENT, TestBackend
from tests.verification.seasons import ANA, BOB, CAI, NOT_THE_SAME


async def test_a_season_is_clean(season: TestBackend) -> None:
    verification = await VerificationService(season.database).verify()
    assert (verification.events, verification.submissions) == (1, 6)
    assert (verification.differences, verification.awaiting) == ((), ())


TAMPERINGS = {
    "a personal best": (
        "UPDATE leaderboard_scores SET score = 81 WHERE player_id = 1 AND score_type = 'all_time'",
        ["leaderboard_scores: personal best of player 1"],
    ),
    "the time of a personal best": (
        "UPDATE leaderboard_scores SET submitted_at = '2026-01-01' WHERE player_id = 3 AND score_type = 'all_time'",
        ["leaderboard_scores: personal best of player 3"],
    ),
    "a personal best deleted": (
        "DELETE FROM leaderboard_scores WHERE player_id = 2 AND score_type = 'all_time'",
        ["leaderboard_scores: personal best of player 2"],
    ),
    "a weekly best": (
        "UPDATE leaderboard_scores SET score = 1 WHERE player_id = 2 AND score_type = 'weekly'",
        ["leaderboard_scores: best of player 2 in 2026-W47"],
    ),
    "a weekly best deleted": (
        "DELETE FROM leaderboard_scores WHERE player_id = 1 AND score_type = 'weekly'",
        ["leaderboard_scores: best of player 1 in 2026-W47"],
    ),
    "the week of a weekly best": (
        "UPDATE leaderboard_scores SET week_number = 202648 WHERE player_id = 1 AND score_type = 'weekly'",
        [
            "leaderboard_scores: best of player 1 in 2026-W47",
            "leaderboard_scores: best of player 1 in 2026-W48",
        ],
    ),
    "the mean of the field": ("UPDATE events SET score_mean = score_mean + 0.0001", ["events: field"]),
    "the spread of the field": ("UPDATE events SET score_m2 = score_m2 * 1.00001", ["events: field"]),
    "the size of the field": ("UPDATE events SET score_count = 4, score_m2 = score_m2 * 4 / 3", ["events: field"]),
    "the field of the open week": ("UPDATE events SET week_mean = week_mean + 0.0001", ["events: field of 2026-W47"]),
    "the size of the open week's field": (
        "UPDATE events SET week_count = 4, week_m2 = week_m2 * 2",
        ["events: field of 2026-W47"],
    ),
    "a weekly average": (
        "UPDATE player_event_stats SET weekly_elo_average = 1 WHERE player_id = 3",
        ["player_event_stats: ratings of player 3"],
    ),
    "the weeks counted": (
        "UPDATE player_event_stats SET weeks_participated = weeks_participated + 1 WHERE player_id = 1",
        ["player_event_stats: ratings of player 1"],
    ),
    "an all-time Elo": (
        "UPDATE player_event_stats SET all_time_leaderboard_elo = all_time_leaderboard_elo + 1 WHERE player_id = 2",
        ["player_event_stats: ratings of player 2"],
    ),
    "an all-time Elo taken away": (
        "UPDATE player_event_stats SET all_time_leaderboard_elo = NULL WHERE player_id = 1",
        ["player_event_stats: ratings of player 1"],
    ),
    "an event Elo": (
        "UPDATE player_event_stats SET calculated_event_elo = 9999 WHERE player_id = 2",
        ["player_event_stats: ratings of player 2"],
    ),
    "an event Elo taken away": (
        "UPDATE player_event_stats SET calculated_event_elo = NULL WHERE player_id = 3",
        ["player_event_stats: ratings of player 3"],
    ),
    "the ratings of a player deleted": (
        "DELETE FROM player_event_stats WHERE player_id = 3",
        ["player_event_stats: ratings of player 3"],
    ),
    "an archived Elo": (
        "UPDATE weekly_results SET weekly_elo = 9999 WHERE player_id = 1 AND run_id = 1",
        ["weekly_results: result of player 1 in 2026-W45"],
    ),
    "an archived rank": (
        "UPDATE weekly_results SET rank = 1 WHERE player_id = 1 AND run_id = 1",
        ["weekly_results: result of player 1 in 2026-W45"],
    ),
    "an archived score": (
        "UPDATE weekly_results SET score = 99 WHERE player_id = 2 AND run_id = 1",
        ["weekly_results: result of player 2 in 2026-W45"],
    ),
    "a missed week deleted": (
        "DELETE FROM weekly_results WHERE player_id = 2 AND run_id = 2",
        ["weekly_results: result of player 2 in 2026-W46"],
    ),
    "a missed week invented": (
        "INSERT INTO weekly_results (run_id, player_id, weekly_elo) VALUES (1, 3, 0)",
        ["weekly_results: result of player 3 in 2026-W45"],
    ),
    "a result of no run": (
        "INSERT INTO weekly_results (run_id, player_id, weekly_elo) VALUES (99, 3, 0)",
        ["weekly_results: run 99, player 3"],
    ),
    "a result of no player": (
        "INSERT INTO weekly_results (run_id, player_id, weekly_elo) VALUES (1, 99, 0)",
        ["weekly_results: result of player 99 in 2026-W45"],
    ),
    "the mean of a run": (
        "UPDATE weekly_runs SET field_centre = field_centre + 0.0001 WHERE id = 1",
        ["weekly_runs: field of 2026-W45"],
    ),
    "the spread of a run": (
        "UPDATE weekly_runs SET field_spread = field_spread * 1.00001 WHERE id = 2",
        ["weekly_runs: field of 2026-W46"],
    ),
}
"""Manipulations of a season's rows, and the rows that are then reported; the log has the correct values."""

LOSSES = {
    "a run deleted": (
        "DELETE FROM weekly_runs WHERE id = 2",
        [
            "leaderboard_scores: best of player 1 in 2026-W46",
            "leaderboard_scores: best of player 3 in 2026-W46",
            *(f"player_event_stats: ratings of player {player}" for player in (ANA, BOB, CAI)),
            *(f"weekly_results: run 2, player {player}" for player in (ANA, BOB, CAI)),
        ],
    ),
    "what a missed week counts": (
        "UPDATE weekly_runs SET missed_week_elo = 500 WHERE id = 2",
        [
            "weekly_results: result of player 2 in 2026-W46",
            "player_event_stats: ratings of player 2",
        ],
    ),
}
"""Manipulations of values that nothing else contains, so that the rest is adapted to them."""


async def test_whatever_was_tampered_with_is_found_named_and_repaired(season: TestBackend) -> None:
    before = await tables.contents(season.database, without=NOT_THE_SAME)
    wrong = {}
    for name, (tampering, rows) in TAMPERINGS.items():
        if (found := await found_and_repaired(season, tampering)) != rows:
            wrong[name] = found
        elif await tables.contents(season.database, without=NOT_THE_SAME) != before:
            wrong[name] = ["repaired to something else"]
    assert wrong == {}
    await assert_it_goes_on(season)


@pytest.mark.parametrize("name", LOSSES)
async def test_what_follows_from_a_loss_is_found_named_and_repaired(season: TestBackend, name: str) -> None:
    tampering, rows = LOSSES[name]
    assert await found_and_repaired(season, tampering) == rows
    await assert_it_goes_on(season)


async def found_and_repaired(season: TestBackend, tampering: str) -> list[str]:
    """Manipulate rows of a season; return the reported rows, and what is wrong after a repair."""
    await tables.execute(season.database, text(tampering))
    found = await season.differences()
    repair = await VerificationService(season.database).repair()
    named = [difference.partition(" is ")[0].replace(f" in event '{EVENT}'", "") for difference in found]
    assert repair.is_repaired
    also_repaired = [f"repaired: {one}" for one in set(found) ^ set(map(str, repair.differences))]
    return [*named, *also_repaired, *(f"left: {one}" for one in await season.differences())]


async def assert_it_goes_on(season: TestBackend) -> None:
    await season.submit(ANA, 500)
    await season.run()
    await season.undo()
    assert await season.differences() == []


async def test_a_repair_of_a_personal_best_moves_the_events_version_on(
    season: TestBackend,
) -> None:
    [before] = await tables.rows(season.database, Event)
    await tables.execute(
        season.database, update(LeaderboardScore).where(LeaderboardScore.week_number.is_(None)).values(score=1)
    )
    await VerificationService(season.database).repair()
    [after] = await tables.rows(season.database, Event)
    assert after["scores_version"] > before["scores_version"]
    assert await season.real.scoring.stale_events() == ()


async def test_a_wrong_field_under_robust_is_found_and_repaired(season: TestBackend) -> None:
    await season.real.services.rules.change(ADMIN, EVENT, Rules(Method.ROBUST))
    before = await season.elos()
    assert await found_and_repaired(season, "UPDATE events SET elo_origin = elo_origin + 60") == [
        "events: field of the Elos"
    ]
    assert await season.elos() == before
    # With bests that nobody has submitted, the bot stores their field.
    worse = "UPDATE leaderboard_scores SET score = score / 2 WHERE score_type = 'all_time'"
    await tables.execute(season.database, text(worse))
    await season.submit(9, 1)
    await season.rate()
    await VerificationService(season.database).repair()
    assert await season.differences() == []
    stored = {player: row.all_time_leaderboard_elo for player, row in (await tables.stats(season.database, 1)).items()}
    assert await season.elos() == stored


async def test_a_repair_touches_nothing_that_is_right(season: TestBackend) -> None:
    before = await tables.contents(season.database)
    repaired = await VerificationService(season.database).repair()
    assert (repaired.events, repaired.submissions, repaired.differences) == (1, 6, ())
    assert await tables.contents(season.database) == before


async def test_what_a_repair_cannot_compare_waits_for_the_next_recalculation(season: TestBackend) -> None:
    await tables.execute(season.database, update(Event).values(scores_version=Event.scores_version + 1))
    [before] = await tables.rows(season.database, Event)
    await VerificationService(season.database).repair()
    [after] = await tables.rows(season.database, Event)
    assert before["elo_field_version"] is not None
    assert after == before | {"elo_field_version": None, "version": before["version"] + 1}


async def test_repaired_averages_reach_event_elos_that_await_a_recalculation(season: TestBackend) -> None:
    await season.rate()
    wrong = update(PlayerEventStats).where(PlayerEventStats.weeks_participated > 0)
    await tables.execute(season.database, wrong.values(weekly_elo_average=1, calculated_event_elo=5))
    await tables.execute(season.database, update(Event).values(scores_version=Event.scores_version + 1))
    assert (await VerificationService(season.database).repair()).is_repaired
    await season.rate()
    assert await season.differences() == []


async def test_everything_that_is_derived_can_be_lost_and_repaired(season: TestBackend) -> None:
    before = await tables.contents(season.database, without=NOT_THE_SAME)
    await tables.execute(
        season.database,
        *(delete(table) for table in (LeaderboardScore, WeeklyResult, PlayerEventStats)),
        update(Event).values(score_count=0, score_origin=0, score_mean=0, score_m2=0, score_m2_peak=0),
        update(WeeklyRun).values(field_size=0, field_origin=0, field_centre=0, field_spread=0),
    )
    repaired = await VerificationService(season.database).repair()
    lost = ("leaderboard_scores", "weekly_results", "player_event_stats", "weekly_runs")
    assert len(repaired.differences) == 1 + sum(len(before[table]) for table in lost)
    assert await tables.contents(season.database, without=NOT_THE_SAME) == before


async def test_a_difference_says_what_is_stored_and_what_it_should_be(season: TestBackend) -> None:
    await tables.execute(
        season.database,
        text("UPDATE leaderboard_scores SET score = 81 WHERE player_id = 1 AND score_type = 'all_time'"),
        text("UPDATE player_event_stats SET calculated_event_elo = 7 WHERE player_id = 2"),
        text("DELETE FROM weekly_results WHERE player_id = 2 AND run_id = 2"),
    )
    best, result, ratings = await season.differences()
    assert best == (
        f"leaderboard_scores: personal best of player 1 in event '{EVENT}'"
        " is score 81.0, submitted_at 2026-11-11 12:00:00+00:00,"
        " should be score 80.0, submitted_at 2026-11-11 12:00:00+00:00"
    )
    assert result == (
        f"weekly_results: result of player 2 in 2026-W46 in event '{EVENT}'"
        " is missing, should be score None, submitted_at None, weekly_elo 0, rank None"
    )
    others = "weekly_elo_average 600.0, weeks_participated 2, all_time_leaderboard_elo 1278"
    assert ratings == (
        f"player_event_stats: ratings of player 2 in event '{EVENT}'"
        f" is {others}, calculated_event_elo 7, should be {others}, calculated_event_elo 939"
    )


async def test_elos_that_await_a_recalculation_are_left_out(season: TestBackend) -> None:
    await tables.execute(
        season.database,
        text("UPDATE events SET scores_version = scores_version + 1"),
        text("UPDATE player_event_stats SET all_time_leaderboard_elo = 7"),
    )
    verification = await VerificationService(season.database).verify()
    assert (verification.differences, verification.awaiting) == ((), (EVENT,))


async def test_elos_of_an_event_without_scores_are_compared_too(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({ANA: 50}, {})
    await backend.run()
    await backend.real.services.removals.remove(ADMIN, EVENT, ANA)
    await backend.rate()
    await tables.execute(backend.database, update(PlayerEventStats).values(calculated_event_elo=7))
    [difference] = await backend.differences()
    assert difference.startswith(f"player_event_stats: ratings of player {ANA} in event '{EVENT}' is")


async def test_verifying_writes_nothing(season: TestBackend) -> None:
    before = await tables.contents(season.database)
    await season.differences()
    assert await tables.contents(season.database) == before

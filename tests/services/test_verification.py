"""Verifying: clean after whatever players and admins do, and each row that was tampered with is found and named."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import URL, text

from bot.domain.ratings import ScoreDirection
from bot.errors import NothingToUndo, WeekNotRunnable
from bot.services.verification import VerificationService
from tests import tables
from tests.backends import EVENT, GUILD, TestBackend, open_test_backend
from tests.databases import Templates

ANA, BOB, CAI = 1, 2, 3


def play_a_season(url: URL) -> None:
    """Three players; 2026-W45 and 2026-W46 were run, the latter without Bob; 2026-W47 goes on."""

    async def play() -> None:
        async with open_test_backend(url) as backend:
            await backend.create_event()
            await backend.play({ANA: 50, BOB: 100}, {ANA: 80, CAI: 70}, {ANA: 60, BOB: 120})
            await backend.run()
            await backend.real.scoring.recalculate(1)

    asyncio.run(play())


@pytest.fixture
def season_url(templates: Templates, database_kind: str) -> Iterator[URL]:
    with templates.prepared(database_kind, play_a_season) as url:
        yield url


@pytest.fixture
async def season(season_url: URL) -> AsyncIterator[TestBackend]:
    """The services on a database in which a season was played."""
    async with open_test_backend(season_url) as backend:
        yield backend


async def test_a_season_is_clean(season: TestBackend) -> None:
    verification = await VerificationService(season.database, season.clock).verify()
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
        ["leaderboard_scores: weekly best of player and week (2, 202647)"],
    ),
    "a weekly best deleted": (
        "DELETE FROM leaderboard_scores WHERE player_id = 1 AND score_type = 'weekly'",
        ["leaderboard_scores: weekly best of player and week (1, 202647)"],
    ),
    "the week of a weekly best": (
        "UPDATE leaderboard_scores SET week_number = 202648 WHERE player_id = 1 AND score_type = 'weekly'",
        [
            "leaderboard_scores: weekly best of player and week (1, 202647)",
            "leaderboard_scores: weekly best of player and week (1, 202648)",
        ],
    ),
    "a submission deleted": (
        "DELETE FROM score_submissions WHERE player_id = 2 AND score = 120",
        [
            "leaderboard_scores: personal best of player 2",
            "leaderboard_scores: weekly best of player and week (2, 202647)",
            "events: field",
            "player_event_stats: all-time Elo of player 2",
            "player_event_stats: event Elo of player 2",
        ],
    ),
    "the mean of the field": ("UPDATE events SET score_mean = score_mean + 0.0001", ["events: field"]),
    "the spread of the field": ("UPDATE events SET score_m2 = score_m2 * 1.00001", ["events: field"]),
    "the size of the field": ("UPDATE events SET score_count = 4, score_m2 = score_m2 * 4 / 3", ["events: field"]),
    "a weekly average": (
        "UPDATE player_event_stats SET weekly_elo_average = 1 WHERE player_id = 3",
        ["player_event_stats: weekly average of player 3"],
    ),
    "the weeks counted": (
        "UPDATE player_event_stats SET weeks_participated = weeks_participated + 1 WHERE player_id = 1",
        ["player_event_stats: weekly average of player 1"],
    ),
    "an all-time Elo": (
        "UPDATE player_event_stats SET all_time_leaderboard_elo = all_time_leaderboard_elo + 1 WHERE player_id = 2",
        ["player_event_stats: all-time Elo of player 2"],
    ),
    "an all-time Elo taken away": (
        "UPDATE player_event_stats SET all_time_leaderboard_elo = NULL WHERE player_id = 1",
        ["player_event_stats: all-time Elo of player 1"],
    ),
    "an event Elo": (
        "UPDATE player_event_stats SET calculated_event_elo = 9999 WHERE player_id = 2",
        ["player_event_stats: event Elo of player 2"],
    ),
    "an event Elo taken away": (
        "UPDATE player_event_stats SET calculated_event_elo = NULL WHERE player_id = 3",
        ["player_event_stats: event Elo of player 3"],
    ),
    "the ratings of a player deleted": (
        "DELETE FROM player_event_stats WHERE player_id = 3",
        [
            "player_event_stats: weekly average of player 3",
            "player_event_stats: all-time Elo of player 3",
            "player_event_stats: event Elo of player 3",
        ],
    ),
    "an archived Elo": (
        "UPDATE weekly_results SET weekly_elo = 9999 WHERE player_id = 1 AND run_id = 1",
        ["weekly_results: 2026-W45, player 1"],
    ),
    "an archived rank": (
        "UPDATE weekly_results SET rank = 1 WHERE player_id = 1 AND run_id = 1",
        ["weekly_results: 2026-W45, player 1"],
    ),
    "an archived score": (
        "UPDATE weekly_results SET score = 99 WHERE player_id = 2 AND run_id = 1",
        ["weekly_results: 2026-W45, player 2"],
    ),
    "a missed week deleted": (
        "DELETE FROM weekly_results WHERE player_id = 2 AND run_id = 2",
        ["weekly_results: 2026-W46, player 2"],
    ),
    "a missed week invented": (
        "INSERT INTO weekly_results (run_id, player_id, weekly_elo) VALUES (1, 3, 0)",
        ["weekly_results: 2026-W45, player 3"],
    ),
    "the mean of a run": (
        "UPDATE weekly_runs SET field_mean = field_mean + 0.0001 WHERE id = 1",
        ["weekly_runs: field of 2026-W45"],
    ),
    "the spread of a run": (
        "UPDATE weekly_runs SET field_sd = field_sd * 1.00001 WHERE id = 2",
        ["weekly_runs: field of 2026-W46"],
    ),
    "what a missed week counts": (
        "UPDATE weekly_runs SET missed_week_elo = 500 WHERE id = 2",
        [
            "weekly_results: 2026-W46, player 2",
            "player_event_stats: weekly average of player 2",
            "player_event_stats: event Elo of player 2",
        ],
    ),
}


@pytest.mark.parametrize(("tampering", "found"), TAMPERINGS.values(), ids=TAMPERINGS)
async def test_each_row_that_was_tampered_with_is_found_and_named(
    season: TestBackend, tampering: str, found: list[str]
) -> None:
    await tables.execute(season.database, text(tampering))
    differences = await season.differences()
    assert [difference.partition(" is ")[0].replace(f" in event '{EVENT}'", "") for difference in differences] == found


async def test_a_difference_says_what_is_stored_and_what_it_should_be(season: TestBackend) -> None:
    await tables.execute(
        season.database,
        text("UPDATE leaderboard_scores SET score = 81 WHERE player_id = 1 AND score_type = 'all_time'"),
        text("UPDATE player_event_stats SET calculated_event_elo = 7 WHERE player_id = 2"),
        text("DELETE FROM weekly_results WHERE player_id = 2 AND run_id = 2"),
    )
    best, result, event_elo = await season.differences()
    assert best == (
        f"leaderboard_scores: personal best in event '{EVENT}' of player 1"
        " is score 81.0, submitted_at 2026-11-11 12:00:00+00:00,"
        " should be score 80.0, submitted_at 2026-11-11 12:00:00+00:00"
    )
    assert result == (
        f"weekly_results: 2026-W46 in event '{EVENT}', player 2"
        " is missing, should be score None, submitted_at None, weekly_elo 0, rank None"
    )
    assert event_elo == f"player_event_stats: event Elo in event '{EVENT}' of player 2 is 7, should be 939"


async def test_elos_that_await_a_recalculation_are_left_out_and_their_event_is_named(season: TestBackend) -> None:
    await tables.execute(
        season.database,
        text("UPDATE events SET scores_version = scores_version + 1"),
        text("UPDATE player_event_stats SET all_time_leaderboard_elo = 7"),
    )
    verification = await VerificationService(season.database, season.clock).verify()
    assert (verification.differences, verification.awaiting) == ((), (EVENT,))


async def test_verifying_writes_nothing(season: TestBackend) -> None:
    before = await tables.contents(season.database)
    await season.differences()
    assert await tables.contents(season.database) == before


actions = st.lists(
    st.tuples(st.just("submit"), st.integers(1, 3), st.integers(1, 5))
    | st.tuples(st.sampled_from(["pass a week", "run", "undo"]), st.just(0), st.just(0))
    | st.tuples(st.just("run late"), st.integers(0, 3), st.just(0)),
    min_size=4,
    max_size=14,
)


@settings(max_examples=8)
@given(what_happens=actions, direction=st.sampled_from(ScoreDirection))
@example(
    what_happens=[
        ("submit", ANA, 1),
        ("submit", BOB, 2),
        ("run", 0, 0),
        ("submit", ANA, 3),
        ("pass a week", 0, 0),
        ("submit", CAI, 5),
        ("pass a week", 0, 0),
        ("run late", 1, 0),
        ("undo", 0, 0),
        ("run", 0, 0),
        ("undo", 0, 0),
    ],
    direction=ScoreDirection.LOW,
)
async def test_a_database_is_clean_after_whatever_players_and_admins_did(
    backend: TestBackend, what_happens: list[tuple[str, int, int]], direction: ScoreDirection
) -> None:
    number = len(await backend.real.services.events.list(GUILD))
    event = await backend.create_event(direction, f"Event {number}")
    for action, which, score in what_happens:
        with suppress(WeekNotRunnable, NothingToUndo):
            await do(backend, event.name, action, which, score)
    await backend.real.scoring.recalculate(event.id)
    assert await backend.differences() == []


async def do(backend: TestBackend, event: str, action: str, which: int, score: int) -> None:
    match action:
        case "submit":
            await backend.submit(which, score, event)
        case "pass a week":
            backend.clock.move(weeks=1)
        case "run":
            await backend.run(event=event)
        case "undo":
            await backend.undo(event)
        case "run late":
            pending = await backend.real.services.weeks.pending(GUILD, event)
            if pending:
                await backend.run(str(pending[which % len(pending)].week), event)

"""One weekly run: weekly Elos, averages, missed weeks, event Elos, the archive."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import URL

from bot.database.models import WeeklyResult, WeeklyRun
from bot.domain.standings import Board
from bot.errors import Unavailable
from tests import tables
from tests.backends import ADMIN, TestBackend, open_test_backend
from tests.outages import statements_fail

ANA, BOB, CAI = 1, 2, 3


async def averages(backend: TestBackend, event_id: int = 1) -> dict[int, tuple[float, int]]:
    """Return weekly averages, rounded to a thousandth, and the numbers of weeks in them."""
    rows = await tables.stats(backend.database, event_id)
    return {player: (round(row.weekly_elo_average, 3), row.weeks_participated) for player, row in rows.items()}


async def test_the_worked_case_1600_and_1550_1450_missed_1500_is_1363(backend: TestBackend) -> None:
    event = await backend.create_event()
    backend.clock.now = datetime(2026, 10, 26, 12, tzinfo=UTC)
    # Nine others are all equal in the first week and never improve; they are the all-time field that Ana will join.
    others = range(2, 11)
    await backend.submit_all(dict.fromkeys(others, 300))
    await backend.run()
    # The score of one of the others changes Ana's z-score in the week from 3 to 2.75, 2.25 and 2.5.
    for own, second in ((200, 141.831), (200, 180.776), (None, 150), (341.4, 250)):
        backend.clock.move(weeks=1)
        await backend.submit_all(dict.fromkeys(others, 100) | {10: second})
        if own is not None:
            await backend.submit(ANA, own)
        await backend.run()
    row = (await tables.stats(backend.database, event.id))[ANA]
    weekly = [r for r in await tables.rows(backend.database, WeeklyResult) if r["player_id"] == row.player_id]
    assert [r["weekly_elo"] for r in sorted(weekly, key=lambda r: r["run_id"])] == [1550, 1450, 0, 1500]
    assert (row.all_time_leaderboard_elo, row.weekly_elo_average, row.weeks_participated) == (1600, 1125, 4)
    assert row.calculated_event_elo == 1363
    assert await backend.differences() == []


async def test_a_run_archives_ranks_and_elos_and_moves_event_elos(backend: TestBackend) -> None:
    await backend.create_event("LOW")
    await backend.submit_all({ANA: 60, BOB: 50, CAI: 60})
    [run] = await backend.run()
    assert [(row.rank, row.player.discord_id, row.score, row.elo) for row in await backend.results(run.week)] == [
        (1, BOB, 50, 1283),
        (2, ANA, 60, 859),
        (2, CAI, 60, 859),
    ]
    assert await backend.elos(Board.OVERALL) == {BOB: 1283, ANA: 859, CAI: 859}
    assert await tables.missed(backend.database, run.week) == {}


async def test_a_missed_week_has_all_who_missed_it(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({player: player for player in range(1, 13)}, {13: 1})
    [first], [second] = await backend.run("2026-W46"), await backend.run("2026-W47")
    assert [row.player.discord_id for row in await backend.results(first.week)] == [12, 11, 10, 9, 8, 7, 6, 5, 4, 3]
    assert await tables.missed(backend.database, second.week) == dict.fromkeys(range(1, 13), 0)


async def test_a_week_of_one_player_gives_the_base(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(ANA, 5)
    [run] = await backend.run()
    assert [row.elo for row in await backend.results(run.week)] == [1000]
    assert await backend.elos(Board.OVERALL) == {ANA: 1000}


async def test_all_time_elos_are_brought_up_to_date_by_the_run(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(ANA, 50)
    await backend.settle_ratings()
    await backend.submit(BOB, 100)
    assert await backend.real.scoring.is_stale(1)
    await backend.run()
    assert await tables.stored_elos(backend.database, 1) == {ANA: 800, BOB: 1200}


async def test_before_the_first_run_there_is_no_event_elo(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit_all({ANA: 50, BOB: 100})
    assert {row.calculated_event_elo for row in (await tables.stats(backend.database, 1)).values()} == {None}
    await backend.run()
    await backend.submit(CAI, 75)
    assert await backend.elos(Board.OVERALL) == {BOB: 1200, ANA: 800, CAI: None}


async def test_a_run_is_archived_with_its_field_and_constants(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit_all({ANA: 50, BOB: 100})
    await backend.run()
    [run] = await tables.rows(backend.database, WeeklyRun, without=("id",))
    assert run == {
        "event_id": 1,
        "week_number": 202647,
        "ran_at": backend.clock.now,
        "ran_by": ADMIN.discord_id,
        "closed_with": None,
        "field_size": 2,
        "field_origin": 50,
        "field_centre": 25,
        "field_spread": 25,
        # The personal bests are the bests of the first week.
        "bests_size": 2,
        "bests_origin": 50,
        "bests_centre": 25,
        "bests_spread": 25,
        "bests_by_elo": None,
        "base_elo": 1000,
        "elo_per_sigma": 200,
        "missed_week_elo": 0,
    }


async def test_a_failure_however_late_leaves_the_week_open(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit_all({ANA: 50, BOB: 100})
    await backend.real.scoring.recalculate(1)
    before = await tables.contents(backend.database)
    for statement in ("UPDATE player_event_stats", "DELETE FROM leaderboard_scores", "INSERT INTO audit_log"):
        with statements_fail(statement) as failed, pytest.raises(Unavailable):
            await backend.run()
        assert failed
    assert await tables.contents(backend.database) == before
    assert [str(run.week) for run in await backend.run()] == ["2026-W47"]


async def test_a_missed_week_counts_from_the_first_one_a_player_took_part_in(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({ANA: 50}, {ANA: 50, BOB: 50}, {BOB: 50})
    await backend.run()
    [run] = await backend.run()
    assert await averages(backend) == {ANA: (666.667, 3), BOB: (1000, 2)}
    assert await tables.missed(backend.database, run.week) == {ANA: 0}
    assert (await tables.stats(backend.database, 1))[ANA].calculated_event_elo == 833


async def test_a_week_in_which_nobody_submitted_penalises_nobody(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({ANA: 50}, {}, {}, {ANA: 60})
    assert [str(run.week) for run in await backend.run()] == ["2026-W44"]
    await backend.run()
    assert await averages(backend) == {ANA: (1000, 2)}


async def test_a_week_that_is_run_late_makes_later_ones_missed(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({ANA: 50, BOB: 50}, {ANA: 50}, {ANA: 50, BOB: 60})
    await backend.run("2026-W46")
    await backend.run("2026-W47")
    assert await averages(backend) == {ANA: (900, 2), BOB: (1200, 1)}
    await backend.run("2026-W45")
    assert await averages(backend) == {ANA: (933.333, 3), BOB: (733.333, 3)}
    assert await backend.differences() == []


async def test_a_missed_week_counts_what_the_settings_say_when_it_is_run(database_url: URL) -> None:
    async with open_test_backend(database_url, missed_week_elo=800) as backend:
        await backend.create_event()
        await backend.play({ANA: 50, BOB: 50}, {ANA: 50})
        await backend.run("2026-W46")
        [run] = await backend.run("2026-W47")
        assert await tables.missed(backend.database, run.week) == {BOB: 800}
        assert await averages(backend) == {ANA: (1000, 2), BOB: (900, 2)}
    async with open_test_backend(database_url, backend.clock) as later:
        later.clock.move(weeks=1)
        await later.submit(ANA, 50)
        await later.run()
        assert await averages(later) == {ANA: (1000, 3), BOB: (600, 3)}
        assert await later.differences() == []


async def test_missed_weeks_are_those_of_the_event_alone(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.create_event(name="40L Sprint")
    await backend.submit(ANA, 50)
    await backend.submit(BOB, 50, "40L Sprint")
    await backend.run()
    [run] = await backend.run(event="40L Sprint")
    assert await tables.missed(backend.database, run.week, event_id=2) == {}
    assert await averages(backend, event_id=1) == {ANA: (1000, 1)}
    assert await averages(backend, event_id=2) == {BOB: (1000, 1)}

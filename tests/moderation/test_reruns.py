"""Rerunning closed weeks: late scores, removals and restorations count exactly as if the run had found them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.database.models import Event, LeaderboardScore, PlayerEventStats, WeeklyResult, WeeklyRun
from bot.domain.moderation import Correction
from bot.domain.servers import NewMember
from bot.domain.standings import Board
from bot.errors import MomentAhead, PlayerWithdrawn, ScoreTooHigh, ScoreUnclear
from tests import tables
from tests.backends import ADMIN, EVENT, TestBackend
from tests.moderation.test_restoring import CHANGES, check
from tests.tracing import untraced

pytestmark = untraced

ANA, BOB, CAI, DOV, EMI = 1, 2, 3, 4, 5
TUESDAY = datetime(2026, 11, 3, 9, tzinfo=UTC)
"""In 2026-W45."""


def member(player: int) -> NewMember:
    return NewMember(player, f"player{player}", f"Player {player}")


async def add(backend: TestBackend, player: int, score: float, at: datetime) -> Any:
    return await backend.real.services.additions.add(ADMIN, EVENT, member(player), score, at)


async def numbers(backend: TestBackend) -> Any:
    """Return everything that users see and that follows from the log, without players who have no ratings any more."""
    await check(backend)
    bests, results = LeaderboardScore, WeeklyResult
    found = {table: await tables.rows(backend.database, table, without=CHANGES) for table in (bests, results)}
    rows = await tables.rows(backend.database, PlayerEventStats, without=CHANGES)
    unrated = {"all_time_leaderboard_elo": None, "calculated_event_elo": None}
    return found, [row for row in rows if not unrated.items() <= row.items()]


async def results(backend: TestBackend) -> dict[tuple[int, int], tuple[float | None, int]]:
    """Return score and Elo by week and player."""
    runs = {row["id"]: row["week_number"] for row in await tables.rows(backend.database, WeeklyRun)}
    found = await tables.rows(backend.database, WeeklyResult)
    return {(runs[row["run_id"]], row["player_id"]): (row["score"], row["weekly_elo"]) for row in found}


@pytest.fixture
async def season(backend: TestBackend) -> TestBackend:
    """2026-W45 to W47 are closed: Ana plays all three, Bob the first and the last, Cai the second, Dov the last."""
    await backend.create_event()
    backend.clock.move(weeks=-2)
    for scores in ({ANA: 50, BOB: 100}, {ANA: 80, CAI: 70}, {ANA: 60, BOB: 90, DOV: 75}):
        await backend.submit_all(scores)
        await backend.run()
        backend.clock.move(weeks=1)
    await backend.submit_all({ANA: 55, CAI: 65})
    return backend


async def test_a_score_added_late_counts_as_if_its_week_had_been_run_with_it(season: TestBackend) -> None:
    """Emi is new, so she misses the later weeks; Cai had not taken part before, so W46 stops being Cai's first week."""
    for player, score in ((EMI, 120.0), (CAI, 30.0), (BOB, 110.0)):
        added = await add(season, player, score, TUESDAY)
        assert (added.submission.week.code, added.week_is_rerun) == (202645, True)
        await check(season)
    late = await results(season)
    await season.undo()
    await season.undo()
    await season.undo()
    for week in (202645, 202646, 202647):
        await season.run(f"2026-W{week % 100}")
    assert await results(season) == late
    assert late[202646, EMI] == late[202647, EMI] == (None, 0)
    assert late[202645, CAI][0] == 30
    assert late[202645, BOB][0] == 110
    await check(season)


@pytest.mark.parametrize(("player", "score"), [(EMI, 120.0), (CAI, 500.0), (BOB, 1.0), (ANA, 60.0)])
async def test_an_addition_taken_back_leaves_every_number_as_it_was(
    season: TestBackend, player: int, score: float
) -> None:
    before = await numbers(season)
    added = await add(season, player, score, TUESDAY)
    assert added.correction is Correction.ADD
    removals = season.real.services.removals
    gone = await removals.remove(ADMIN, EVENT, player, added.submission.key, reruns_week=True)
    assert gone.week_is_rerun
    assert await numbers(season) == before


@pytest.mark.parametrize("key", ["#1", "#2", "#4", "#6", "#7"])
async def test_removing_from_a_closed_week_and_restoring_changes_no_number(season: TestBackend, key: str) -> None:
    removals = season.real.services.removals
    submissions = {"#1": ANA, "#2": BOB, "#4": CAI, "#6": BOB, "#7": DOV}
    before, archive = await numbers(season), await results(season)
    await removals.remove(ADMIN, EVENT, submissions[key], key, reruns_week=True)
    await check(season)
    assert await results(season) != archive
    await removals.restore(ADMIN, EVENT, submissions[key], key, reruns_week=True)
    assert await numbers(season) == before


async def test_a_week_that_counts_no_score_any_more_penalises_nobody(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit_all({ANA: 50, BOB: 60})
    await backend.run()
    for week in (1, 2):
        backend.clock.move(weeks=1)
        await backend.submit(ANA if week == 1 else BOB, 70)
        await backend.run()
    before, removals = await numbers(backend), backend.real.services.removals
    await removals.remove(ADMIN, EVENT, ANA, "#3", reruns_week=True)
    assert {week for week, _ in await results(backend)} == {202647, 202649}
    await check(backend)
    backend.clock.move(weeks=1)
    await backend.submit(BOB, 10)
    await backend.run()
    assert (await results(backend))[202650, ANA] == (None, 0)
    await check(backend)
    await backend.undo()
    await removals.restore(ADMIN, EVENT, ANA, "#3", reruns_week=True)
    backend.clock.move(weeks=-1)
    await removals.remove(ADMIN, EVENT, BOB, "10")
    await check(backend)
    assert await numbers(backend) == before


async def test_a_score_counts_for_the_week_that_it_would_have_counted_for(season: TestBackend) -> None:
    """2026-W48 is open; it is closed early on its Wednesday."""
    wednesday = season.clock.now
    await season.run()
    season.clock.move(days=2)
    before, after = wednesday - timedelta(days=1), wednesday + timedelta(days=1)
    assert (await add(season, ANA, 40, before)).submission.week.code == 202648
    late = await add(season, ANA, 41, after)
    assert (late.submission.week.code, late.week_is_closed) == (202649, False)
    now = await add(season, EMI, 42, season.clock.now)
    assert (now.submission.week.code, now.personal_best) == (202649, 42)
    old = await add(season, EMI, 43, TUESDAY - timedelta(weeks=4))
    assert (old.submission.week.code, old.week_is_closed) == (202641, False)
    await check(season)
    await season.undo()
    await check(season)


async def test_a_late_score_of_an_omitted_player_counts_until_an_undo(
    season: TestBackend,
) -> None:
    withdrawals = season.real.services.withdrawals
    await withdrawals.withdraw(ADMIN, CAI)
    await season.run()
    await withdrawals.bring_back(ADMIN, CAI)
    before = await numbers(season)
    assert (202648, CAI) not in await results(season)
    added = await add(season, CAI, 66, season.clock.now - timedelta(hours=1))
    assert (await results(season))[202648, CAI][0] == 66
    await check(season)
    await season.real.services.removals.remove(ADMIN, EVENT, CAI, added.submission.key, reruns_week=True)
    assert await numbers(season) == before
    await season.undo()
    await check(season)
    await season.run()
    assert (await results(season))[202648, CAI][0] == 65
    await check(season)


async def test_an_omitted_player_with_a_late_score_misses_the_next_week(season: TestBackend) -> None:
    withdrawals = season.real.services.withdrawals
    await withdrawals.withdraw(ADMIN, CAI)
    await season.run()
    await withdrawals.bring_back(ADMIN, CAI)
    await add(season, CAI, 66, season.clock.now - timedelta(hours=1))
    season.clock.move(weeks=1)
    await season.submit(ANA, 55)
    await season.run()
    assert (await results(season))[202649, CAI] == (None, 0)
    await check(season)


async def test_a_preview_says_what_the_run_changes_and_changes_nothing(season: TestBackend) -> None:
    services = season.real.services
    [event] = await tables.rows(season.database, Event)
    before = await tables.contents(season.database)
    asked = await services.removals.preview(Correction.REMOVE, ADMIN, EVENT, BOB, "#2")
    assert (asked.week_is_closed, asked.was_counted) == (True, True)
    kept, rerun = asked.consequences, asked.with_week
    assert rerun is not None
    assert (kept.before, kept.after) == (rerun.before, rerun.after)
    assert (kept.podiums, [podium.board for podium in rerun.podiums]) == ((), [Board.WEEK])
    added = await services.additions.preview(ADMIN, EVENT, member(EMI), "120", "2026-W45")
    assert added.with_week == added.consequences
    assert (added.submission.week.code, added.week_is_closed) == (202645, True)
    assert added.submission.submitted_at == datetime(2026, 11, 4, 11, 59, 59, 999_999, tzinfo=UTC)
    gone = await services.withdrawals.preview(ADMIN, ANA, is_withdrawn=True)
    assert [one.event.id for one in gone.events] == [event["id"]]
    assert await tables.contents(season.database) == before

    stored = {player: row.calculated_event_elo for player, row in (await tables.stats(season.database, 1)).items()}
    await services.removals.remove(ADMIN, EVENT, BOB, "#2", reruns_week=True)
    await season.real.scoring.recalculate(1)
    elos = {player: row.calculated_event_elo for player, row in (await tables.stats(season.database, 1)).items()}
    assert rerun.event_elos == (stored[BOB], elos[BOB])
    moves = [abs(elos[player] - stored[player]) for player in (ANA, CAI, DOV) if elos[player] != stored[player]]
    assert rerun.elos_moved >= len(moves)
    assert rerun.most_moved >= max(moves)


async def test_only_past_scores_of_players_who_take_part_are_added(season: TestBackend) -> None:
    additions, withdrawals = season.real.services.additions, season.real.services.withdrawals
    for error, score, when in (
        (ScoreTooHigh, "1000000000", None),
        (ScoreUnclear, "15.020", None),
        (MomentAhead, "15", "2026-12-24"),
    ):
        with pytest.raises(error):
            await additions.preview(ADMIN, EVENT, member(ANA), score, when)
    with pytest.raises(MomentAhead):
        await add(season, ANA, 10, season.clock.now + timedelta(seconds=1))
    await withdrawals.withdraw(ADMIN, ANA)
    with pytest.raises(PlayerWithdrawn):
        await add(season, ANA, 10, TUESDAY)

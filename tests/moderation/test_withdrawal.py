"""Withdrawn players: out of fields, boards, reports and ranks; and later back with the same values."""

import asyncio
from collections.abc import Iterable

import pytest
from sqlalchemy import URL, select
from sqlalchemy.orm import Session

from bot.database.models import AuditLog, Event, LeaderboardScore, Player, WeeklyOmission
from bot.domain.ratings import RatingScale
from bot.domain.standings import Board
from bot.errors import AlreadyCounted, AlreadyWithdrawn, NeverSubmitted, NotWithdrawn, SubmitterWithdrawn
from bot.services.events import find_event
from bot.services.moderation._corrections import Addition, add_score
from tests import tables
from tests.backends import ADMIN, EVENT, GUILD, NOON, TestBackend, open_test_backend
from tests.faults.waiting import are_waiting
from tests.moderation.test_restoring import CHANGES, check
from tests.sessions import writing
from tests.wire.waiting import until_told

ANA, BOB, CAI = 1, 2, 3
SPRINT = "40L Sprint"


async def withdraw(backend: TestBackend, player: int) -> int:
    return len((await backend.real.services.withdrawals.withdraw(ADMIN, player)).events)


async def bring_back(backend: TestBackend, player: int) -> int:
    return len((await backend.real.services.withdrawals.bring_back(ADMIN, player)).events)


async def remove(backend: TestBackend, player: int) -> None:
    await backend.real.services.removals.remove(ADMIN, EVENT, player)


async def contents(backend: TestBackend) -> object:
    for event in await tables.rows(backend.database, Event):
        await backend.real.scoring.recalculate(event["id"])
    return await tables.contents(backend.database, without=CHANGES, except_for={"audit_log"})


async def missing(backend: TestBackend) -> list[int]:
    [run] = await backend.run()
    return list(await tables.missed(backend.database, run.week))


@pytest.fixture
async def season(backend: TestBackend) -> TestBackend:
    """Two events, one of them LOW; 2026-W45 and 2026-W46 are closed in the first, 2026-W47 is open in both."""
    await backend.create_event()
    await backend.create_event("LOW", SPRINT)
    backend.clock.move(weeks=-2)
    for scores in ({ANA: 50, BOB: 100, CAI: 70}, {ANA: 80, BOB: 120}):
        await backend.submit_all(scores)
        await backend.run()
        backend.clock.move(weeks=1)
    for player, score in ((ANA, 60), (BOB, 90), (ANA, 75), (ANA, 75)):
        backend.clock.move(minutes=1)
        await backend.submit(player, score)
        await backend.submit(player, score / 2, SPRINT)
    return backend


async def test_a_withdrawal_and_a_return_leave_everything_as_it_was(season: TestBackend) -> None:
    before = await contents(season)
    for player, events in ((ANA, 2), (BOB, 2), (CAI, 1)):
        assert await withdraw(season, player) == events
        await contents(season)
        assert await season.differences() == []
    for player, events in ((BOB, 2), (CAI, 1), (ANA, 2)):
        assert await bring_back(season, player) == events
    assert await contents(season) == before
    assert await season.differences() == []


async def test_a_withdrawn_player_is_out_of_fields_boards_and_ranks(season: TestBackend) -> None:
    await withdraw(season, BOB)
    await contents(season)
    for event, players, boards in ((EVENT, {ANA, CAI}, Board), (SPRINT, {ANA}, (Board.ALL_TIME, Board.WEEK))):
        for board in boards:
            expected = players - {CAI} if board is Board.WEEK else players
            page = await season.page(board, event)
            assert {row.player.discord_id for row in page.standings} == expected, (board, event)
            assert page.players == len(expected)
    assert await season.elos() == {ANA: 1200, CAI: 800}
    assert (await season.submit(ANA, 85)).rank == 1


async def test_a_withdrawn_player_is_told_so_and_their_scores_do_not_count(season: TestBackend) -> None:
    await season.submit(ANA, 85, interaction_id=99_001)
    await withdraw(season, ANA)
    before = await contents(season)
    for event in (EVENT, SPRINT):
        with pytest.raises(SubmitterWithdrawn):
            await season.submit(ANA, 500, event)
    with pytest.raises(AlreadyCounted):
        await season.submit(ANA, 85, interaction_id=99_001)
    assert await contents(season) == before
    await bring_back(season, ANA)
    assert (await season.submit(ANA, 500)).rank == 1


async def test_weeks_run_during_a_withdrawal_have_no_row_but_later_ones_may(
    season: TestBackend,
) -> None:
    await season.run()
    weeks_before = (await tables.stats(season.database, 1))[BOB].weeks_participated
    season.clock.move(weeks=1)
    await withdraw(season, BOB)
    await season.submit(ANA, 10)
    assert await missing(season) == [CAI]
    await check(season)
    await bring_back(season, BOB)
    await check(season)
    season.clock.move(weeks=1)
    await season.submit(ANA, 10)
    assert await missing(season) == [BOB, CAI]
    await check(season)
    assert (await tables.stats(season.database, 1))[BOB].weeks_participated == weeks_before + 1
    for _ in range(5):
        await season.undo()
        await check(season)


async def test_scores_of_a_week_run_during_a_withdrawal_count_after_a_rerun(season: TestBackend) -> None:
    await withdraw(season, BOB)
    [run] = await season.run()
    assert [row.player.discord_id for row in await season.results(run.week)] == [ANA]
    await bring_back(season, BOB)
    await check(season)
    await season.undo()
    await check(season)
    [run] = await season.run()
    assert [row.player.discord_id for row in await season.results(run.week)] == [BOB, ANA]
    await check(season)


async def test_an_undo_during_a_withdrawal_reopens_the_week_without_the_player(season: TestBackend) -> None:
    await season.run()
    await withdraw(season, BOB)
    await season.undo()
    assert (await season.elos(Board.WEEK)).keys() == {ANA}
    await check(season)
    await bring_back(season, BOB)
    assert (await season.elos(Board.WEEK)).keys() == {ANA, BOB}
    await check(season)


async def test_a_preview_leaves_out_whoever_is_withdrawn(season: TestBackend) -> None:
    await withdraw(season, CAI)
    [missed] = await season.real.services.weeks.preview(
        *(ADMIN, EVENT, None), lambda session, weeks: [tables.missed_in(session, week) for week in weeks]
    )
    assert (missed, (await season.real.services.results.preview(ADMIN, EVENT)).players) == ({}, 2)
    assert await tables.rows(season.database, WeeklyOmission) == []


async def test_removing_and_restoring_work_on_withdrawn_players(season: TestBackend) -> None:
    await withdraw(season, BOB)
    removals = season.real.services.removals
    removed = await removals.remove(ADMIN, EVENT, BOB)
    assert (removed.submission.score, removed.personal_best) == (120, None)
    await check(season)
    await bring_back(season, BOB)
    assert (await season.page()).standings[0].score == 100
    await withdraw(season, BOB)
    restored = await removals.restore(ADMIN, EVENT, BOB)
    assert (restored.changed_best, restored.personal_best) == (False, None)
    await check(season)
    await bring_back(season, BOB)
    assert (await season.page()).standings[0].score == 120
    await check(season)


async def test_a_player_without_any_score_left_misses_no_weeks(
    backend: TestBackend,
) -> None:
    await backend.create_event()

    async def next_week(scores: Iterable[tuple[int, float]]) -> list[int]:
        backend.clock.move(weeks=1)
        for player, score in scores:
            await backend.submit(player, score)
        return await missing(backend)

    await backend.submit_all({ANA: 50, BOB: 100})
    await backend.run()
    assert await next_week([(ANA, 60)]) == [BOB]
    average = (await tables.stats(backend.database, 1))[BOB].weekly_elo_average
    await remove(backend, BOB)
    assert await next_week([(ANA, 60)]) == []
    await check(backend)
    assert (await tables.stats(backend.database, 1))[BOB].weekly_elo_average == average

    await backend.real.services.removals.restore(ADMIN, EVENT, BOB)
    await check(backend)
    assert await next_week([(ANA, 60)]) == [BOB]
    await check(backend)

    await remove(backend, BOB)
    assert await next_week([(ANA, 60)]) == []
    await backend.submit(BOB, 10)
    assert await next_week([(ANA, 60)]) == []
    await check(backend)
    assert await next_week([(ANA, 60)]) == [BOB]
    await check(backend)
    for _ in range(7):
        await backend.undo()
        await check(backend)


async def test_a_week_run_late_knows_who_was_left_out_of_the_weeks_after_it(season: TestBackend) -> None:
    for _ in range(2):
        await season.undo()
    await withdraw(season, BOB)
    await season.run("2026-W46")
    await bring_back(season, BOB)
    await season.run("2026-W45")
    await check(season)
    await season.run("2026-W47")
    await check(season)
    assert (await tables.stats(season.database, 1))[BOB].weeks_participated == 2


async def test_only_members_are_withdrawn_and_only_withdrawn_players_return(season: TestBackend) -> None:
    before = await contents(season)
    for player, change, error in (
        (9, withdraw, NeverSubmitted),
        (9, bring_back, NeverSubmitted),
        (ANA, bring_back, NotWithdrawn),
    ):
        with pytest.raises(error):
            await change(season, player)
    assert await contents(season) == before
    await withdraw(season, ANA)
    with pytest.raises(AlreadyWithdrawn):
        await withdraw(season, ANA)


async def test_the_audit_log_says_who_was_withdrawn_and_why(season: TestBackend) -> None:
    withdrawals = season.real.services.withdrawals
    await withdrawals.withdraw(ADMIN, ANA, "left\u202e  us")
    await withdrawals.bring_back(ADMIN, ANA)
    logged = [row for row in await tables.rows(season.database, AuditLog) if row["action"].endswith("player")]
    assert [(row["action"], row["detail"], row["reason"]) for row in sorted(logged, key=lambda row: row["id"])] == [
        ("withdraw player", {"events": 2}, "left us"),
        ("return player", {"events": 2}, None),
    ]
    assert {row["done_at"] for row in logged} == {NOON.replace(minute=4)}


async def test_a_first_score_is_not_added_during_a_withdrawal(server_url: URL) -> None:
    async with open_test_backend(server_url) as backend:
        await backend.create_event()
        await backend.create_event("LOW", SPRINT)
        await backend.submit(ANA, 100)
        async with writing(backend.database) as session:

            def add(sync: Session) -> None:
                event, at = find_event(sync, GUILD, SPRINT, lock=True), backend.clock.now
                [player_id] = sync.scalars(select(Player.id))
                add_score(sync, event, Addition(77, player_id, 50, at, ADMIN.discord_id), "UTC", RatingScale())

            await session.run_sync(add)
            withdrawing = asyncio.create_task(withdraw(backend, ANA))
            await until_told(lambda: are_waiting(backend.database, 1), "the withdrawal to wait")
        assert await withdrawing == 2
        assert await tables.rows(backend.database, LeaderboardScore) == []
        assert await backend.differences() == []

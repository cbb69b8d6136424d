"""The standing of a player on each board of an event: the viewer's row, on the shown page or not."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.servers import PlayerName
from bot.domain.standings import Board, FirstWeek, Standing
from bot.errors import EventNotFound
from tests.backends import ADMIN, EVENT, GUILD, TestBackend

ANA, BOB, CAI = 1, 2, 3
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


async def standing(
    backend: TestBackend, player: int, board: Board = Board.ALL_TIME, guild_id: int = GUILD
) -> Standing | None:
    return (await backend.real.services.standings.page(guild_id, EVENT, board, 0, viewer_id=player)).own


async def test_a_player_stands_on_the_boards_they_have_a_row_on(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({ANA: 50, BOB: 100}, {BOB: 80, CAI: 60})
    await backend.run()
    ana, bob = PlayerName(ANA, "Player 1"), PlayerName(BOB, "Player 2")
    assert {board: await standing(backend, ANA, board) for board in Board} == {
        Board.ALL_TIME: Standing(3, ana, 50, 815),
        Board.WEEK: None,
        Board.OVERALL: Standing(2, ana, 50, 808, all_time_elo=815, weekly_average=800),
    }
    assert {board: await standing(backend, BOB, board) for board in Board} == {
        Board.ALL_TIME: Standing(1, bob, 100, 1278),
        Board.WEEK: Standing(1, bob, 80, 1200),
        Board.OVERALL: Standing(1, bob, 100, 1239, all_time_elo=1278, weekly_average=1200),
    }


async def test_a_player_stands_where_they_are_whatever_page_is_shown(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit_all({player: player for player in range(1, 13)})
    for page in (0, 1, None):
        shown = await backend.real.services.standings.page(GUILD, EVENT, Board.ALL_TIME, page, viewer_id=ANA)
        assert shown.own is not None
        assert (shown.own.rank, shown.own.score, shown.page) == (12, 1, 1 if page is None else page)


async def test_before_the_first_weekly_run_nobody_stands_overall(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit_all(dict.fromkeys(range(1, 13), 50))
    for page in (0, 1):
        shown = await backend.page(Board.OVERALL, page=page)
        assert (shown.standings, shown.own, shown.page, shown.pages, shown.players) == ((), None, 0, 1, 12)
        assert shown.first_week == FirstWeek(None, is_over=False)
    backend.clock.now = MONDAY
    await backend.submit(ANA, 60)
    assert (await backend.page(Board.OVERALL)).first_week == FirstWeek(None, is_over=True)
    await backend.run()
    assert (await backend.page(Board.OVERALL)).first_week is None
    await backend.undo()
    assert (await backend.page(Board.OVERALL)).first_week == FirstWeek(None, is_over=True)


async def test_after_the_first_run_only_who_was_in_one_has_a_rank_overall(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(ANA, 50)
    await backend.run()
    await backend.submit(BOB, 40)
    await backend.real.services.removals.remove(ADMIN, EVENT, ANA)
    overall = await standing(backend, BOB, Board.OVERALL)
    assert overall is not None
    assert (overall.rank, overall.elo, overall.score, overall.weekly_average) == (None, None, 40, None)


async def test_the_overall_board_begins_when_the_first_week_closes_by_itself(backend: TestBackend) -> None:
    await backend.create_event()
    change = backend.real.services.settings.change
    await change(ADMIN, time_zone="America/New_York", closes_weeks=True, grace_minutes=30)
    await backend.submit(ANA, 50)
    closes_at = MONDAY + timedelta(hours=5, minutes=30)
    for now, is_over in ((backend.clock.now, False), (closes_at - timedelta(minutes=1), True)):
        backend.clock.now = now
        first_week = (await backend.page(Board.OVERALL)).first_week
        assert first_week == FirstWeek(closes_at, is_over=is_over)


async def test_a_player_without_a_score_stands_nowhere(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(ANA, 50)
    assert [await standing(backend, BOB, board) for board in Board] == [None, None, None]


async def test_nobody_stands_in_an_event_of_another_server(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(ANA, 50)
    with pytest.raises(EventNotFound):
        await standing(backend, ANA, guild_id=2002)

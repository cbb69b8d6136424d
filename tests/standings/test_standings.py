"""Where one player stands on each board of an event: the row of the viewer, on the page that is shown or not."""

import pytest

from bot.domain.servers import PlayerName
from bot.domain.standings import Board, Standing
from bot.errors import EventNotFound
from tests.backends import EVENT, GUILD, TestBackend

ANA, BOB, CAI = 1, 2, 3


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
    for page in (0, 1):
        shown = await backend.real.services.standings.page(GUILD, EVENT, Board.ALL_TIME, page, viewer_id=ANA)
        assert shown.own is not None
        assert (shown.own.rank, shown.own.score, shown.own_page) == (12, 1, 1)


async def test_before_the_first_weekly_run_nobody_has_a_rank_overall(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(ANA, 50)
    overall = await standing(backend, ANA, Board.OVERALL)
    assert overall is not None
    assert (overall.rank, overall.elo, overall.score, overall.weekly_average) == (None, None, 50, None)


async def test_a_player_without_a_score_stands_nowhere(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(ANA, 50)
    assert [await standing(backend, BOB, board) for board in Board] == [None, None, None]


async def test_nobody_stands_in_an_event_of_another_server(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(ANA, 50)
    with pytest.raises(EventNotFound):
        await standing(backend, ANA, guild_id=2002)

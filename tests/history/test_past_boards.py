"""Past boards: they show what the boards showed at the time, read from the log much later."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import update

from bot.database.models import Event
from bot.domain.history import PAGE_SIZE, PastBoard
from bot.domain.rules import Attendance, Method
from bot.domain.servers import GREATEST_ID
from bot.domain.standings import Board, Standing
from bot.errors import EventNotFound, MomentAhead, MomentUnknown
from tests import tables
from tests.backends import ADMIN, EVENT, GUILD, TestBackend
from tests.moderation.test_reruns import member
from tests.tracing import untraced

pytestmark = untraced

ANA, BOB, CAI = 1, 2, 3
RULES: tuple[Mapping[str, Any], ...] = (
    {"method": Method.CLASSIC},
    {"score_direction": "LOW", "attendance": Attendance.BEST, "best_of": 1, "last_weeks": 2, "min_weeks": 2},
    {"method": Method.ROBUST, "attendance": Attendance.PLAYED, "all_time_weight": 0.25},
    {"method": Method.RANKS, "missed_week_elo": 500},
)


async def past(
    backend: TestBackend, at: str | datetime, board: Board = Board.ALL_TIME, page: int | None = 0, player: int = 0
) -> PastBoard:
    return await backend.real.services.history.board(GUILD, EVENT, at, board, page, player)


async def rows_now(backend: TestBackend, board: Board) -> list[Standing]:
    """Return all ranked rows of a board."""
    await backend.rate()
    pages = (await backend.page(board)).pages
    rows = [row for page in range(pages) for row in (await backend.page(board, page=page)).standings]
    return [row for row in rows if row.rank is not None]


@pytest.mark.parametrize("rules", RULES, ids=["zero", "best", "robust", "ranks"])
async def test_a_board_is_what_it_was_whatever_was_submitted_and_closed_since(
    backend: TestBackend, rules: Mapping[str, Any]
) -> None:
    await backend.create_event()
    await tables.execute(backend.database, update(Event).values(**rules))
    random, seen = Random(7), {}
    for _ in range(3):
        for _ in range(12):
            await backend.submit(random.randint(1, 14), random.randint(1, 9))
            backend.clock.move(minutes=1)
        seen[backend.clock.now] = {board: await rows_now(backend, board) for board in (Board.ALL_TIME, Board.OVERALL)}
        backend.clock.move(minutes=1)
        await backend.run()
        seen[backend.clock.now] = {board: await rows_now(backend, board) for board in (Board.ALL_TIME, Board.OVERALL)}
        backend.clock.move(weeks=1)

    for at, boards in seen.items():
        for board, rows in boards.items():
            first, rest = await past(backend, at, board), await past(backend, at, board, 9)
            found = first.standings if first.pages == 1 else (*first.standings, *rest.standings)
            assert list(found) == rows
            assert (first.players, first.at, rest.page) == (len(rows), at, first.pages - 1)
            for place, row in list(enumerate(rows))[::5]:
                own = await past(backend, at, board, None, row.player.discord_id)
                assert (own.own, own.page) == (row, place // PAGE_SIZE)
            stranger = await past(backend, at, board, None, GREATEST_ID + 1)
            assert (stranger.own, stranger.page) == (None, 0)


async def test_a_board_has_what_counts_now_of_what_was_made_by_the_end_of_a_day(backend: TestBackend) -> None:
    await backend.create_event()
    services, yesterday = backend.real.services, backend.clock.now
    await backend.submit_all({ANA: 10, BOB: 20, CAI: 30, 4: 40})
    backend.clock.move(days=1)
    await backend.submit(ANA, 50)
    await services.removals.remove(ADMIN, EVENT, BOB, None)
    await services.withdrawals.withdraw(ADMIN, CAI)
    await services.additions.add(ADMIN, EVENT, member(4), 45, yesterday)

    for at in ("yesterday", "17 Nov", f"{yesterday:%Y-%m-%d}", yesterday + timedelta(hours=11)):
        board = await past(backend, at)
        assert [(row.rank, row.player.discord_id, row.score, row.elo) for row in board.standings] == (
            [] if at == "17 Nov" else [(1, 4, 45, 1200), (2, ANA, 10, 800)]
        )
        assert board.closed_weeks == 0
    assert [row.score for row in (await past(backend, "now")).standings] == [50, 45]
    assert (await past(backend, "now", Board.OVERALL)).standings == ()
    for typed, error in {"tomorrow": MomentUnknown, "2027-01-01": MomentAhead}.items():
        with pytest.raises(error):
            await past(backend, typed)
    with pytest.raises(EventNotFound):
        await services.history.board(GUILD + 1, 1, "now", Board.ALL_TIME, 0, ANA)

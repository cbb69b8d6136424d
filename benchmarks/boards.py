"""Goal 8: a page of a leaderboard with the viewer's own row, as `LeaderboardService.page` gives it to a command.

The event is `benchmarks.filling`'s: every player has a personal best, a best of this week, and an event Elo. The first
page is asked for by the player in the third place, whose row is on it. Of the others, the page in the middle and the
last one are asked for, each by the player in the middle and by the last one, whose places have to be counted; the
slowest of the four is shown.

The reference is one round trip through the same stack: `SELECT 1` in a transaction of `BaseService._read`, on the same
`Database` and so on the same connections, measured in turn with the pages.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from bot.services.base import BaseService
from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.filling import EVENT, GUILD, NOW, SCALE, Nobody, fill
from benchmarks.measuring import in_turn, median, seconds_of
from benchmarks.places import Place
from benchmarks.report import Goal, Line
from bot.database.database import Database
from bot.domain.standings import Board, LeaderboardPage
from bot.services.standings._service import PAGE_SIZE
from bot.services.submissions import LeaderboardService

SIZE, LARGE = 100_000, 1_000_000
ROUNDS_OF_FIRST, ROUNDS = 51, 11
FIRST_PAGE = Goal("≤", 6)
ANY_PAGE = Goal("≤", 60)


def measure(place: Place) -> list[Line]:
    """Measure every board on both databases; at the large size, where any page may take its time, the first pages."""
    sizes = (SIZE, LARGE) if place.full else (SIZE,)
    return [line for size in sizes for kind in ("postgresql", "sqlite") for line in _measure(place, kind, size)]


def _measure(place: Place, kind: str, size: int) -> list[Line]:
    with place.database(kind) as url, asyncio.Runner() as runner:
        fill(url, size)
        event = _FilledEvent(Database(url), runner)
        try:
            return [
                line
                for board in Board
                for line in _compare(event, board, size, f"the {board} board, {kind}, {size:,} players")
            ]
        finally:
            runner.run(event.database.close())


def _compare(event: "_FilledEvent", board: Board, size: int, where: str) -> list[Line]:
    middle, last = size // PAGE_SIZE // 2, size // PAGE_SIZE - 1
    first = {"first": event.page(board, 0, event.player(board, 0, 2))}
    lines = [_line(event, f"first page of {where}, my row on it", ROUNDS_OF_FIRST, first, FIRST_PAGE)]
    if size == SIZE:
        viewers = event.player(board, middle, 0), event.player(board, last, -1)
        others = {f"{page}, {own}": event.page(board, page, own) for own in viewers for page in (middle, last)}
        lines.append(_line(event, f"any page of {where}, my row anywhere", ROUNDS, others, ANY_PAGE))
    return lines


def _line(event: "_FilledEvent", what: str, rounds: int, pages: dict[str, Callable[[], float]], goal: Goal) -> Line:
    """Measure some pages and the round trip in turn, and compare the slowest of them."""
    seen = {name: median(times) for name, times in in_turn(rounds, {"SELECT 1": event.round_trip, **pages}).items()}
    least = seen.pop("SELECT 1")
    slowest = max(seen.values())
    return Line(8, what, _show(slowest), f"SELECT 1: {_show(least)}", slowest / least, goal)


def _show(duration: float) -> str:
    return f"{1_000 * duration:.2f} ms"


class _FilledEvent:
    """What is measured; each side returns how long it took, in seconds."""

    def __init__(self, database: Database, runner: asyncio.Runner) -> None:
        self.database = database
        self._runner = runner
        self._leaderboard = LeaderboardService(database, lambda: NOW, SCALE, timedelta(0), Nobody())
        self._least = _RoundTrip(database, lambda: NOW)

    def round_trip(self) -> float:
        return self._runner.run(seconds_of(self._least.make()))

    def page(self, board: Board, page: int, viewer: int) -> Callable[[], float]:
        return lambda: self._runner.run(seconds_of(self._read(board, page, viewer)))

    def player(self, board: Board, page: int, row: int) -> int:
        """Return whose row it is."""
        return self._runner.run(self._read(board, page, 0)).standings[row].player.discord_id

    def _read(self, board: Board, page: int, viewer: int) -> Coroutine[Any, Any, LeaderboardPage]:
        return self._leaderboard.page(GUILD, EVENT, board, page, viewer)


class _RoundTrip(BaseService):
    """The least that a use case can do."""

    async def make(self) -> int:
        """Return 1, by way of the database."""

        async def work(session: AsyncSession) -> int:
            return (await session.execute(select(literal(1)))).scalar_one()

        return await self._read(work)

"""Goal 8: a page of a leaderboard with the viewer's own row, as `StandingsService.page` returns it to a command.

The event is that of `benchmarks.filling`: every player has a personal best, a best of this week, and an event Elo. The
first page is requested by the player in the third place, whose row is on it. The middle page and the last page are each
requested by the middle player and by the last player, whose places have to be counted; the figure is the slowest of
these four.

Under *robust* and *ranks*, the boards of 100,000 players are measured too, after a change of the rules.

The reference is one round trip through the same stack: `SELECT 1` in a transaction of the same `Database`, and so on
the same connections, measured alternately with the pages.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from benchmarks.filling import EVENT, GUILD, NOW, SCALE, fill
from benchmarks.measuring import in_turn, median, seconds_of
from benchmarks.places import Place, vacuum
from benchmarks.report import Goal, Line
from bot.database.database import Database
from bot.domain.rules import Method, Rules
from bot.domain.standings import Board, LeaderboardPage
from bot.services.events import find_event
from bot.services.ratings import recalculate
from bot.services.standings import StandingsService

SIZE, LARGE = 100_000, 1_000_000
ROUNDS_OF_FIRST, ROUNDS = 51, 11
FIRST_PAGE = Goal("≤", 6)
ANY_PAGE = Goal("≤", 60)


def measure(place: Place) -> list[Line]:
    """Measure every board on both databases; at the large size, set a goal for the first pages only."""
    sizes = (SIZE, LARGE) if place.full else (SIZE,)
    return [line for size in sizes for kind in ("postgresql", "sqlite") for line in _measure(place, kind, size)]


def _measure(place: Place, kind: str, size: int) -> list[Line]:
    with place.database(kind) as url, asyncio.Runner() as runner:
        fill(url, size)
        event = _FilledEvent(Database(url), runner)
        try:
            lines = _compare_boards(event, size, f"{kind}, {size:,} players")
            for method in (Method.ROBUST, Method.RANKS) if size == SIZE else ():
                event.rate_by(method)
                lines += _compare_boards(event, size, f"under {method}, {kind}, {size:,} players")
            return lines
        finally:
            runner.run(event.database.close())


def _compare_boards(event: "_FilledEvent", size: int, where: str) -> list[Line]:
    return [line for board in Board for line in _compare(event, board, size, f"the {board} board, {where}")]


def _compare(event: "_FilledEvent", board: Board, size: int, where: str) -> list[Line]:
    first = {"first": event.page(board, 0, event.player(board, 0, 2))}
    lines = [_line(event, f"first page of {where}, my row on it", ROUNDS_OF_FIRST, first, FIRST_PAGE)]
    if size == SIZE:
        last = event.pages(board) - 1
        middle = last // 2
        viewers = event.player(board, middle, 0), event.player(board, last, -1)
        others = {f"{page}, {own}": event.page(board, page, own) for own in viewers for page in (middle, last)}
        lines.append(_line(event, f"any page of {where}, my row anywhere", ROUNDS, others, ANY_PAGE))
    return lines


def _line(event: "_FilledEvent", what: str, rounds: int, pages: dict[str, Callable[[], float]], goal: Goal) -> Line:
    """Measure some pages and the round trip alternately, and compare the slowest page."""
    seen = {name: median(times) for name, times in in_turn(rounds, {"SELECT 1": event.round_trip, **pages}).items()}
    least = seen.pop("SELECT 1")
    slowest = max(seen.values())
    return Line(8, what, _show(slowest), f"SELECT 1: {_show(least)}", slowest / least, goal)


def _show(duration: float) -> str:
    return f"{1_000 * duration:.2f} ms"


class _FilledEvent:
    """The measured event; each method returns how long it took, in seconds."""

    def __init__(self, database: Database, runner: asyncio.Runner) -> None:
        self.database = database
        self._runner = runner
        self._standings = StandingsService(database, lambda: NOW, SCALE)

    def round_trip(self) -> float:
        return self._runner.run(seconds_of(self.database.read(_select_one)))

    def rate_by(self, method: Method) -> None:
        """Change the event's method; its weekly averages stay, because it has no closed weeks."""
        self._runner.run(self.database.write(lambda session: _rate_by(session, method)))
        self._runner.run(vacuum(self.database.url))

    def page(self, board: Board, page: int, viewer: int) -> Callable[[], float]:
        return lambda: self._runner.run(seconds_of(self._read(board, page, viewer)))

    def pages(self, board: Board) -> int:
        """Return the number of pages."""
        return self._runner.run(self._read(board, 0, 0)).pages

    def player(self, board: Board, page: int, row: int) -> int:
        """Return the player of a row."""
        return self._runner.run(self._read(board, page, 0)).standings[row].player.discord_id

    def _read(self, board: Board, page: int, viewer: int) -> Coroutine[Any, Any, LeaderboardPage]:
        return self._standings.page(GUILD, EVENT, board, page, viewer)


def _rate_by(session: Session, method: Method) -> None:
    event = find_event(session, GUILD, EVENT, lock=True)
    event.rules = Rules(method)
    event.elo_base = event.elo_field_version = None
    session.flush()
    recalculate(session, event, SCALE)


def _select_one(session: Session) -> int:
    """Do the least work that a use case can do."""
    return session.execute(select(literal(1))).scalar_one()

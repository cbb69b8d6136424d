"""Small and large events alternately on one PostgreSQL connection, compared with each of them alone on a connection.

The database (`benchmarks/uneven_season.py`) has one event of 20,000 players among 2,000 events of twenty; with
`--full`, one of 123,000 among 50,000. A server that plans a statement once for all events, or by the statistics of
most, treats the large event like a small one.

Measured are the first page of each board, the middle page as a player in the middle sees it, a submission that is a
personal best, and the recalculation after it, as the services do them. Alone, one connection serves the large event
again and again, and another one small events. Alternately, a third connection serves twenty small events before each
measurement of the large one, and the large one before each measurement of a small one. All three are measured in turn.
"""

import asyncio
import itertools
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import URL

from benchmarks.filling import GUILD, NOW, SCALE, Nobody
from benchmarks.measuring import in_turn, median, ratio, seconds_of
from benchmarks.places import Place
from benchmarks.report import Goal, Line
from benchmarks.uneven_season import LARGE_ID, PLAYERS_OF_SMALL, fill, name_of, player_of
from bot.database.database import Database
from bot.domain.standings import Board
from bot.domain.submissions import Submission
from bot.services.ratings import LeaderboardScoringService
from bot.services.standings import StandingsService
from bot.services.submissions import LeaderboardService

GOAL = 15
EVENTS, PLAYERS = 2_000, 20_000
MANY_EVENTS, MANY_PLAYERS = 50_000, 123_000
IN_BETWEEN = 20
"""How many small events are served before the large one; PostgreSQL keeps a plan from the sixth execution on."""
ROUNDS = 15
AS_ALONE = Goal("≤", 2)
PAGE_SIZE = 10

Serve = Callable[["_Server", int], float]
"""Serves an event, given by key, and returns how many seconds that took."""


def measure(place: Place) -> list[Line]:
    """Measure each kind of work on the large event and on small ones."""
    events, players = (MANY_EVENTS, MANY_PLAYERS) if place.full else (EVENTS, PLAYERS)
    with place.database("postgresql") as url:
        fill(url, events, players)
        kinds: dict[str, Serve] = {
            **{f"the {board} board": _first_page(board) for board in Board},
            **{f"a rank in the middle of the {board} board": _middle_page(board) for board in Board},
            "a submission": _Server.submit,
            "a recalculation": _Server.recalculate,
        }
        return [line for name, serve in kinds.items() for line in _compare(url, events, players, name, serve)]


def _compare(url: URL, events: int, players: int, name: str, serve: Serve) -> Iterator[Line]:
    with _served(url, players) as large, _served(url, players) as small, _served(url, players) as both:
        events_of_small, events_in_turn = _small_events(events), _small_events(events)

        def small_in_turn() -> float:
            return serve(both, next(events_in_turn))

        def large_in_turn() -> float:
            for _ in range(IN_BETWEEN):
                small_in_turn()
            return serve(both, LARGE_ID)

        sides = {
            "large alone": lambda: serve(large, LARGE_ID),
            "small alone": lambda: serve(small, next(events_of_small)),
            "large": large_in_turn,
            "small": small_in_turn,
        }
        for _ in range(IN_BETWEEN):
            for side in ("large alone", "small alone"):
                sides[side]()
        seen = in_turn(ROUNDS, sides)
    for side, size in (("large", players), ("small", PLAYERS_OF_SMALL)):
        mixed, alone = seen[side], seen[f"{side} alone"]
        what = f"{name}, {size:,} players, in turn with others"
        yield Line(GOAL, what, _show(mixed), f"alone: {_show(alone)}", ratio(mixed, alone), AS_ALONE)


def _small_events(events: int) -> Iterator[int]:
    """Yield keys of small events from all over the table."""
    return (LARGE_ID + 1 + number * 37 % events for number in itertools.count())


def _first_page(board: Board) -> Serve:
    return lambda server, event_id: server.look(event_id, board, in_the_middle=False)


def _middle_page(board: Board) -> Serve:
    return lambda server, event_id: server.look(event_id, board, in_the_middle=True)


def _show(durations: list[float]) -> str:
    return f"{1_000 * median(durations):.2f} ms"


class _Server:
    """The services over one new connection; they are called one after the other."""

    _numbers = itertools.count(1)

    def __init__(self, database: Database, runner: asyncio.Runner, players: int) -> None:
        self._runner, self._players = runner, players
        self._standings = StandingsService(database, lambda: NOW, SCALE)
        self._scoring = LeaderboardScoringService(database, SCALE)
        self._leaderboard = LeaderboardService(database, lambda: NOW, SCALE, timedelta(0), Nobody())

    def look(self, event_id: int, board: Board, *, in_the_middle: bool) -> float:
        """Look at the first page as one of the first players, or at the middle page as another player."""
        size = self._players if event_id == LARGE_ID else PLAYERS_OF_SMALL
        viewer, page = (
            (player_of(event_id, size // 2, self._players), size // PAGE_SIZE // 2) if in_the_middle else (0, 0)
        )
        return self._time(self._standings.page(GUILD, name_of(event_id), board, page, viewer))

    def submit(self, event_id: int) -> float:
        """Let one of the players submit a personal best."""
        number = next(self._numbers)
        player = player_of(event_id, number, self._players)
        name, score = f"player {player}", f"{2_000 + number}"
        return self._time(
            self._leaderboard.submit(Submission(number, GUILD, player, name, name, name_of(event_id), score))
        )

    def recalculate(self, event_id: int) -> float:
        """Update the Elos after a personal best."""
        self.submit(event_id)
        return self._time(self._scoring.recalculate(event_id))

    def _time(self, work: Coroutine[Any, Any, object]) -> float:
        return self._runner.run(seconds_of(work))


@contextmanager
def _served(url: URL, players: int) -> Iterator[_Server]:
    with asyncio.Runner() as runner:
        database = Database(url)
        try:
            yield _Server(database, runner, players)
        finally:
            runner.run(database.close())

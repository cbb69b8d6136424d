"""Goal 16: measure the answers to players, at the services.

The event is that of `benchmarks.answered_season`, with 10,000 players, or 100,000 with `--full`, who have submitted ten
scores each. The asking player's score is one of many; Discord and the drawing of pictures are not included. Nine tenths
of the log lie before a date a year ago.

Under *robust* and *ranks* a target needs all scores of the event. It is measured for an unchanged event, and for an
event that has changed since the last answer, as after each new best.

There is no reference. While past boards are read, a task of the event loop measures how late others run.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from sqlalchemy import URL, update

from benchmarks.answered_season import A_YEAR_AGO, EVENT, GUILD, NOW, season_of
from benchmarks.measuring import lateness, median, seconds_of
from benchmarks.places import Place
from benchmarks.report import Goal, Line, show
from bot.backend import Backend, open_backend
from bot.cogs import Services
from bot.database.models import Event
from bot.domain.rules import Method
from bot.domain.standings import Board
from tests.backends import MEMBER, settings_for
from tests.databases import KINDS

GOAL = 16
SIZE, FULL_SIZE = 10_000, 100_000
ROUNDS = 11
AT_ONCE = Goal("≤", 150.0, "ms")
OF_A_DATE = Goal("≤", 1_500.0, "ms")
LATE = Goal("≤", 500.0, "ms")


@dataclass(frozen=True, slots=True)
class Answer:
    """A question, how a service answers it to a player, given by Discord's id, and how long that may take."""

    name: str
    ask: Callable[[Services, int], Awaitable[object]]
    goal: Goal = AT_ONCE


TARGET = Answer("/target", lambda services, player: services.targets.find(GUILD, EVENT, player))
ANSWERS = (
    Answer("/rating", lambda services, player: services.standings.rating(GUILD, EVENT, player, player)),
    TARGET,
    Answer("/target elo", lambda services, player: services.targets.find(GUILD, EVENT, player, elo=1_000)),
    Answer("/profile", lambda services, player: services.profiles.show(GUILD, player, player)),
    Answer("/compare", lambda services, player: services.profiles.compare(GUILD, player + 1, None, player)),
    Answer(
        "/history", lambda services, player: services.history.page(replace(MEMBER, discord_id=player), EVENT, player, 0)
    ),
)


def _board(board: Board) -> Answer:
    def ask(services: Services, player: int) -> Awaitable[object]:
        return services.history.board(GUILD, EVENT, A_YEAR_AGO, board, None, player)

    return Answer(f"/history at:{A_YEAR_AGO}, {board}", ask, OF_A_DATE)


BOARDS = (_board(Board.ALL_TIME), _board(Board.OVERALL))


def measure(place: Place) -> list[Line]:
    """Measure both databases."""
    size = FULL_SIZE if place.full else SIZE
    lines: list[Line] = []
    for kind in KINDS:
        with place.templates.prepared(kind, season_of(size)) as url:
            lines += asyncio.run(_measure(url, f"{size:,} players, {kind}", size // 2))
    return lines


async def _measure(url: URL, where: str, player: int) -> list[Line]:
    async with open_backend(settings_for(url), lambda: NOW) as backend:
        lines = [await _time(answer, backend.services, player, where) for answer in ANSWERS]
        async with lateness() as late:
            lines += [await _time(answer, backend.services, player, where) for answer in BOARDS]
        for method in (Method.ROBUST, Method.RANKS):
            lines += await _time_targets(backend, method, player, where)
    most = 1_000 * max(late)
    return [*lines, Line(GOAL, f"others meanwhile, {where}", f"late by {show(most)} ms at most", "–", most, LATE)]


async def _time_targets(backend: Backend, method: Method, player: int, where: str) -> list[Line]:
    async def change() -> None:
        values = {"method": method, "version": Event.version + 1}
        await backend.database.write(lambda session: session.execute(update(Event).values(values)))

    await change()
    asked, changed = (replace(TARGET, name=f"/target, {method}{since}") for since in ("", ", changed since"))
    return [
        await _time(asked, backend.services, player, where),
        await _time(changed, backend.services, player, where, change),
    ]


async def _time(
    answer: Answer, services: Services, player: int, where: str, before: Callable[[], Awaitable[None]] | None = None
) -> Line:
    # The first answer loads modules and compiles statements.
    await answer.ask(services, player)
    seconds = []
    for _ in range(ROUNDS):
        if before is not None:
            await before()
        seconds.append(await seconds_of(answer.ask(services, player)))
    took = 1_000 * median(seconds)
    return Line(GOAL, f"{answer.name}, {where}", f"{show(took)} ms", "–", took, answer.goal)

"""Goals 9 (`/submit-score`) and 10 (suggestions of events): commands over Discord's wire, where users feel the speed.

The bot runs in a separate process, as `python -m bot run` does, without a cooldown and otherwise with the default
settings. Discord is `benchmarks.discord_server`, in the process that measures. `benchmarks.wire_turns` describes the
users' actions and defines a wait.

There are two references.

- `/ok`, a command of the same tree in the same process, for servers only, that answers
  `interaction.response.send_message("ok")`. It is the cost of a command that does nothing: the gateway's event,
  discord.py, the tree's checks, the callback over HTTP.
- The bare transaction: the same effects on a separate database, filled alike, in a durable transaction for each
  submission, for the same number of users (`benchmarks.submission_references`): `pgbench` with one prepared statement,
  or a loop over `sqlite3`.

Goal 9 allows a submission twice the wait of both references together, at the median, and requires that only one in a
hundred waits longer than three times the median. Goal 10 requires suggestions nearly as fast as `/ok`. The first page
of a `/leaderboard` is measured too, without a goal. The processor time is that of the bot's process per use, including
the bot's background work.

Each command takes turns with `/ok`, for several rounds; the submissions also with the bare transaction. All figures are
those of the median round, and so are their ratios. Commands that only read are measured first, because submissions are
followed by recalculations. The shares of a submission's wait are measured last, with another bot
(`benchmarks.wire_shares`).
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL

from benchmarks.measuring import median
from benchmarks.places import Place, vacuum
from benchmarks.played_events import fill
from benchmarks.report import Goal, Line
from benchmarks.submission_references import EVENTS, PLAYERS, bare_waits
from benchmarks.wire_shares import measure_shares
from benchmarks.wire_turns import (
    FIGURES,
    LEADERBOARD,
    OK,
    P50,
    P99,
    PROCESSOR,
    RATE,
    SUBMIT,
    SUGGESTIONS,
    Extent,
    Figure,
    People,
    Town,
    Turn,
    filled_town,
    milliseconds,
    running_bot,
)
from tests.wire.discord_people import Guild

NEAR, EVEN, SUGGESTED = Goal("≤", 2.0), Goal("≤", 3.0), Goal("≥", 0.7)
SUBMISSIONS_GOAL, SUGGESTIONS_GOAL = 9, 10

Seen = dict[str, list[Turn]]


def measure(place: Place, extent: Extent) -> list[Line]:
    """Measure on the databases of an extent."""
    lines: list[Line] = []
    for kind in extent.databases:
        with filled_town(place, kind) as town, _bare_database(place, kind) as bare:
            lines += asyncio.run(_measure(kind, town, bare, extent))
            lines += asyncio.run(measure_shares(SUBMISSIONS_GOAL, kind, town, extent))
    return lines


@contextmanager
def _bare_database(place: Place, kind: str) -> Iterator[URL]:
    with place.database(kind) as url:
        fill(url, Guild("Elsewhere"), EVENTS, PLAYERS)
        asyncio.run(vacuum(url))
        yield url


async def _measure(kind: str, town: Town, bare: URL, extent: Extent) -> list[Line]:
    lines: list[Line] = []
    async with running_bot(town) as people:
        for command in (SUGGESTIONS, LEADERBOARD):
            await people.warm_up(command)
        for users in extent.users:
            seen = await _take_turns(people, (OK, SUGGESTIONS, LEADERBOARD), users, extent)
            lines += _reading_lines(f"{users} at once, {kind}", seen)
        await people.warm_up(SUBMIT)
        for users in extent.users:
            seen, waits = {OK: [], SUBMIT: []}, []
            for _ in range(extent.rounds):
                await _take_round(people, seen, users, extent)
                # Run it in a thread, so that the Discord server keeps answering the bot.
                waits.append(median(await asyncio.to_thread(bare_waits, bare, users, extent.seconds)))
            lines += _submission_lines(f"{users} at once, {kind}", seen[OK], seen[SUBMIT], waits)
    return lines


async def _take_turns(people: People, commands: tuple[str, ...], users: int, extent: Extent) -> Seen:
    """Use each command for one turn, then all of them again, round by round."""
    seen: Seen = {command: [] for command in commands}
    for _ in range(extent.rounds):
        await _take_round(people, seen, users, extent)
    return seen


async def _take_round(people: People, seen: Seen, users: int, extent: Extent) -> None:
    for command, turns in seen.items():
        turns.append(await people.take_turn(command, users, extent.seconds))


def _reading_lines(where: str, seen: Seen) -> list[Line]:
    ok = seen[OK]
    return [
        *(_beside_ok(SUGGESTIONS_GOAL, SUGGESTIONS, where, figure, seen[SUGGESTIONS], ok) for figure in FIGURES),
        *(_beside_ok(None, LEADERBOARD, where, figure, seen[LEADERBOARD], ok) for figure in FIGURES),
    ]


def _beside_ok(number: int | None, command: str, where: str, figure: Figure, turns: list[Turn], ok: list[Turn]) -> Line:
    goal = SUGGESTED if command == SUGGESTIONS and figure is RATE else None
    shown = f"ok {figure.show(ok)}"
    return Line(number, _name(command, where, figure), _show(figure, turns), shown, figure.ratio(turns, ok), goal)


def _submission_lines(where: str, ok: list[Turn], submitted: list[Turn], bare: list[float]) -> list[Line]:
    least = [turn.p50 + wait for turn, wait in zip(ok, bare, strict=True)]
    near = median([turn.p50 / wait for turn, wait in zip(submitted, least, strict=True)])
    even = median([turn.p99 / turn.p50 for turn in submitted])
    both, half = f"ok {P50.show(ok)} + bare {milliseconds(median(bare))}", f"its p50 {P50.show(submitted)}"
    number = SUBMISSIONS_GOAL
    return [
        Line(number, _name(SUBMIT, where, P50), _show(P50, submitted), both, near, NEAR),
        Line(number, _name(SUBMIT, where, P99), _show(P99, submitted), half, even, EVEN),
        *(_beside_ok(number, SUBMIT, where, figure, submitted, ok) for figure in (RATE, PROCESSOR)),
    ]


def _name(command: str, where: str, figure: Figure) -> str:
    return f"{command}, {where}: {figure.name}"


def _show(figure: Figure, turns: list[Turn]) -> str:
    refused = sum(turn.refused for turn in turns)
    return figure.show(turns) + (f", {refused} refused" if refused else "")

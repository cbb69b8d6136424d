"""Two checkouts in one run: what a change costs or saves over the wire.

    python -m benchmarks --only wire --beside PATH

Both bots run at the same time. Each has its own Discord server in this process, and its own database, which its own
code creates and fills. Both get the same requests in the same order. Only one is used at a time: the checkouts take
turns. The one that is first in one round is second in the next, so that a machine that becomes slower favours neither.

A ratio is the median of the rounds' ratios. The interval beside it contains the true median with a confidence of 95 %.
A change is likely to be real if the interval excludes 1; among many rows, a few do so by chance. With fewer than six
rounds there is no such interval: the least and the greatest ratio are shown, in brackets. A comparison of a checkout
with a copy of itself shows the noise of the machine.
"""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks.checkouts import Checkout
from benchmarks.measuring import interval, median
from benchmarks.places import Place
from benchmarks.report import markdown
from benchmarks.wire_turns import (
    FIGURES,
    LEADERBOARD,
    OK,
    SUBMIT,
    SUGGESTIONS,
    Extent,
    Figure,
    People,
    Town,
    Turn,
    filled_town,
    running_bot,
)

COMMANDS = (OK, SUGGESTIONS, LEADERBOARD, SUBMIT)
"""The order matters, because submissions are followed by recalculations."""
THIS, OTHER = "this", "the other"
FEWEST_ROUNDS = 6
"""With fewer rounds, the median may lie outside all observed values."""
HEADS = ("operation", THIS, OTHER, "this / other", "95 %")

Row = tuple[str, ...]


def compare(place: Place, extent: Extent, other: Checkout) -> None:
    """Measure both checkouts, and print a table for each kind of database as soon as it is complete."""
    print(f"this: {Checkout(Path(__file__).parents[1]).commit}, the other: {other.commit}", flush=True)
    for kind in extent.databases:
        with filled_town(place, kind) as mine, other.filled_town(kind) as theirs:
            rows = asyncio.run(_compare(kind, mine, theirs, extent, other))
        print(markdown(HEADS, rows), flush=True)


async def _compare(kind: str, mine: Town, theirs: Town, extent: Extent, other: Checkout) -> list[Row]:
    rows: list[Row] = []
    async with AsyncExitStack() as stack:
        sides = {
            THIS: await stack.enter_async_context(running_bot(mine)),
            OTHER: await stack.enter_async_context(
                running_bot(theirs, python=other.python, PYTHONPATH=str(other.path))
            ),
        }
        for command in COMMANDS:
            for people in sides.values():
                await people.warm_up(command)
            for users in extent.users:
                seen = await _take_turns(sides, command, users, extent)
                rows += _rows(f"{command}, {users} at once, {kind}", seen)
    return rows


async def _take_turns(sides: dict[str, People], command: str, users: int, extent: Extent) -> dict[str, list[Turn]]:
    seen: dict[str, list[Turn]] = {name: [] for name in sides}
    order = list(sides)
    for _ in range(extent.rounds):
        for name in order:
            seen[name].append(await sides[name].take_turn(command, users, extent.seconds))
        order.reverse()
    return seen


def _rows(what: str, seen: dict[str, list[Turn]]) -> list[Row]:
    rows = [_row(what, figure, seen[THIS], seen[OTHER]) for figure in FIGURES]
    refused = [str(sum(turn.refused for turn in seen[name])) for name in (THIS, OTHER)]
    return rows if refused == ["0", "0"] else [*rows, (f"{what}: refused", *refused, "–", "–")]


def _row(what: str, figure: Figure, this: list[Turn], other: list[Turn]) -> Row:
    shown = f"{what}: {figure.name}", figure.show(this), figure.show(other)
    ratios = figure.ratios(this, other)
    if ratios is None:
        return *shown, "–", "–"
    between = " – ".join(f"{end:.3f}" for end in interval(ratios))
    return *shown, f"{median(ratios):.3f} ×", between if len(ratios) >= FEWEST_ROUNDS else f"({between})"

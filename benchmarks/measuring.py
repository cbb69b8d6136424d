"""Measure several things alternately, so that disturbances affect all of them, and summarize the results as medians."""

import asyncio
import gc
import math
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TypeVar

T = TypeVar("T")
TICK_SECONDS = 0.01


def in_turn(rounds: int, sides: Mapping[str, Callable[[], T]]) -> dict[str, list[T]]:
    """Measure each side once, then all of them again: A B, A B, A B.

    Args:
        rounds: how often to measure each side; the median of an odd number of rounds is an observed value.
        sides: the things to measure, by name; each call returns its observation.

    Returns:
        The observations of each side, round by round.
    """
    seen: dict[str, list[T]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, measure in sides.items():
            seen[name].append(measure())
    return seen


def seconds(work: Callable[[], object]) -> float:
    """Return how long work takes, in seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


async def seconds_of(work: Awaitable[object]) -> float:
    """Return how long awaiting takes, in seconds, without the time to enter an event loop."""
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


@contextmanager
def uncollected() -> Iterator[None]:
    """Suspend garbage collection in this process, which would delay another process that is being measured."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@asynccontextmanager
async def lateness() -> AsyncIterator[list[float]]:
    """Record how many seconds late a task of the event loop is, each time that it wakes."""
    late: list[float] = []
    watching = asyncio.create_task(_watch(late))
    try:
        yield late
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def _watch(late: list[float]) -> None:
    while True:
        asked = time.perf_counter()
        await asyncio.sleep(TICK_SECONDS)
        late.append(time.perf_counter() - asked - TICK_SECONDS)


def median(values: Sequence[float]) -> float:
    """Return the middle value."""
    return statistics.median(values)


def ratio(bot: Sequence[float], reference: Sequence[float]) -> float:
    """Return the median of the rounds' ratios: what slows down a round slows down both sides of it."""
    return median([one / other for one, other in zip(bot, reference, strict=True)])


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share (0 to 1) of all values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """Return two of the values between which the true median lies with a given confidence, for any distribution.

    If there are too few values for that confidence, return the least and the greatest.
    """
    ordered, count = sorted(values), len(values)
    lowest, below = 0, 0.0
    # Skip a rank at both ends as long as the median lies outside with a small enough probability.
    while (below := below + math.comb(count, lowest) / 2**count) <= (1 - confidence) / 2:
        lowest += 1
    lowest = max(0, lowest - 1)
    return ordered[lowest], ordered[count - 1 - lowest]

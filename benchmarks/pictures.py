"""Pictures: the time for one and for 20 at once, the memory, and the lag of the bot's event loop meanwhile.

There is no reference; the goals are bounds. All pictures differ, so that none is cached. The memory is the peak of the
drawing process, including its share of shared memory, plus the growth of this process.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

from benchmarks.measuring import lateness
from benchmarks.own_process import KIBIBYTE, memory
from benchmarks.places import Place
from benchmarks.report import Goal, Line
from benchmarks.sample_pictures import NAMES, samples
from bot.ui.pictures import Picture, Studio

AT_ONCE = 20
LOOK = 0.05
A_PICTURE, ITS_MEMORY, IN_TIME = Goal("≤", 200.0, "ms"), Goal("≤", 60.0, "MB"), Goal("≤", 100.0, "ms")


def measure(_: Place) -> list[Line]:
    """Measure on this machine; no database is involved."""
    return asyncio.run(_measure())


async def _measure() -> list[Line]:
    studio, before = Studio(), memory("VmRSS")
    memories = _Greatest(_memories_of(studio))
    memories.start()
    first = await _time(studio, [samples("first")[0]])
    slowest = max([await _time(studio, [picture]) for picture in samples("alone")])
    at_once = [samples(f"{NAMES[number % len(NAMES)]} {number}")[number % 4] for number in range(AT_ONCE)]
    async with lateness() as waits:
        each = await _time(studio, at_once) / AT_ONCE
    late, painter = 1000 * max(waits), await memories.stop()
    megabytes = (painter + memory("VmRSS") - before) / 1_000_000
    await studio.close()
    return [
        Line(None, "the first picture, with the start of its process", f"{first:.0f} ms", "–", None),
        Line(None, "a picture, the slowest kind of four", f"{slowest:.0f} ms", "–", slowest, A_PICTURE),
        Line(None, f"{AT_ONCE} pictures at once, each", f"{each:.0f} ms", "–", each, A_PICTURE),
        Line(None, "memory for pictures", f"{megabytes:.0f} MB", "–", megabytes, ITS_MEMORY),
        Line(None, f"the loop while {AT_ONCE} pictures are drawn, late by", f"{late:.0f} ms", "–", late, IN_TIME),
    ]


async def _time(studio: Studio, pictures: Sequence[Picture]) -> float:
    """Return how many milliseconds it takes to draw pictures that are requested at once."""
    began = time.perf_counter()
    await asyncio.gather(*map(studio.draw, pictures))
    return 1000 * (time.perf_counter() - began)


class _Greatest:
    """The greatest of some values between start and stop."""

    def __init__(self, values: AsyncIterator[float]) -> None:
        self._values = values
        self._greatest = 0.0

    def start(self) -> None:
        self._following = asyncio.create_task(self._follow())

    async def stop(self) -> float:
        self._following.cancel()
        await asyncio.wait({self._following})
        return self._greatest

    async def _follow(self) -> None:
        async for value in self._values:
            self._greatest = max(self._greatest, value)


async def _memories_of(studio: Studio) -> AsyncIterator[float]:
    """Yield the memory of the drawing process in bytes, according to Linux, again and again."""
    while True:
        await asyncio.sleep(LOOK)
        painter = studio._painter
        if painter is None:
            continue
        with suppress(OSError):  # it may have ended
            lines = Path(f"/proc/{painter.pid}/smaps_rollup").read_text().splitlines()  # noqa: ASYNC240 - no disk
            yield next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * KIBIBYTE

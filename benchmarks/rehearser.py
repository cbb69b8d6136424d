"""`python -m benchmarks.rehearser URL`: run a rehearsal in a separate process, and report its costs.

It prints the wall and processor time in seconds, how many bytes the peak memory (RSS) exceeds that before, and the
longest delay of the event loop in seconds.
"""

import asyncio
import sys
import time
from dataclasses import dataclass

from sqlalchemy import URL, make_url

from benchmarks.measuring import lateness
from benchmarks.own_process import forget_greatest_memory, memory, told_by
from benchmarks.rehearsed_season import ADMIN, EVENT
from bot.database.database import Database
from bot.domain.ratings import RatingScale
from bot.domain.rehearsals import Proposal
from bot.domain.rules import Attendance, Method
from bot.services.rehearsals import RehearsalService

PROPOSAL = Proposal(Method.ROBUST, attendance=Attendance.BEST)
"""The proposal that needs most memory: three sets of rules, with and without logarithms, two of them with latest
Elos."""


@dataclass(frozen=True, slots=True)
class Took:
    """The costs of a rehearsal.

    They are seconds of wall and processor time, bytes of memory, and the longest `wait` of others in seconds.
    """

    seconds: float
    processor: float
    memory: float
    wait: float


def rehearse_in_a_process(url: URL) -> Took:
    """Return the costs of rehearsing the event of a database."""
    return Took(*map(float, told_by("benchmarks.rehearser", url.render_as_string(hide_password=False))))


async def _measure(url: URL) -> None:
    database = Database(url)
    # The first transaction of a process loads modules and opens a connection.
    await database.read(lambda session: session.connection())
    service = RehearsalService(database, RatingScale())
    forget_greatest_memory()
    async with lateness() as waits:
        before, began, processor = memory("VmRSS"), time.perf_counter(), time.process_time()
        rehearsal = await service.rehearse(ADMIN, EVENT, PROPOSAL)
        took = time.perf_counter() - began, time.process_time() - processor
    print(*took, memory("VmHWM") - before, max(waits, default=0.0))
    if not (rehearsal.weeks and rehearsal.moves.most):
        raise RuntimeError(f"nothing was rehearsed: {rehearsal}")
    await database.close()


if __name__ == "__main__":
    asyncio.run(_measure(make_url(sys.argv[1])))

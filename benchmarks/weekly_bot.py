"""`python -m benchmarks.weekly_bot URL`: make one weekly run in a separate process, and report its costs.

The process first closes two weeks of a few players, like a process that has been up for a while. Then it prints how
many seconds the run of the season's open week took, and by how many bytes the peak memory (RSS) during the run exceeds
that before it.
"""

import asyncio
import sys
import time

from sqlalchemy import URL, make_url

from benchmarks.own_process import forget_greatest_memory, memory, told_by
from benchmarks.weekly_season import ADMIN, EVENT, OPEN, WARM_UP, weeks_of
from bot.database.database import Database


def run_in_a_process(url: URL) -> tuple[float, int]:
    """Return the costs of a weekly run of the season in a database: seconds, and bytes of memory."""
    seconds, growth = told_by("benchmarks.weekly_bot", url.render_as_string(hide_password=False))
    return float(seconds), int(growth)


async def _measure(url: URL) -> None:
    database = Database(url)
    weeks = weeks_of(database)
    await weeks.run(ADMIN, WARM_UP, early=True)
    forget_greatest_memory()
    before, began = memory("VmRSS"), time.perf_counter()
    await weeks.run(ADMIN, EVENT, str(OPEN), early=True)
    print(time.perf_counter() - began, memory("VmHWM") - before)
    await database.close()


if __name__ == "__main__":
    asyncio.run(_measure(make_url(sys.argv[1])))

"""`python -m benchmarks.weekly_bot URL`: one weekly run in a process of its own, and what it took there.

The process first closes two weeks of a few players, as one has that has been up for a while. Then it prints how many
seconds the run of the season's open week took, and by how many bytes the greatest memory (RSS) during the run exceeds
that before it.
"""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import URL, make_url

from benchmarks.weekly_season import ADMIN, EVENT, OPEN, WARM_UP, weeks_of
from bot.database.database import Database

KIBIBYTE = 1024


def run_in_a_process(url: URL) -> tuple[float, int]:
    """Return what a weekly run of the season in a database took: seconds, and bytes of memory."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.weekly_bot", url.render_as_string(hide_password=False)],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    seconds, growth = done.stdout.split()
    return float(seconds), int(growth)


async def _measure(url: URL) -> None:
    database = Database(url)
    weeks = weeks_of(database)
    await weeks.run(ADMIN, WARM_UP)
    _forget_greatest_memory()
    memory, began = _memory("VmRSS"), time.perf_counter()
    await weeks.run(ADMIN, EVENT, str(OPEN))
    print(time.perf_counter() - began, _memory("VmHWM") - memory)
    await database.close()


def _forget_greatest_memory() -> None:
    """Have the greatest memory be that from now on, without what importing took."""
    Path("/proc/self/clear_refs").write_text("5")


def _memory(name: str) -> int:
    """Return the present (VmRSS) or the greatest (VmHWM) memory of this process in bytes, as Linux tells it."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * KIBIBYTE
    raise RuntimeError(f"this system does not tell {name}")


if __name__ == "__main__":
    asyncio.run(_measure(make_url(sys.argv[1])))

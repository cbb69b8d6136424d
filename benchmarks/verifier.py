"""`python -m benchmarks.verifier URL verify|repair`: verify in a separate process, and report the costs.

It prints the seconds, and by how many bytes the peak memory (RSS) exceeds that before.
"""

import asyncio
import sys
import time

from sqlalchemy import URL, make_url

from benchmarks.own_process import forget_greatest_memory, memory, told_by
from bot.database.database import Database
from bot.services.verification import VerificationService


def verify_in_a_process(url: URL, what: str) -> tuple[float, float]:
    """Return the costs of verifying a database (`verify` or `repair`): seconds, and bytes of memory."""
    seconds, growth = told_by("benchmarks.verifier", url.render_as_string(hide_password=False), what)
    return float(seconds), float(growth)


async def _measure(url: URL, what: str) -> None:
    database = Database(url)
    # The first transaction of a process loads modules and opens a connection.
    await database.read(lambda session: session.connection())
    service = VerificationService(database)
    forget_greatest_memory()
    before, began = memory("VmRSS"), time.perf_counter()
    found = await (service.repair() if what == "repair" else service.verify())
    print(time.perf_counter() - began, memory("VmHWM") - before)
    if bool(found.differences) is not (what == "repair") or found.is_repaired is not (what == "repair"):
        raise RuntimeError(f"{what} has found {len(found.differences)} differences: {found.differences[:1]}")
    await database.close()


if __name__ == "__main__":
    asyncio.run(_measure(make_url(sys.argv[1]), sys.argv[2]))

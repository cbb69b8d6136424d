"""Look for faults for longer than a run of all tests may take: `python -m tests.soak SECONDS`.

First two processes receive every command, as in `tests.twice`. Then, on both databases concurrently, until the time is
over: examples of the state machine, then rounds in which the bot is killed, each time with a different seed. The first
finding ends the program, with everything needed to reproduce it.
"""

import asyncio
import os
import secrets
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests import own_servers as servers
from tests import twice
from tests.databases import KINDS, Templates
from tests.faults.crashes import crash_rounds
from tests.model.machine import season_on

EXAMPLES, ROUNDS = 100, 10
LONG = settings(
    max_examples=EXAMPLES,
    stateful_step_count=20,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


def soak(kind: str, seconds: float) -> str:
    """Look for faults on one kind of database, and report how much was checked."""
    end = time.monotonic() + seconds
    examples = rounds = 0
    with TemporaryDirectory() as folder:
        templates = Templates(Path(folder))
        while time.monotonic() < end:
            with templates.migrated(kind) as url:
                run_state_machine_as_test(season_on(url), settings=LONG)
            examples += EXAMPLES
            with templates.migrated(kind) as url:
                asyncio.run(crash_rounds(url, ROUNDS, secrets.randbits(32)))
            rounds += ROUNDS
            print(f"{kind}: {examples} examples, {rounds} crashes", flush=True)
        templates.close()
    return f"{kind}: nothing found in {examples} examples and {rounds} crashes"


def main(seconds: float) -> None:
    """Check two processes, then both databases concurrently."""
    twice.main()
    with ExitStack() as stack:
        os.environ[servers.DATABASE_VARIABLE] = stack.enter_context(servers.postgres_server())
        # A forked process would mistake the server that forks this one's bots for its own.
        pool = stack.enter_context(ProcessPoolExecutor(len(KINDS), mp_context=get_context("spawn")))
        for told in pool.map(soak, KINDS, [seconds] * len(KINDS)):
            print(told)


if __name__ == "__main__":
    main(float(sys.argv[1]))

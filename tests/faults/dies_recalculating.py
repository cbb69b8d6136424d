"""A process that counts a score, takes the lock, and is killed in the middle of the recalculation."""

import asyncio
import os
import signal
import sys

from pydantic import SecretStr

from bot.database.dialect import parse_database_url
from tests.backends import open_test_backend
from tests.outages import statements_seen


async def main(database_url: str, redis_url: str) -> None:
    url, redis = parse_database_url(database_url), SecretStr(redis_url)
    with statements_seen("UPDATE player_event_stats", lambda: os.kill(os.getpid(), signal.SIGKILL)):
        async with open_test_backend(url, redis_url=redis, elo_debounce_seconds=3600) as backend:
            await backend.submit(1, 100)
            await asyncio.Event().wait()


asyncio.run(main(*sys.argv[1:]))

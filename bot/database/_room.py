"""Limit concurrent transactions to the number of connections that the server accepts."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from bot.database import dialect

ROOM_SECONDS = 30.0
"""How long a transaction waits for its turn."""
SHRUNK_SECONDS = 10.0
"""How long the pool stays smaller after the server has refused a connection."""
PAUSE_SECONDS = 0.2
"""How long a process without any connection waits before it retries."""

T = TypeVar("T")


class Room:
    """Allows a limited number of concurrent turns, and fewer for a while after the server has refused a connection."""

    def __init__(self, size: int) -> None:
        """Allow `size` turns at a time."""
        self._size = self._shrunk_size = size
        self._shrunk_at = -SHRUNK_SECONDS
        self._inside = 0
        self._left = asyncio.Condition()

    async def run(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Run `attempt` in a turn; if the server refuses the connection, wait for a free turn and retry.

        Raises:
            TimeoutError: no turn came within `ROOM_SECONDS`.
            DBAPIError: the server had no room for a single connection in all that time; or another error of `attempt`.
        """
        deadline = time.monotonic() + ROOM_SECONDS
        while True:
            async with self._turn(deadline):
                try:
                    return await attempt()
                except DBAPIError as error:
                    if not dialect.has_no_room(error.orig) or time.monotonic() > deadline:
                        raise
                    self._shrunk_size, self._shrunk_at = max(self._inside - 1, 1), time.monotonic()
                    is_alone = self._inside == 1
            if is_alone:
                await asyncio.sleep(PAUSE_SECONDS)

    @asynccontextmanager
    async def _turn(self, deadline: float) -> AsyncIterator[None]:
        async with self._left:
            async with asyncio.timeout(deadline - time.monotonic()):
                await self._left.wait_for(self._has_room)
            self._inside += 1
            # Once the time of the smaller limit is over, there may be room for more.
            self._left.notify()
        try:
            yield
        finally:
            self._inside -= 1
            async with self._left:
                self._left.notify()

    def _has_room(self) -> bool:
        is_shrunk = time.monotonic() < self._shrunk_at + SHRUNK_SECONDS
        return self._inside < (self._shrunk_size if is_shrunk else self._size)

"""Limit concurrent transactions to the number of connections that the server accepts."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from bot.database import dialect

ROOM_SECONDS = 30.0
"""How long a transaction waits for its turn."""
SHRUNK_SECONDS = 10.0
"""For how long the room closes a turn whose connection the server has refused."""
PAUSE_SECONDS = 0.2
"""How long a transaction waits before it retries, if the server refuses even a single connection."""

T = TypeVar("T")


class Room:
    """Gives a limited number of concurrent turns, in order, and fewer for a while after a refused connection."""

    def __init__(self, size: int) -> None:
        """Give `size` turns at a time."""
        self._turns = asyncio.Semaphore(size)
        self._open = size

    async def run(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Run `attempt` in a turn; if the server refuses the connection, close that turn and wait for another.

        Raises:
            TimeoutError: no turn came within `ROOM_SECONDS`.
            DBAPIError: the server had no room for a single connection in all that time; or another error of `attempt`.
        """
        deadline = time.monotonic() + ROOM_SECONDS
        while True:
            async with asyncio.timeout(deadline - time.monotonic()):
                await self._turns.acquire()
            is_refused = False
            try:
                return await attempt()
            except DBAPIError as error:
                is_refused = dialect.has_no_room(error.orig) and time.monotonic() <= deadline
                if not is_refused:
                    raise
            finally:
                if not is_refused:
                    self._turns.release()
            await self._close_turn()

    async def _close_turn(self) -> None:
        """End a turn whose connection was refused, without a successor for a while; the only turn just pauses."""
        if self._open == 1:
            self._turns.release()
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            self._open -= 1
            asyncio.get_running_loop().call_later(SHRUNK_SECONDS, self._reopen)

    def _reopen(self) -> None:
        self._open += 1
        self._turns.release()

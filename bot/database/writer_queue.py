"""One writer after the other, for databases that take one at a time."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError

from bot.database.dialect import is_locked_out
from bot.database.liveness import DatabaseSilent


class WriterQueue:
    """Has the writers of this process wait for each other here, since in the database they would ask again and again.

    Whoever was let in and found the database locked by another process has waited for it in vain; so have all who
    queued behind meanwhile, and they are told at once, not one time-out after the other.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._locked_out_at = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait to be the only writer of this process.

        Raises:
            DatabaseSilent: another process has kept the database locked meanwhile.
        """
        began = time.monotonic()
        async with self._lock:
            if began < self._locked_out_at:
                raise DatabaseSilent("another process keeps the database locked")
            try:
                yield
            except DBAPIError as error:
                if is_locked_out(error):
                    self._locked_out_at = time.monotonic()
                raise

"""Run transactions on a file: writers one after the other, and readers in parallel."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.database import dialect
from bot.database._file_threads import FileThreads
from bot.database._liveness import DatabaseSilent

MOST_READERS = 10

T = TypeVar("T")


class FileTransactions:
    """Runs the transactions of a process on a file.

    Writers queue for one thread, because SQLite would poll for its lock. If another process keeps the file locked for
    too long, the waiting transaction fails, and so do all that have queued meanwhile.
    """

    def __init__(self, url: URL) -> None:
        """Prepare the threads; each starts when it is needed."""
        self._readers = FileThreads(dialect.reading_engine(url), "reader", MOST_READERS)
        self._writer = FileThreads(dialect.writing_engine(url), "writer", 1)
        self._turn = asyncio.Lock()
        self._locked_out_at = 0.0

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run `work`, which only reads, in a transaction that sees one state of the file."""
        return await self._readers.run(work)

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a transaction; commit it, or roll it back if the caller was cancelled meanwhile.

        Raises:
            DatabaseSilent: another process kept the file locked while the transaction queued.
        """
        queued_at = time.monotonic()
        async with self._turn:
            if queued_at < self._locked_out_at:
                raise DatabaseSilent("another process keeps the database locked")
            try:
                return await self._writer.run(work)
            except DBAPIError as error:
                if dialect.is_locked_out(error):
                    self._locked_out_at = time.monotonic()
                raise

    def distrust_connections(self) -> None:
        """Keep the connections: a connection to a file works whenever the file does."""

    async def close(self, _seconds: float) -> None:
        """Close every connection after its current transaction."""
        await asyncio.gather(self._readers.close(), self._writer.close())

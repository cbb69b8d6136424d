"""Connections: one engine, sessions that read and sessions that write."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import TypeVar

from sqlalchemy import URL, Connection, NullPool, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from bot.database import dialect
from bot.database.file_session import complete
from bot.database.liveness import Liveness
from bot.database.repeating_connection import RepeatingConnection
from bot.database.writer_queue import WriterQueue
from bot.database.writer_thread import WriterThread

T = TypeVar("T")

CLOSE_SECONDS = 1.0
"""How long the other ends may take to say goodbye."""


class Database:
    """A database and its pool of connections. Closing it is the owner's task.

    Attributes:
        liveness: guards transactions, which by themselves do not notice that the database is silent.
    """

    def __init__(self, url: URL) -> None:
        """Prepare a pool for the database at `url` (see `parse_database_url`); nothing is connected yet."""
        self.url = url
        self.engine = create_async_engine(url, **dialect.engine_options(url))
        dialect.prepare_connections(self.engine.sync_engine)
        self._readers = self.engine.execution_options(**dialect.reader_options(url))
        self._writers = self.engine.execution_options(**dialect.writer_options(url))
        self._writer_queue = WriterQueue() if dialect.takes_one_writer(url) else None
        self._prober = create_async_engine(url, poolclass=NullPool, **dialect.probe_options(url))
        self.liveness = Liveness(self._probe, self._distrust_connections)
        self._trusted_since = 0.0
        dialect.replace_doubtful_connections(self.engine, self._since_when_trusted)
        self._at_once: WriterThread | RepeatingConnection = (
            RepeatingConnection(url, self._since_when_trusted)
            if self._writer_queue is None
            else WriterThread(url, self._writer_queue)
        )
        self._transactions = 0
        self._ended = asyncio.Event()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Give a session that sees one state of the database, and writes nothing."""
        with self._counted():
            async with AsyncSession(self._readers) as session, session.begin():
                yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """Give a session whose changes are committed at the end, or, after an error, none of them.

        For work that waits for something else too; `write` is for the rest.
        """
        async with AsyncExitStack() as stack:
            if self._writer_queue is not None:
                await stack.enter_async_context(self._writer_queue.turn())
            stack.enter_context(self._counted())
            session = await stack.enter_async_context(AsyncSession(self._writers, expire_on_commit=False))
            await stack.enter_async_context(session.begin())
            yield session

    async def write(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """Run work that waits for nothing but its session, whose changes are committed at its end."""
        if self._writer_queue is None:
            async with self.writing() as session:
                return await work(session)
        return await self.write_at_once(partial(complete, work))

    async def write_at_once(self, work: Callable[[Connection], T]) -> T:
        """Run work that waits for nothing but the database, in a transaction that is committed at its end."""
        with self._counted():
            return await self._at_once.run(work)

    @property
    def lets_one_writer_in(self) -> bool:
        """Whether one transaction writes at a time, beside which there is nothing that could change."""
        return self._writer_queue is not None

    async def write_by_statements(self, work: Callable[[Connection], T]) -> T:
        """Run work of which each statement is a transaction of its own; not where one writer at a time is let in."""
        assert isinstance(self._at_once, RepeatingConnection)  # noqa: S101 - who calls this has asked
        with self._counted():
            return await self._at_once.run_by_statements(work)

    async def idle(self) -> None:
        """Wait for a moment at which no transaction is running."""
        while self._transactions > 0:
            self._ended.clear()
            await self._ended.wait()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._transactions += 1
        try:
            yield
        finally:
            self._transactions -= 1
            self._ended.set()

    async def close(self) -> None:
        """Close every connection."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.engine.dispose()
                await self._at_once.close()

    async def _probe(self) -> None:
        async with self._prober.connect() as connection:
            await connection.execute(select(1))

    def _distrust_connections(self) -> None:
        # What is connected may lead nowhere even when the database is back.
        self._trusted_since = time.monotonic()

    def _since_when_trusted(self) -> float:
        return self._trusted_since

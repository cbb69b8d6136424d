"""Run work in transactions: `Database.read` and `Database.write`."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TypeVar

from sqlalchemy import URL, Engine, NullPool, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.util import greenlet_spawn
from tenacity import AsyncRetrying, before_sleep_log, retry_if_exception, stop_after_attempt, wait_random_exponential

from bot.database import dialect
from bot.database._liveness import DatabaseSilent, Liveness
from bot.database._writer import Writer
from bot.errors import Unavailable

MAX_ATTEMPTS = 6
FIRST_WAIT_SECONDS = 0.05
LONGEST_WAIT_SECONDS = 1.0
CLOSE_SECONDS = 1.0
"""How long the other ends may take to say goodbye."""

T = TypeVar("T")
Work = Callable[[Session], T]
"""What a transaction does: plain code over a session, which never commits."""

logger = logging.getLogger(__name__)


class Database:
    """A database and its pool of connections. Its owner closes it.

    Attributes:
        liveness: tells a silent database from a busy one.
    """

    def __init__(self, url: URL) -> None:
        """Prepare a pool for the database at `url` (see `parse_database_url`); nothing connects yet."""
        self.url = url
        self.engine = create_async_engine(url, **dialect.engine_options(url))
        dialect.prepare_connections(self.engine.sync_engine)
        dialect.replace_doubtful_connections(self.engine, lambda: self._trusted_since)
        self._readers = self.engine.sync_engine.execution_options(**dialect.reader_options(url))
        self._writer = Writer(url) if dialect.is_sqlite(url) else None
        self._prober = create_async_engine(url, poolclass=NullPool, **dialect.probe_options(url))
        self._trusted_since = 0.0
        self.liveness = Liveness(self._probe, self._distrust_connections)
        self._transactions = 0
        self._ended = asyncio.Event()

    async def read(self, work: Work[T]) -> T:
        """Run `work` in a transaction that sees one state of the database and writes nothing.

        Raises:
            Unavailable: the database did not answer.
        """
        return await self._persist(partial(_transact, self._readers, work))

    async def write(self, work: Work[T]) -> T:
        """Run `work` in a transaction that commits at its end, or, after an error, leaves no trace.

        A transaction that loses a race begins anew, with exponential backoff and jitter, six times at the most. An
        error of the user's ends it at once.

        Raises:
            Unavailable: the database did not answer, or every attempt lost.
        """
        if self._writer is not None:
            return await self._persist(partial(self._writer.write, work))
        return await self._persist(partial(_transact, self.engine.sync_engine, work))

    async def idle(self) -> None:
        """Wait for a moment at which no transaction is running."""
        while self._transactions > 0:
            self._ended.clear()
            await self._ended.wait()

    async def close(self) -> None:
        """Close every connection."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.engine.dispose()
                if self._writer is not None:
                    await self._writer.close()

    async def _persist(self, attempt: Callable[[], Awaitable[T]]) -> T:
        with self._counted():
            try:
                return await self.liveness.guard(_retry(attempt))
            except DatabaseSilent as error:
                logger.error("the database failed: %s", error)
                raise Unavailable from error
            except (DBAPIError, PoolTimeout, OSError, TimeoutError) as error:
                logger.exception("the database failed")
                raise Unavailable from error

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._transactions += 1
        try:
            yield
        finally:
            self._transactions -= 1
            self._ended.set()

    async def _probe(self) -> None:
        async with self._prober.connect() as connection:
            await connection.execute(select(1))

    def _distrust_connections(self) -> None:
        # What is connected may lead nowhere even when the database is back.
        self._trusted_since = time.monotonic()


async def _transact(engine: Engine, work: Work[T]) -> T:
    """Run `work` over an asynchronous driver: each of its statements yields to the event loop."""

    def transact() -> T:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            return work(session)

    result: T = await greenlet_spawn(transact)
    return result


async def _retry(attempt: Callable[[], Awaitable[T]]) -> T:
    try:
        # By itself: nearly all succeed, and to prepare retries takes longer than to succeed.
        return await attempt()
    except DBAPIError as error:
        if not dialect.is_worth_retrying(error):
            raise
    retrying = AsyncRetrying(
        retry=retry_if_exception(dialect.is_worth_retrying),
        wait=wait_random_exponential(multiplier=FIRST_WAIT_SECONDS, max=LONGEST_WAIT_SECONDS),
        stop=stop_after_attempt(MAX_ATTEMPTS - 1),
        before_sleep=before_sleep_log(logger, logging.DEBUG),
        reraise=True,
    )
    return await retrying(attempt)

"""Run work in transactions, and tell a busy database from a silent one."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

from sqlalchemy import URL, Engine, NullPool, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.util import greenlet_spawn
from tenacity import AsyncRetrying, before_sleep_log, retry_if_exception, stop_after_attempt, wait_random_exponential

from bot.database import dialect
from bot.database._liveness import Liveness
from bot.database._outage import OutageLog
from bot.database._room import Room
from bot.database._writer import DatabaseSilent, Writer
from bot.errors import Unavailable

MAX_ATTEMPTS = 6
FIRST_WAIT_SECONDS = 0.05
LONGEST_WAIT_SECONDS = 1.0
CLOSE_SECONDS = 1.0
"""How long connections may take to close."""

T = TypeVar("T")
Work = Callable[[Session], T]
"""The body of a transaction: a plain function over a session, which never commits."""

logger = logging.getLogger(__name__)


class Database:
    """A database and its pool of connections. The owner calls `close`."""

    def __init__(self, url: URL, pool_size: int = dialect.POOL_SIZE) -> None:
        """Prepare a pool for the database at `url` (see `parse_database_url`) without connecting.

        Of a server it opens at most `pool_size` connections, and one more to ask for a sign of life.
        """
        self.url = url
        self.engine = dialect.open_engine(
            url, command_timeout=dialect.COMMAND_TIMEOUT_SECONDS, **dialect.pool_options(url, pool_size)
        )
        dialect.prepare_connections(self.engine.sync_engine)
        dialect.replace_doubtful_connections(self.engine, lambda: self._trusted_since)
        dialect.give_up_useless_connections(self.engine)
        self._room = Room(pool_size)
        self._readers = self.engine.sync_engine.execution_options(**dialect.reader_options(url))
        self._writer = Writer(url) if dialect.is_file(url) else None
        self._prober = dialect.open_engine(url, poolclass=NullPool)
        self._trusted_since = 0.0
        self._liveness = Liveness(self._probe, self._distrust_connections)
        self._outage = OutageLog()
        self._transactions = 0
        self._ended = asyncio.Event()

    async def read(self, work: Work[T]) -> T:
        """Run `work`, which only reads, in a transaction that sees one state of the database.

        Raises:
            Unavailable: the database did not answer.
        """
        return await self._persist(partial(self._room.run, partial(_transact, self._readers, work)))

    async def write(self, work: Work[T]) -> T:
        """Run `work` in a transaction; commit it, or roll it back after an error.

        A transaction that loses a race or its connection is retried with exponential backoff and jitter, up to six
        attempts. Other errors of `work` are raised at once.

        Raises:
            Unavailable: the database did not answer, or every attempt lost a race.
        """
        if self._writer is not None:
            return await self._persist(partial(self._writer.write, work))
        return await self._persist(partial(self._room.run, partial(_transact, self.engine.sync_engine, work)))

    async def idle(self) -> None:
        """Wait until nobody waits for a transaction."""
        while self._transactions > 0:
            self._ended.clear()
            await self._ended.wait()

    async def close(self) -> None:
        """Close every connection."""
        dialect.close_by(self.engine, time.monotonic() + CLOSE_SECONDS / 2)
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.engine.dispose()
                if self._writer is not None:
                    await self._writer.close()

    async def _persist(self, attempt: Callable[[], Awaitable[T]]) -> T:
        self._transactions += 1
        try:
            result = await self._liveness.guard(_retry(attempt))
        except (DatabaseSilent, DBAPIError, PoolTimeout, OSError, TimeoutError) as error:
            self._outage.failed(error)
            raise Unavailable from error
        else:
            self._outage.succeeded()
            return result
        finally:
            self._transactions -= 1
            self._ended.set()

    async def _probe(self) -> None:
        try:
            async with self._prober.connect() as connection:
                await connection.execute(select(1))
        except DBAPIError as error:
            if not dialect.has_no_room(error):
                raise

    def _distrust_connections(self) -> None:
        # Open connections may stay dead even when the database is back.
        self._trusted_since = time.monotonic()


async def _transact(engine: Engine, work: Work[T]) -> T:
    """Run `work` once; each statement yields to the event loop."""

    def transact() -> T:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            return work(session)

    result: T = await greenlet_spawn(transact)
    return result


async def _retry(attempt: Callable[[], Awaitable[T]]) -> T:
    try:
        # The first attempt nearly always succeeds, and runs without the overhead of retries.
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

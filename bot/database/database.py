"""Run work in transactions, with retries, and detect a silent database."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TypeVar

from sqlalchemy import URL, NullPool, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from tenacity import AsyncRetrying, before_sleep_log, retry_if_exception, stop_after_attempt, wait_random_exponential

from bot.database import dialect
from bot.database._file_transactions import FileTransactions
from bot.database._liveness import DatabaseSilent, Liveness
from bot.database._outage import OutageLog
from bot.database._server_transactions import ServerTransactions
from bot.errors import Unavailable

MAX_ATTEMPTS = 6
FIRST_WAIT_SECONDS = 0.05
LONGEST_WAIT_SECONDS = 1.0
CLOSE_SECONDS = 1.0
"""How long closing the connections may take."""

T = TypeVar("T")
Work = Callable[[Session], T]
"""The body of a transaction: a plain function on a session, which never commits."""

logger = logging.getLogger(__name__)


class Database:
    """A database and its pool of connections. The owner must call `close`."""

    def __init__(self, url: URL, pool_size: int = dialect.POOL_SIZE) -> None:
        """Prepare a pool for the database at `url` (see `parse_database_url`) without connecting.

        To a server it opens at most `pool_size` connections, and one more for probes.
        """
        self.url = url
        self._transactions: FileTransactions | ServerTransactions = (
            FileTransactions(url) if dialect.is_file(url) else ServerTransactions(url, pool_size)
        )
        self._prober = dialect.open_engine(url, poolclass=NullPool)
        self._liveness = Liveness(self._probe, self._transactions.distrust_connections)
        self._outage = OutageLog()
        self._under_way = 0
        self._ended = asyncio.Event()

    async def read(self, work: Work[T]) -> T:
        """Run `work`, which only reads, in a transaction that sees one state of the database.

        Raises:
            Unavailable: the database did not answer.
        """
        return await self._persist(partial(self._transactions.read, work))

    async def write(self, work: Work[T]) -> T:
        """Run `work` in a transaction; commit it, or roll it back after an error.

        A transaction that loses a race or its connection is retried with exponential backoff and jitter, up to
        `MAX_ATTEMPTS` times in all. Other errors of `work` are raised at once.

        Raises:
            Unavailable: the database did not answer, or every attempt lost a race.
        """
        return await self._persist(partial(self._transactions.write, work))

    async def idle(self) -> None:
        """Wait until no transaction is pending."""
        while self._under_way > 0:
            self._ended.clear()
            await self._ended.wait()

    async def close(self) -> None:
        """Close every connection."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._transactions.close(CLOSE_SECONDS / 2)

    async def _persist(self, attempt: Callable[[], Awaitable[T]]) -> T:
        self._under_way += 1
        try:
            result = await self._liveness.guard(_retry(attempt))
        except (DatabaseSilent, DBAPIError, PoolTimeout, OSError, TimeoutError) as error:
            self._outage.failed(error)
            raise Unavailable from error
        else:
            self._outage.succeeded()
            return result
        finally:
            self._under_way -= 1
            self._ended.set()

    async def _probe(self) -> None:
        try:
            async with self._prober.connect() as connection:
                await connection.execute(select(1))
        except DBAPIError as error:
            if not dialect.has_no_room(error.orig):
                raise


@contextmanager
def rolled_back(session: Session) -> Iterator[None]:
    """Roll back what the block does in a transaction, once the block has looked at the effect."""
    with session.begin_nested() as tried:
        yield
        tried.rollback()


async def _retry(attempt: Callable[[], Awaitable[T]]) -> T:
    try:
        # The first attempt nearly always succeeds, so it avoids the overhead of the retry machinery.
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

"""What every service shares: transactions that are retried, and the clock."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession
from tenacity import (
    AsyncRetrying,
    before_sleep_log,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from bot.database.dialect import is_worth_retrying
from bot.database.engine import Database
from bot.database.liveness import DatabaseSilent
from bot.errors import Unavailable

MAX_ATTEMPTS = 6
FIRST_WAIT_SECONDS = 0.05
LONGEST_WAIT_SECONDS = 1.0

Clock = Callable[[], datetime]
"""Gives the present instant, aware and in UTC."""

T = TypeVar("T")

logger = logging.getLogger(__name__)


class BaseService:
    """Base of the services: a database, a clock, and transactions."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Keep the database to work on and the clock to go by."""
        self._database = database
        self._clock = clock

    async def _read(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """Run `work` in a transaction that sees one state of the database.

        Raises:
            Unavailable: the database did not answer.
        """

        async def attempt() -> T:
            async with self._database.reading() as session:
                return await work(session)

        return await self._transact(attempt)

    async def _write(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """Run `work`, which waits for nothing but its session, in a transaction that is committed at its end.

        A lost race is begun again from scratch with exponential backoff and jitter, six times at the most;
        an error of the user's is not.

        Raises:
            Unavailable: the database did not answer, or every attempt lost.
        """
        return await self._transact(partial(self._database.write, work))

    async def _write_at_once(self, work: Callable[[Connection], T]) -> T:
        """Run `work`, which waits for nothing but the database, as `_write` does.

        Raises:
            Unavailable: the database did not answer, or every attempt lost.
        """
        return await self._transact(partial(self._database.write_at_once, work))

    async def _write_by_statements(self, work: Callable[[Connection], T]) -> T:
        """Run `work`, each statement of which is a transaction of its own, as `_write` does.

        Raises:
            Unavailable: the database did not answer, or every attempt lost.
        """
        return await self._transact(partial(self._database.write_by_statements, work))

    async def _transact(self, attempt: Callable[[], Awaitable[T]]) -> T:
        try:
            return await self._database.liveness.guard(_persist(attempt))
        except DatabaseSilent as error:
            logger.error("the database failed: %s", error)
            raise Unavailable from error
        except (DBAPIError, PoolTimeout, OSError, TimeoutError) as error:
            logger.exception("the database failed")
            raise Unavailable from error


async def _persist(attempt: Callable[[], Awaitable[T]]) -> T:
    try:
        # By itself, since nearly all succeed: preparing to repeat it costs a tenth of a submission's time.
        return await attempt()
    except DBAPIError as error:
        if not is_worth_retrying(error):
            raise
    retrying = AsyncRetrying(
        retry=retry_if_exception(is_worth_retrying),
        wait=wait_random_exponential(multiplier=FIRST_WAIT_SECONDS, max=LONGEST_WAIT_SECONDS),
        stop=stop_after_attempt(MAX_ATTEMPTS - 1),
        before_sleep=before_sleep_log(logger, logging.DEBUG),
        reraise=True,
    )
    return await retrying(attempt)

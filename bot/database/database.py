"""Run work in transactions, and tell a busy database from a silent one."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import URL, Engine, NullPool, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.util import greenlet_spawn
from tenacity import AsyncRetrying, before_sleep_log, retry_if_exception, stop_after_attempt, wait_random_exponential

from bot.database import dialect
from bot.database._outage import OutageLog
from bot.database._room import Room
from bot.database._writer import DatabaseSilent, Writer
from bot.errors import Unavailable

MAX_ATTEMPTS = 6
FIRST_WAIT_SECONDS = 0.05
LONGEST_WAIT_SECONDS = 1.0
CLOSE_SECONDS = 1.0
"""How long connections may take to close."""
PATIENCE_SECONDS = 1.5
"""How long work may run before a probe checks the database; each further probe follows after the same time."""
PROBE_SECONDS = 1.5
"""How long a probe may take. Together with the patience, this leaves time to answer a user within five seconds."""
LOOKS = 5
"""The wait for a probe has so many parts, so that a late event loop, too, gives it as many turns."""
MOST_PROBES = 3
"""How many probes may fail while the event loop is late before the database counts as silent."""

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


class Liveness:
    """Keeps work from waiting on a dead connection.

    A statement behind a long transaction may rightly wait for minutes, and a statement on a dead connection waits as
    silently. A probe on a new connection tells the two apart.
    """

    def __init__(self, probe: Callable[[], Coroutine[Any, Any, object]], on_silence: Callable[[], None]) -> None:
        """Ask the database by `probe`, which opens a new connection; call `on_silence` if it gets no answer."""
        self._probe = probe
        self._on_silence = on_silence
        self._probing: asyncio.Task[bool] | None = None
        self._abandoned: set[asyncio.Task[Any]] = set()

    async def guard(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for work as long as the database answers probes.

        Raises:
            DatabaseSilent: the database does not answer. The work is cancelled, but its end is not awaited.
        """
        task = asyncio.create_task(work)
        task.add_done_callback(_log_failure)
        try:
            while not (await asyncio.wait({task}, timeout=PATIENCE_SECONDS))[0]:
                if not await self._is_alive() and not task.done():
                    raise DatabaseSilent("the database gives no sign of life")
            return task.result()
        finally:
            self._abandon(task)

    async def _is_alive(self) -> bool:
        """Probe the database, or wait for the probe that is already running."""
        if self._probing is None or self._probing.done():
            self._probing = asyncio.create_task(self._ask())
        return await asyncio.shield(self._probing)

    async def _ask(self) -> bool:
        for _ in range(MOST_PROBES):
            probe = asyncio.create_task(self._probe())
            probe.add_done_callback(_log_failure)
            was_late = await _look_for(probe)
            if probe.done() and probe.exception() is None:
                return True
            self._abandon(probe)
            if not was_late:
                break
        self._on_silence()
        return False

    def _abandon(self, task: asyncio.Task[Any]) -> None:
        if not task.done():
            task.cancel()
            self._abandoned.add(task)
            task.add_done_callback(self._abandoned.discard)


async def _look_for(probe: asyncio.Task[Any]) -> bool:
    """Wait for a probe, and tell whether the event loop was late in the meantime."""
    began = time.monotonic()
    for _ in range(LOOKS):
        if (await asyncio.wait({probe}, timeout=PROBE_SECONDS / LOOKS))[0]:
            break
    return time.monotonic() - began > 1.5 * PROBE_SECONDS


def _log_failure(task: asyncio.Task[Any]) -> None:
    # The caller of an abandoned task no longer sees its error.
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.debug("failed: %s", error)

"""Run transactions on a server with a pool of connections; each statement yields to the event loop."""

import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from sqlalchemy import URL, Engine
from sqlalchemy.orm import Session
from sqlalchemy.util import greenlet_spawn

from bot.database import dialect
from bot.database._room import Room

T = TypeVar("T")


class ServerTransactions:
    """Runs the transactions of a process on a server.

    Attributes:
        engine: the pool.
    """

    def __init__(self, url: URL, pool_size: int) -> None:
        """Prepare a pool of at most `pool_size` connections without connecting."""
        self.engine = dialect.open_engine(
            url, command_timeout=dialect.COMMAND_TIMEOUT_SECONDS, **dialect.pool_options(pool_size)
        )
        dialect.replace_doubtful_connections(self.engine, lambda: self._trusted_since)
        dialect.give_up_useless_connections(self.engine)
        self._readers = self.engine.sync_engine.execution_options(**dialect.reader_options(url))
        self._room = Room(pool_size)
        self._trusted_since = 0.0

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run `work`, which only reads, in a transaction that sees one state of the database."""
        return await self._room.run(partial(_transact, self._readers, work))

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a transaction; commit it, or roll it back after an error."""
        return await self._room.run(partial(_transact, self.engine.sync_engine, work))

    def distrust_connections(self) -> None:
        """Replace every connection before its next use, because it may stay dead even after the server is back."""
        self._trusted_since = time.monotonic()

    async def close(self, seconds: float) -> None:
        """Close every connection, and spend at most `seconds` on an orderly goodbye."""
        dialect.close_by(self.engine, time.monotonic() + seconds)
        await self.engine.dispose()


async def _transact(engine: Engine, work: Callable[[Session], T]) -> T:
    def transact() -> T:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            return work(session)

    result: T = await greenlet_spawn(transact)
    return result

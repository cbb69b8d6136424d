"""One connection that executes the same statements over and over."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import URL, Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.util import greenlet_spawn

from bot.database import dialect

T = TypeVar("T")


class RepeatingConnection:
    """Runs transactions on a connection of their own, where their statements are planned once.

    Each is one change of context, its beginning and its end included: 16 submissions together take a fifth less time.
    """

    def __init__(self, url: URL, trusted_since: Callable[[], float]) -> None:
        """Prepare a connection to `url`; one from before `trusted_since` is replaced."""
        self._engine = create_async_engine(url, **dialect.repeating_options(url))
        self._by_statements = self._engine.sync_engine.execution_options(isolation_level="AUTOCOMMIT")
        dialect.replace_doubtful_connections(self._engine, trusted_since)

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run work in a transaction that is committed at its end."""
        return await greenlet_spawn(self._transact, work)

    async def run_by_statements(self, work: Callable[[Connection], T]) -> T:
        """Run work of which each statement is a transaction of its own."""
        return await greenlet_spawn(self._execute, work)

    def _transact(self, work: Callable[[Connection], T]) -> T:
        with self._engine.sync_engine.begin() as connection:
            return work(connection)

    def _execute(self, work: Callable[[Connection], T]) -> T:
        with self._by_statements.connect() as connection:
            return work(connection)

    async def close(self) -> None:
        """Close the connection."""
        await self._engine.dispose()

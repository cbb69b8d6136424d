"""Sessions and connections that a test keeps open while others act."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.database import dialect
from bot.database._server_transactions import ServerTransactions
from bot.database.database import Database


def pool_of(server: Database) -> AsyncEngine:
    """Return the pool of a database on a server."""
    assert isinstance(server._transactions, ServerTransactions)
    return server._transactions.engine


@asynccontextmanager
async def engine_of(database: Database) -> AsyncIterator[AsyncEngine]:
    """Provide the pool of a database; for a file, whose transactions have their own threads, a pool for the test."""
    if not dialect.is_file(database.url):
        yield pool_of(database)
        return
    engine = dialect.open_engine(database.url)
    dialect.prepare_connections(engine.sync_engine)
    try:
        yield engine
    finally:
        await engine.dispose()


@asynccontextmanager
async def reading(database: Database) -> AsyncIterator[AsyncSession]:
    """Provide a session that sees one state of a database."""
    async with _session(database, dialect.reader_options(database.url)) as session:
        yield session


@asynccontextmanager
async def writing(database: Database) -> AsyncIterator[AsyncSession]:
    """Provide a session whose changes commit at the end; the bot's writers wait for it in the database."""
    async with _session(database, dialect.writer_options(database.url)) as session:
        yield session


@asynccontextmanager
async def _session(database: Database, options: dict[str, Any]) -> AsyncIterator[AsyncSession]:
    async with (
        engine_of(database) as engine,
        AsyncSession(engine.execution_options(**options), expire_on_commit=False) as session,
        session.begin(),
    ):
        yield session

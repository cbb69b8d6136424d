"""Sessions that a test holds open while others act."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import dialect
from bot.database.database import Database


@asynccontextmanager
async def reading(database: Database) -> AsyncIterator[AsyncSession]:
    """Give a session that sees one state of a database."""
    engine = database.engine.execution_options(**dialect.reader_options(database.url))
    async with AsyncSession(engine) as session, session.begin():
        yield session


@asynccontextmanager
async def writing(database: Database) -> AsyncIterator[AsyncSession]:
    """Give a session whose changes commit at the end; the bot's own writers wait for it in the database."""
    engine = database.engine.execution_options(**dialect.writer_options(database.url))
    async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
        yield session

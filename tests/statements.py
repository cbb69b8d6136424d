"""SQL without the models and services, for tests that run no event loop."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, text

from bot.database.database import Database
from tests.sessions import engine_of

T = TypeVar("T")


def on(url: URL, work: Callable[[Connection], T]) -> T:
    """Do synchronous work in a transaction on a connection like the bot's."""

    async def connected() -> T:
        database = Database(url)
        try:
            async with engine_of(database) as engine, engine.begin() as connection:
                return await connection.run_sync(work)
        finally:
            await database.close()

    return asyncio.run(connected())


def change(url: URL, *statements: str) -> None:
    """Execute statements in one transaction."""

    def work(connection: Connection) -> None:
        for statement in statements:
            connection.execute(text(statement))

    on(url, work)


def read(url: URL, statement: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    return on(url, lambda connection: [tuple(row) for row in connection.execute(text(statement))])

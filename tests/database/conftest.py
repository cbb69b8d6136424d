"""Databases without the services: of each kind in turn, or of the kind that supports a feature."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import URL

from bot.database.database import Database


@pytest.fixture
async def database(database_url: URL) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def file(file_url: URL) -> AsyncIterator[Database]:
    """A database that is a file."""
    database = Database(file_url)
    yield database
    await database.close()


@pytest.fixture
async def server(server_url: URL) -> AsyncIterator[Database]:
    """A database on a server."""
    database = Database(server_url)
    yield database
    await database.close()

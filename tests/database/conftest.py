"""Databases as such, without the services: of each kind in turn, or of one kind where only that one can do a thing."""

from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import URL

from bot.database.engine import Database
from tests.databases import Templates


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
def server_url(templates: Templates, pytestconfig: pytest.Config) -> Iterator[URL]:
    """The URL of a database on a server."""
    if pytestconfig.getoption("--database") == "sqlite":
        pytest.skip("this run is without PostgreSQL")
    with templates.migrated("postgresql") as url:
        yield url


@pytest.fixture
async def server(server_url: URL) -> AsyncIterator[Database]:
    """A database on a server."""
    database = Database(server_url)
    yield database
    await database.close()

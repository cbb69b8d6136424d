"""Databases in which a season was played."""

from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import URL

from tests.backends import TestBackend, open_test_backend
from tests.databases import Templates
from tests.verification.seasons import play_a_season


@pytest.fixture
def season_url(templates: Templates, database_kind: str) -> Iterator[URL]:
    with templates.prepared(database_kind, play_a_season) as url:
        yield url


@pytest.fixture
async def season(season_url: URL) -> AsyncIterator[TestBackend]:
    """The services on a database in which a season was played."""
    async with open_test_backend(season_url) as backend:
        yield backend

"""What users see is of one database as of the other: most of it is tried on one."""

from collections.abc import Iterator

import pytest
from sqlalchemy import URL

from tests.databases import Templates

on_both_databases = pytest.mark.usefixtures("database_kind")
"""For what the database has a part in."""


@pytest.fixture
def database_url(templates: Templates, request: pytest.FixtureRequest) -> Iterator[URL]:
    """A file; for a test that is marked, a database of each kind in turn."""
    kind = request.getfixturevalue("database_kind") if "database_kind" in request.fixturenames else "sqlite"
    with templates.emptied(kind) as url:
        yield url

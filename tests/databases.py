"""Databases for tests: each test gets a separate copy of a migrated template."""

import asyncio
import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, NullPool, make_url, text

from bot.database.dialect import open_engine
from bot.database.models import Base
from bot.database.schema import migrate
from tests.own_servers import DATABASE_VARIABLE
from tests.patience import UNTIL_IT_HANGS, hasty
from tests.statements import on

KINDS = ("sqlite", "postgresql")
POOLER_VARIABLE = "TEST_POOLER_URL"
"""The environment variable that names the pooler in front of the tests' PostgreSQL, if there is one
(`tests.pooled`)."""

_END_CONNECTIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"

_END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
_DELETES = (f"DELETE FROM {table.name}" for table in reversed(Base.metadata.sorted_tables))  # noqa: S608 - our own names
_NUMBER_ANEW = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
_EMPTY = ";".join((_END_OTHERS, *_DELETES, _NUMBER_ANEW))


class Templates:
    """Creates databases: empty ones, and copies of templates that are created once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[str, Callable[[URL], None]], URL] = {}
        self._used: list[URL] = []

    @contextmanager
    def migrated(self, kind: str) -> Iterator[URL]:
        """Provide an empty database with the newest schema."""
        yield from self._use(self._create(kind, template=self._template(kind, migrate)))

    @contextmanager
    def emptied(self, kind: str) -> Iterator[URL]:
        """Provide the same, perhaps a reused one that was emptied; the caller must not change the schema.

        Creating and dropping a PostgreSQL database takes half a second under load, but emptying it takes 20 ms.
        """
        if kind == "sqlite":
            with self.migrated(kind) as url:
                yield url
            return
        url = self._used.pop() if self._used else self._create(kind, template=self._template(kind, migrate))
        try:
            yield url
        finally:
            _empty(url)
            self._used.append(url)

    @contextmanager
    def prepared(self, kind: str, prepare: Callable[[URL], None]) -> Iterator[URL]:
        """Provide a copy of a migrated database that `prepare` has filled; it runs once for all copies."""
        template = self._template(kind, prepare, of=self._template(kind, migrate))
        yield from self._use(self._create(kind, template=template))

    @contextmanager
    def empty(self, kind: str) -> Iterator[URL]:
        """Provide a database without tables."""
        yield from self._use(self._create(kind, template=None))

    def close(self) -> None:
        """Drop the templates and the reusable databases."""
        for url in (*self._used, *self._made.values()):
            _drop(url)

    def _template(self, kind: str, make: Callable[[URL], None], of: URL | None = None) -> URL:
        if (kind, make) not in self._made:
            self._made[kind, make] = url = self._create(kind, template=of)
            make(url)
            if kind == "sqlite":
                _checkpoint(url)
        return self._made[kind, make]

    def _use(self, url: URL) -> Iterator[URL]:
        try:
            yield url
        finally:
            _drop(url)

    def _create(self, kind: str, template: URL | None) -> URL:
        name = f"leaderboard_test_{secrets.token_hex(8)}"
        if kind == "sqlite":
            url = URL.create("sqlite+aiosqlite", database=str(self._folder / f"{name}.db"))
            if template is not None:
                shutil.copyfile(str(template.database), str(url.database))
            return url
        if template is not None:
            # A pooler keeps its connections open, so end them.
            _administer(_END_CONNECTIONS, name=template.database)
        source = "" if template is None else f" TEMPLATE {template.database}"
        _administer(f"CREATE DATABASE {name}{source}")
        return make_url(os.environ.get(POOLER_VARIABLE) or os.environ[DATABASE_VARIABLE]).set(database=name)


def _checkpoint(url: URL) -> None:
    """Merge everything written into the database file itself.

    Connections that close at the same moment may leave a part outside it.
    """
    with closing(sqlite3.connect(str(url.database))) as connection:
        [is_busy, *_] = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert not is_busy


def _drop(url: URL) -> None:
    if url.get_backend_name() == "sqlite":
        for file in Path(str(url.database)).parent.glob(f"{Path(str(url.database)).name}*"):
            file.unlink()
    else:
        _administer(f"DROP DATABASE {url.database} WITH (FORCE)")


def _empty(url: URL) -> None:
    """End all other connections, empty all tables and restart their keys, in one message to the server."""

    def work(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        driver.run_async(lambda server: server.execute(_EMPTY))

    on(url, work)


def _administer(statement: str, **parameters: str | None) -> None:
    async def work() -> None:
        engine = open_engine(make_url(os.environ[DATABASE_VARIABLE]), poolclass=NullPool, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(statement), parameters)
        await engine.dispose()

    with hasty(CONNECT_TIMEOUT_SECONDS=UNTIL_IT_HANGS):
        asyncio.run(work())

"""The one place that knows how PostgreSQL and SQLite differ."""

import asyncio
import math
import sqlite3
from functools import partial
from typing import Any

import aiosqlite
from sqlalchemy import URL, BigInteger, Connection, Index, Integer, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import DeclarativeBase

BUSY_TIMEOUT_SECONDS = 5.0
CONNECT_TIMEOUT_SECONDS = 3.0
COMMAND_TIMEOUT_SECONDS = 120.0

LongId = BigInteger().with_variant(Integer, "sqlite")
"""A generated key of 64 bits. (Only a plain INTEGER generates keys on SQLite, and it has 64 bits there.)"""

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
}
# By the driver's names; hosting services hand out PostgreSQL's own.
_POSTGRES_OPTIONS = {"host": "host", "port": "port", "ssl": "ssl", "sslmode": "ssl"}
_LOST_RACES = {
    "23505",  # PostgreSQL: unique violation
    "40001",  # PostgreSQL: serialization failure
    "40P01",  # PostgreSQL: deadlock
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
    sqlite3.SQLITE_CONSTRAINT_UNIQUE,
}
_MIGRATION_LOCK = 0x6C656164
_LAST_PORT = 65_535


def parse_database_url(value: str) -> URL:
    """Read a database URL and choose its asynchronous driver.

    Takes `sqlite:///file`, `postgresql://…` and their asynchronous spellings.

    Raises:
        ValueError: no URL, another database, a database in memory (each connection would see its own), or an
            option that the driver does not take. The message repeats no value.
    """
    try:
        url = make_url(value.strip())
    except (ArgumentError, ValueError):
        # The reason is kept back: it quotes what stands where the port should, and that may be a password.
        raise ValueError(
            "is not a database URL; write sqlite:///file or postgresql://user:password@host/name"
        ) from None
    driver = _DRIVERS.get(url.get_backend_name())
    if driver is None or url.drivername not in (url.get_backend_name(), driver):
        raise ValueError("must begin with sqlite:/// or postgresql://")
    if is_sqlite(url) and url.database in (None, "", ":memory:"):
        raise ValueError("must name a file, such as sqlite:///leaderboard.db")
    if url.port is not None and not 0 < url.port <= _LAST_PORT:
        raise ValueError(f"must name a port from 1 to {_LAST_PORT}")
    return url.set(drivername=driver, query=_driver_options(url))


def _driver_options(url: URL) -> dict[str, str | tuple[str, ...]]:
    known = {} if is_sqlite(url) else _POSTGRES_OPTIONS
    if unknown := sorted(url.query.keys() - known.keys()):
        raise ValueError(f"has options that are not known here: {', '.join(unknown)}")
    return {known[name]: setting for name, setting in url.query.items()}


def is_sqlite(url: URL) -> bool:
    """Tell whether a URL names an SQLite file."""
    return url.get_backend_name() == "sqlite"


def takes_one_writer(url: URL) -> bool:
    """Tell whether a database lets one transaction write at a time, and has the others ask again and again."""
    return is_sqlite(url)


def engine_options(url: URL, command_timeout: float | None = COMMAND_TIMEOUT_SECONDS) -> dict[str, Any]:
    """Return what `create_async_engine` needs for this database: its pool and its time limits, in seconds."""
    if is_sqlite(url):
        return {"connect_args": {"timeout": BUSY_TIMEOUT_SECONDS, "async_creator_fn": _open_file}}
    return {
        "pool_size": 10,
        "max_overflow": 10,
        "pool_timeout": CONNECT_TIMEOUT_SECONDS,
        "connect_args": {"timeout": CONNECT_TIMEOUT_SECONDS, "command_timeout": command_timeout},
    }


class _File(aiosqlite.Connection):
    """A connection that can be told to stop by several: its thread would never answer the second of them."""

    _stopped: "asyncio.Future[Any] | None" = None

    def stop(self) -> "asyncio.Future[Any] | None":
        self._stopped = self._stopped or super().stop()
        return self._stopped


async def _open_file(*arguments: Any, **options: Any) -> aiosqlite.Connection:
    connection = _File(partial(sqlite3.connect, *arguments, **options), iter_chunk_size=64)
    connection._thread.daemon = True
    try:
        return await connection
    except BaseException:
        # Refused or cancelled, its thread has a last word for the event loop, which must not be closed before.
        await asyncio.to_thread(connection._thread.join)
        raise


def reader_options(url: URL) -> dict[str, Any]:
    """Return the execution options under which one transaction sees one state of the database."""
    return {} if is_sqlite(url) else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def writer_options(url: URL) -> dict[str, Any]:
    """Return the execution options under which a transaction may write."""
    return {"sqlite_begin": "BEGIN IMMEDIATE"} if is_sqlite(url) else {}


def prepare_connections(engine: AsyncEngine, *, foreign_keys: bool = True) -> None:
    """Install what each new connection of an engine needs.

    Args:
        engine: the engine, before its first connection.
        foreign_keys: false where SQLite's tables are to be replaced by altered copies while others refer to them.
    """
    if not is_sqlite(engine.url):
        return

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        # The driver's own transactions begin late and deferred; `on_begin` begins them instead.
        connection.isolation_level = None
        # Whether SQLite has floor() depends on how it was compiled.
        connection.create_function("floor", 1, _floor, deterministic=True)
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON" if foreign_keys else "PRAGMA foreign_keys = OFF")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Connection) -> None:
        # A writer takes the lock at once: one that read first could not upgrade beside another writer.
        connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


def keep_other_migrations_out(connection: Connection) -> None:
    """Wait until no other process migrates the database, and let none until the transaction ends."""
    # On SQLite the transaction is the only writer anyway.
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})


def _floor(value: float | None) -> int | None:
    return None if value is None else math.floor(value)


def insert_for(session: AsyncSession, table: type[DeclarativeBase]) -> "postgresql.Insert | sqlite.Insert":
    """Return an INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Return an index over the rows that fulfil a condition, which is literal SQL."""
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def is_worth_retrying(error: BaseException) -> bool:
    """Tell whether a transaction lost a race, or its connection, and may succeed when it is begun again."""
    if not isinstance(error, DBAPIError):
        return False
    codes = {getattr(error.orig, "sqlstate", None), getattr(error.orig, "sqlite_errorcode", None)}
    return error.connection_invalidated or not codes.isdisjoint(_LOST_RACES)

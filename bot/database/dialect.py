"""Hide the differences between PostgreSQL and SQLite from the other modules."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine import AdaptedConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from bot.database._file import open_file, prepare_file
from bot.database._server import open_server
from bot.database._server_url import check_server_url, connect_arguments, not_followed, without_hosts

BUSY_TIMEOUT_SECONDS = 3.0
CONNECT_TIMEOUT_SECONDS = 3.0
COMMAND_TIMEOUT_SECONDS = 120.0
LONGEST_IDLE_SECONDS = 60.0
POOL_SIZE = 10
"""The most connections to a server that a process opens, unless a setting says otherwise."""

LongId = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""A generated key of 64 bits. (SQLite generates keys only for a plain INTEGER, which has 64 bits there.)"""
IN_ORDER_OF_KEY = {"sqlite_with_rowid": False}
"""Table option: in a file, store the rows in key order, without a second tree."""
KEYS_COME_ONCE = {"sqlite_autoincrement": True}
"""Table option: in a file too, never reuse the key of a deleted row; a button may still refer to it."""

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
}
_TAKE_TURN = sa.text("SELECT pg_advisory_xact_lock(:key)").bindparams(sa.bindparam("key", type_=sa.BigInteger()))
_LOST_RACES = {
    "23505",  # PostgreSQL: unique violation
    "40001",  # PostgreSQL: serialization failure
    "40P01",  # PostgreSQL: deadlock
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
    sqlite3.SQLITE_CONSTRAINT_UNIQUE,
}
_REFUSALS = {
    "22",  # PostgreSQL: data exception
    "23",  # PostgreSQL: integrity constraint violation
    sqlite3.SQLITE_CONSTRAINT,
}
_OF_NO_USE = {
    "08",  # PostgreSQL: connection exception; also any error of a pooler
    "25006",  # PostgreSQL: a read-only transaction, as on a server that was demoted to a standby
    "26000",  # PostgreSQL: a prepared statement is missing, because a pooler switched connections
    "57P01",  # PostgreSQL: an administrator has ended the connection
    "57P02",  # PostgreSQL: the server has crashed
    "57P03",  # PostgreSQL: the server starts or stops
}
_TOO_MANY_CONNECTIONS = "53300"
_POOLER_IS_FULL = ("no more connections allowed", "max clients reached", "max client connections reached")
_MIGRATION_LOCK = 0x6C656164
_WORK_MEMORY = "64MB"
_RAISE_WORK_MEMORY = sa.select(sa.func.set_config("work_mem", _WORK_MEMORY, sa.true())).where(
    sa.func.pg_size_bytes(sa.func.current_setting("work_mem")) < sa.func.pg_size_bytes(_WORK_MEMORY)
)
CHATTY_LOGGERS = ("aiosqlite",)
"""Drivers that log each step of a statement together with its parameters."""


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware instant in UTC, even on databases that store no time zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Convert an aware instant to UTC; raise `ValueError` for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime is no instant")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Return the instant as aware UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo is not None else value.replace(tzinfo=UTC)


def text_enum(members: type[StrEnum], name: str, length: int = 16) -> sa.Enum:
    """Return a type that stores the values of an enum as text, with a CHECK constraint called `name`.

    `length` is the most characters of a value.
    """
    return sa.Enum(
        members,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=length,
        values_callable=lambda enum: [member.value for member in enum],
    )


def parse_database_url(value: str) -> sa.URL:
    """Parse a database URL and choose its asynchronous driver.

    It accepts `sqlite:///file`, and `postgresql://…` with the options of PostgreSQL's own programs or with drivers'
    names for these.

    Raises:
        ValueError: the text is not a URL, names an unsupported database or a database in memory (each connection would
            see its own), or has an unsupported option. The message quotes no value.
    """
    try:
        value, hosts = without_hosts(value.strip())
        url = sa.make_url(value).update_query_dict(hosts)
    except (ArgumentError, ValueError):
        # Do not show the reason: it quotes the text in the place of the port, which may be a password.
        raise ValueError(
            "is not a database URL; write sqlite:///file or postgresql://user:password@host/name"
        ) from None
    driver = _DRIVERS.get(url.get_backend_name())
    if driver is None or (is_file(url) and url.drivername not in (url.get_backend_name(), driver)):
        raise ValueError("must begin with sqlite:/// or postgresql://")
    url = url.set(drivername=driver)
    return _check_file_url(url) if is_file(url) else check_server_url(url)


def _check_file_url(url: sa.URL) -> sa.URL:
    if url.database in (None, "", ":memory:"):
        raise ValueError("must name a file, such as sqlite:///leaderboard.db")
    if url.query:
        raise ValueError(f"has options that are not known here: {', '.join(sorted(url.query))}")
    return url


def remarks(url: sa.URL) -> list[str]:
    """Return a sentence for each option of a URL that the bot does not follow."""
    return [] if is_file(url) else not_followed(url)


def is_file(url: sa.URL) -> bool:
    """Tell whether a URL names an SQLite file; otherwise it names a server."""
    return url.get_backend_name() == "sqlite"


def missing_file(url: sa.URL) -> Path | None:
    """Return the path of a missing file that connecting would create; None for a server or an existing file."""
    file = Path(str(url.database)).absolute()
    try:
        return file if is_file(url) and not file.exists() else None
    except OSError:
        # The path cannot be checked; connecting will report why.
        return None


def is_postgresql(connection: sa.Connection | sa.Engine) -> bool:
    """Tell whether a database is PostgreSQL rather than an SQLite file."""
    return connection.dialect.name == "postgresql"


def has_rivals(connection: sa.Connection) -> bool:
    """Tell whether others may write while a transaction runs. In a file, a writer is always alone."""
    return is_postgresql(connection)


def open_engine(url: sa.URL, *, command_timeout: float | None = None, **options: Any) -> AsyncEngine:
    """Return an engine for a database, which connects on first use.

    Args:
        url: the database (see `parse_database_url`).
        command_timeout: how many seconds a server may take for a statement; None for no limit.
        options: further options of `create_async_engine`.
    """
    if is_file(url):
        arguments: dict[str, Any] = {"timeout": BUSY_TIMEOUT_SECONDS, "async_creator_fn": open_file}
    else:
        arguments = connect_arguments(url, CONNECT_TIMEOUT_SECONDS)
        arguments |= {"command_timeout": command_timeout, "async_creator_fn": open_server}
        url = sa.URL.create(url.drivername)
    # Errors show statements without their parameters, because users typed these.
    return create_async_engine(url, connect_args=arguments, hide_parameters=True, **options)


def pool_options(pool_size: int) -> dict[str, Any]:
    """Return the options of an engine that keeps at most `pool_size` connections to a server."""
    return {"pool_size": pool_size, "max_overflow": 0, "pool_timeout": CONNECT_TIMEOUT_SECONDS}


def replace_doubtful_connections(engine: AsyncEngine, trusted_since: Callable[[], float]) -> None:
    """Make the pool replace connections that may be dead.

    These are connections from before `trusted_since`, an instant of `time.monotonic`, and connections that were idle
    for a minute: a firewall in between may have dropped them, and a statement would wait in vain.
    """

    @sa.event.listens_for(engine.sync_engine, "connect")
    def on_connect(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["made_at"] = record.info["used_at"] = time.monotonic()

    @sa.event.listens_for(engine.sync_engine, "checkin")
    def on_checkin(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["used_at"] = time.monotonic()

    @sa.event.listens_for(engine.sync_engine, "checkout")
    def on_checkout(_connection: object, record: ConnectionPoolEntry, _proxy: object) -> None:
        is_idle = record.info["used_at"] < time.monotonic() - LONGEST_IDLE_SECONDS
        if is_idle or record.info["made_at"] < trusted_since():
            raise DisconnectionError("the connection may lead nowhere any more")


def close_by(engine: AsyncEngine, deadline: float) -> None:
    """Cut PostgreSQL's connections that have not closed by `deadline`.

    Without this, SQLAlchemy logs a traceback for each connection whose closing is interrupted.
    """

    def close(connection: AdaptedConnection) -> None:
        with suppress(Exception):
            connection.run_async(lambda driver: driver.close(timeout=max(deadline - time.monotonic(), 0.0)))

    engine.sync_engine.dialect.do_close = close  # type: ignore[method-assign,assignment]  # no event is for it


def give_up_useless_connections(engine: AsyncEngine) -> None:
    """Make the pool close its connections after an error that makes a connection useless."""

    @sa.event.listens_for(engine.sync_engine, "handle_error")
    def on_error(context: sa.ExceptionContext) -> None:
        error = context.original_exception
        sqlstate = getattr(error, "sqlstate", None) or ""
        if not {sqlstate, sqlstate[:2]}.isdisjoint(_OF_NO_USE) and not has_no_room(error):
            context.is_disconnect = True


def writing_engine(url: sa.URL) -> sa.Engine:
    """Return an engine for the thread that writes to a file."""
    engine = reading_engine(url, **writer_options(url))

    @sa.event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        # A weekly run's changes fit into this cache; otherwise SQLite writes pages out that the run needs again.
        connection.execute("PRAGMA cache_size = -8000")

    return engine


def reading_engine(url: sa.URL, **options: Any) -> sa.Engine:
    """Return an engine with these execution options for threads that read a file; each thread keeps its connection."""
    file, arguments = url.set(drivername="sqlite"), {"timeout": BUSY_TIMEOUT_SECONDS}
    engine = sa.create_engine(
        file, poolclass=sa.NullPool, connect_args=arguments, execution_options=options, hide_parameters=True
    )
    prepare_connections(engine)
    return engine


def reader_options(url: sa.URL) -> dict[str, Any]:
    """Return the execution options for a transaction that sees one state of the database."""
    return {} if is_file(url) else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def writer_options(url: sa.URL) -> dict[str, Any]:
    """Return the execution options for a transaction that may write."""
    return {"sqlite_begin": "BEGIN IMMEDIATE"} if is_file(url) else {}


def prepare_connections(engine: sa.Engine, *, foreign_keys: bool = True) -> None:
    """Set up each new connection of an engine.

    Args:
        engine: the engine, before its first connection.
        foreign_keys: false while SQLite's tables are replaced by altered copies that other tables refer to.
    """
    if not is_file(engine.url):
        return

    @sa.event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        prepare_file(connection, foreign_keys=foreign_keys)

    @sa.event.listens_for(engine, "begin")
    def on_begin(connection: sa.Connection) -> None:
        # A writer takes the lock at once: a transaction that read first could not upgrade beside another writer.
        connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


def keep_other_migrations_out(connection: sa.Connection) -> None:
    """Lock the database against migrations by other processes until the transaction ends."""
    # In a file, the transaction is the only writer anyway.
    if is_postgresql(connection):
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})


def wait_for_turn(session: Session, key: int) -> None:
    """Serialize the transactions that share a key; in a file, writers are serialized anyway.

    The next statement sees what the previous transaction has committed.
    """
    if is_postgresql(session.connection()):
        session.execute(_TAKE_TURN, {"key": key})


def constant(value: str) -> sa.ColumnElement[str]:
    """Return a text as a literal of the statement, not as a bound parameter.

    A database uses a partial index only if the statement itself shows that the index applies.
    """
    if not value.isidentifier():
        raise ValueError(f"{value!r} is no name that could be written into a statement")
    return sa.literal_column(f"'{value}'", sa.String)


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> sa.Index:
    """Return an index over the rows that match a condition, which is literal SQL."""
    condition = sa.text(where)
    return sa.Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def write_out(statement: sa.ClauseElement, *, on_postgresql: bool) -> Any:
    """Return a statement as text, with the types of its parameters and results.

    SQLAlchemy looks up compiled statements by their parts. A text is a single part; the statements that count
    submissions would have a thousand.
    """
    kind: Any = PGDialect if on_postgresql else SQLiteDialect
    compiled: Any = statement.compile(dialect=kind(paramstyle="named"))
    named = [
        sa.bindparam(name, type_=bind.type) if bind.required else sa.bindparam(name, bind.value, bind.type)
        for bind, name in compiled.bind_names.items()
    ]
    written = sa.text(compiled.string).bindparams(*named)
    if isinstance(statement, sa.Select):
        return written.columns(*(sa.column(one.name, one.type) for one in statement.selected_columns))
    return written


def commit_each_statement(session: Session) -> sa.Connection:
    """Return the connection of a session that has not begun; on PostgreSQL each statement commits by itself.

    A statement that decides by itself whether it writes needs no surrounding transaction, which saves two round trips.
    In a file, the writer is alone and one transaction holds all statements.
    """
    if is_postgresql(session.get_bind()):
        return session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
    return session.connection()


def join_in_memory(session: Session) -> None:
    """Give a transaction enough memory to join and sort all players of an event; a higher setting stays."""
    if is_postgresql(session.connection()):
        session.execute(_RAISE_WORK_MEMORY)


def is_locked_out(error: DBAPIError) -> bool:
    """Tell whether another process kept SQLite's file locked for longer than the time-out."""
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def has_no_room(refusal: BaseException | None) -> bool:
    """Tell whether a server or its pooler refused a connection for lack of room; such a server is alive."""
    # Poolers have no error code for this.
    told = str(refusal).lower()
    return getattr(refusal, "sqlstate", None) == _TOO_MANY_CONNECTIONS or any(said in told for said in _POOLER_IS_FULL)


def may_be_the_rows(error: BaseException | None) -> bool:
    """Tell whether a database rejected the data to write, so that one of several rows may be to blame."""
    refusal = getattr(error, "orig", None)
    classes = {(getattr(refusal, "sqlstate", None) or "")[:2], getattr(refusal, "sqlite_errorcode", 0) & 0xFF}
    return not classes.isdisjoint(_REFUSALS)


def is_worth_retrying(error: BaseException) -> bool:
    """Tell whether a transaction lost a race or its connection, and may succeed in a retry."""
    if not isinstance(error, DBAPIError):
        return False
    codes = {getattr(error.orig, "sqlstate", None), getattr(error.orig, "sqlite_errorcode", None)}
    return error.connection_invalidated or not codes.isdisjoint(_LOST_RACES)

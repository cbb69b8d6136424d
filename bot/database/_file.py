"""Open and configure SQLite files."""

import asyncio
import math
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache, partial
from typing import Any

import aiosqlite
from tenacity import retry, retry_if_exception, stop_after_delay, wait_random

LIMIT_WAL = "PRAGMA journal_size_limit = 16777216"
"""To what size the `-wal` file shrinks, in which recent changes are. A long read beside many writes makes it grow."""
CONVERTS_SECONDS = 5.0
"""A new connection waits so long for other processes that open the same new file."""


class _File(aiosqlite.Connection):
    """A connection whose `stop` may be called twice; aiosqlite's thread would never answer a second call."""

    _stopped: "asyncio.Future[Any] | None" = None

    def stop(self) -> "asyncio.Future[Any] | None":
        self._stopped = self._stopped or super().stop()
        return self._stopped


async def open_file(*arguments: Any, **options: Any) -> aiosqlite.Connection:
    """Open a file as `aiosqlite.connect` does, in a daemon thread that cannot keep the process alive."""
    connection = _File(partial(sqlite3.connect, *arguments, **options), iter_chunk_size=64)
    connection._thread.daemon = True
    try:
        return await connection
    except BaseException:
        # The thread calls the event loop once more, so keep the loop open until the thread ends.
        await asyncio.to_thread(connection._thread.join)
        raise


def prepare_file(connection: Any, *, foreign_keys: bool) -> None:
    """Configure a new connection of sqlite3 or aiosqlite: durable commits, foreign keys, and functions."""
    # Without this, the driver would begin transactions itself, late and deferred.
    connection.isolation_level = None
    if not has_mathematics():
        for name, function in _FUNCTIONS.items():
            connection.create_function(name, 1, function, deterministic=True)
    cursor = connection.cursor()
    _keep_changes_apart(cursor)
    cursor.execute(LIMIT_WAL)
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON" if foreign_keys else "PRAGMA foreign_keys = OFF")
    cursor.close()


def _is_busy(error: BaseException) -> bool:
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_BUSY


@retry(
    retry=retry_if_exception(_is_busy),
    wait=wait_random(0, 0.02),
    stop=stop_after_delay(CONVERTS_SECONDS),
    reraise=True,
)
def _keep_changes_apart(cursor: Any) -> None:
    """Have a file keep recent changes in a log beside it, so that readers and a writer do not wait for each other.

    While another process does that to a new file, or writes to it, SQLite refuses at once instead of waiting.
    """
    cursor.execute("PRAGMA journal_mode = WAL")


@cache
def has_mathematics() -> bool:
    """Tell whether SQLite was compiled with its own, faster ceil(), ln() and sqrt()."""
    with closing(sqlite3.connect(":memory:")) as connection:
        return ("ENABLE_MATH_FUNCTIONS",) in connection.execute("PRAGMA compile_options").fetchall()


def _of_number(function: Callable[[float], Any]) -> Callable[[float | None], Any]:
    return lambda value: None if value is None else function(value)


_FUNCTIONS = {"ceil": _of_number(math.ceil), "ln": _of_number(math.log), "sqrt": _of_number(math.sqrt)}

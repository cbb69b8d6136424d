"""Open and configure SQLite files."""

import asyncio
import math
import sqlite3
from contextlib import closing
from functools import cache, partial
from typing import Any

import aiosqlite


class _File(aiosqlite.Connection):
    """A connection whose `stop` may be called twice; aiosqlite's thread never answers a second call."""

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
        # The thread still calls the event loop once, so the loop must not close before the thread ends.
        await asyncio.to_thread(connection._thread.join)
        raise


def prepare_file(connection: Any, *, foreign_keys: bool) -> None:
    """Configure a new connection of sqlite3 or aiosqlite: durable commits, foreign keys, and ceil()."""
    # Without this, the driver would begin transactions itself, late and deferred.
    connection.isolation_level = None
    if not has_ceil():
        connection.create_function("ceil", 1, _ceil, deterministic=True)
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON" if foreign_keys else "PRAGMA foreign_keys = OFF")
    cursor.close()


@cache
def has_ceil() -> bool:
    """Tell whether SQLite was compiled with its own, faster ceil()."""
    with closing(sqlite3.connect(":memory:")) as connection:
        return ("ENABLE_MATH_FUNCTIONS",) in connection.execute("PRAGMA compile_options").fetchall()


def _ceil(value: float | None) -> int | None:
    return None if value is None else math.ceil(value)

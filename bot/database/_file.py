"""Open and set up SQLite files."""

import asyncio
import math
import sqlite3
from contextlib import closing
from functools import cache, partial
from typing import Any

import aiosqlite


class _File(aiosqlite.Connection):
    """A connection that can be told to stop by several: its thread would never answer the second of them."""

    _stopped: "asyncio.Future[Any] | None" = None

    def stop(self) -> "asyncio.Future[Any] | None":
        self._stopped = self._stopped or super().stop()
        return self._stopped


async def open_file(*arguments: Any, **options: Any) -> aiosqlite.Connection:
    """Open a file as `aiosqlite.connect` does, in a thread that keeps neither the process nor its end waiting."""
    connection = _File(partial(sqlite3.connect, *arguments, **options), iter_chunk_size=64)
    connection._thread.daemon = True
    try:
        return await connection
    except BaseException:
        # Refused or cancelled, its thread has a last word for the event loop, which must not be closed before.
        await asyncio.to_thread(connection._thread.join)
        raise


def prepare_file(connection: Any, *, foreign_keys: bool) -> None:
    """Set a new connection up, the driver's own or `_File`'s behind an adapter: durable, and with what queries need."""
    # The driver's own transactions begin late and deferred; whoever begins one says so.
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
    """Tell whether SQLite was compiled with a ceil() of its own; Python's takes ten times as long."""
    with closing(sqlite3.connect(":memory:")) as connection:
        return ("ENABLE_MATH_FUNCTIONS",) in connection.execute("PRAGMA compile_options").fetchall()


def _ceil(value: float | None) -> int | None:
    return None if value is None else math.ceil(value)

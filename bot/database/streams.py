"""Compute over more rows than fit into memory, outside the event loop."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session
from sqlalchemy.util import await_only, greenlet_spawn
from sqlalchemy.util.concurrency import in_greenlet

CHUNK = 5_000
"""How many rows are fetched at a time: few enough to keep the event loop responsive."""
_OPTIONS = {"yield_per": CHUNK}

T = TypeVar("T")
AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]
Key = TypeVar("Key")


class Streams:
    """Reads the rows of one transaction in chunks, for `compute_aside`."""

    def __init__(
        self, session: Session, ask: Callable[[Callable[[], Any]], Any], on_rows: Callable[[int], None]
    ) -> None:
        self._session, self._ask, self._on_rows = session, ask, on_rows

    def rows(self, statement: AnySelect) -> Iterator[AnyRow]:
        """Yield the rows that a statement finds. Callers may read several statements alternately."""
        return self._fetch(lambda: self._session.execute(statement, execution_options=_OPTIONS))

    def plain_rows(self, statement: AnySelect) -> Iterator[AnyRow]:
        """Yield the rows faster than `rows`; no column may be a composite, such as a field."""
        return self._fetch(lambda: self._session.connection().execute(statement, execution_options=_OPTIONS))

    def _fetch(self, execute: Callable[[], Any]) -> Iterator[AnyRow]:
        result = self._ask(execute)
        while chunk := self._ask(lambda: result.fetchmany(CHUNK)):
            self._on_rows(len(chunk))
            yield from chunk


def compute_aside(
    session: Session, compute: Callable[[Streams], T], on_rows: Callable[[int], None] = lambda _: None
) -> T:
    """Compute over rows in the body of a transaction without blocking the event loop.

    On a server, `compute` runs in its own thread, and only its queries go through the event loop. Work on a file
    already has its own thread.

    Args:
        session: the transaction. Nothing else may use it until the computation ends.
        compute: the computation.
        on_rows: gets the number of rows in each chunk, in the computing thread.
    """
    with _uncollected():
        if not in_greenlet():
            return compute(Streams(session, lambda work: work(), on_rows))
        through_loop = _ThroughLoop()
        try:
            return await_only(asyncio.to_thread(compute, Streams(session, through_loop.ask, on_rows)))
        finally:
            through_loop.close()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Suspend garbage collection: rows form no cycles, and the collector would scan everything in memory."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _ThroughLoop:
    """Runs the synchronous database work of a thread on the event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._is_closed = False

    def ask(self, work: Callable[[], T]) -> T:
        return asyncio.run_coroutine_threadsafe(self._do(work), self._loop).result()

    def close(self) -> None:
        """End a thread whose result is no longer needed: its next request fails."""
        self._is_closed = True

    async def _do(self, work: Callable[[], T]) -> T:
        if self._is_closed:
            raise RuntimeError("the transaction has ended")
        result: T = await greenlet_spawn(work)
        return result


class Grouped(Generic[Key]):
    """Rows in the order of a key, read one key at a time."""

    def __init__(self, rows: Iterator[AnyRow], key: Callable[[AnyRow], Key]) -> None:
        self._rows, self._key = rows, key
        self._next = next(rows, None)

    @property
    def next_key(self) -> Key | None:
        """The key of the next row, or None after the last one."""
        return None if self._next is None else self._key(self._next)

    def take(self, key: Key) -> Iterator[AnyRow]:
        """Yield the next rows while they have this key."""
        while self._next is not None and self._key(self._next) == key:
            row, self._next = self._next, next(self._rows, None)
            yield row

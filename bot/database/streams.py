"""Compute over more rows than fit into memory, aside from the event loop."""

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
"""How many rows are fetched at a time: few enough that the event loop is never late for long."""
_OPTIONS = {"yield_per": CHUNK}

T = TypeVar("T")
AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]
Key = TypeVar("Key")


class Streams:
    """Reads rows of one transaction chunk by chunk, for `compute_aside`."""

    def __init__(
        self, session: Session, ask: Callable[[Callable[[], Any]], Any], on_rows: Callable[[int], None]
    ) -> None:
        self._session, self._ask, self._on_rows = session, ask, on_rows

    def rows(self, statement: AnySelect) -> Iterator[AnyRow]:
        """Yield the rows that a statement finds. Several statements may be read in turn."""
        return self._fetch(lambda: self._session.execute(statement, execution_options=_OPTIONS))

    def plain_rows(self, statement: AnySelect) -> Iterator[AnyRow]:
        """Do the same more quickly; no column may be composed of several, as a field is."""
        return self._fetch(lambda: self._session.connection().execute(statement, execution_options=_OPTIONS))

    def _fetch(self, execute: Callable[[], Any]) -> Iterator[AnyRow]:
        result = self._ask(execute)
        while chunk := self._ask(lambda: result.fetchmany(CHUNK)):
            self._on_rows(len(chunk))
            yield from chunk


def compute_aside(
    session: Session, compute: Callable[[Streams], T], on_rows: Callable[[int], None] = lambda _: None
) -> T:
    """Compute over rows in the body of a transaction, and keep no event loop busy meanwhile.

    On a server, `compute` runs in a thread of its own, and only what it fetches goes through the event loop. Work on a
    file has a thread of its own already.

    Args:
        session: the transaction. Nothing else may use it before the computation ends.
        compute: what to do.
        on_rows: told how many rows each chunk has, from the thread that computes.
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
    """Collect no garbage for a while: rows make no circles, and the collector would go through all that is held."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _ThroughLoop:
    """Has the event loop do a thread's synchronous database work."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._is_closed = False

    def ask(self, work: Callable[[], T]) -> T:
        return asyncio.run_coroutine_threadsafe(self._do(work), self._loop).result()

    def close(self) -> None:
        """End a thread that nobody waits for any more: its next request fails."""
        self._is_closed = True

    async def _do(self, work: Callable[[], T]) -> T:
        if self._is_closed:
            raise RuntimeError("the transaction has ended")
        result: T = await greenlet_spawn(work)
        return result


class Grouped(Generic[Key]):
    """Rows in the order of a key, taken key by key."""

    def __init__(self, rows: Iterator[AnyRow], key: Callable[[AnyRow], Key]) -> None:
        self._rows, self._key = rows, key
        self._next = next(rows, None)

    @property
    def next_key(self) -> Key | None:
        """The key of the next row, or None after the last one."""
        return None if self._next is None else self._key(self._next)

    def take(self, key: Key) -> Iterator[AnyRow]:
        """Yield the next rows as long as they have this key."""
        while self._next is not None and self._key(self._next) == key:
            row, self._next = self._next, next(self._rows, None)
            yield row

"""Write to a file: one transaction after the other, in one thread."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.database import dialect

T = TypeVar("T")


class DatabaseSilent(Exception):
    """The database does not answer, or another process keeps it locked."""


class Writer:
    """Runs writing transactions one after the other in its own thread.

    Transactions queue here because SQLite would poll for its lock. If another process keeps the file locked for too
    long, the waiting transaction fails, and with it all transactions that queued meanwhile.

    The thread is a daemon: a hanging disk cannot keep the process alive.
    """

    def __init__(self, url: URL) -> None:
        """Prepare the thread; it starts with the first transaction."""
        self._engine = dialect.synchronous_engine(url)
        self._turn = asyncio.Lock()
        self._locked_out_at = 0.0
        self._due: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._connection: Connection | None = None
        self._ended: Future[None] = Future()

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a transaction; commit it, or roll it back if the caller was cancelled meanwhile.

        Raises:
            DatabaseSilent: another process kept the file locked while the transaction queued.
        """
        queued_at = time.monotonic()
        async with self._turn:
            if queued_at < self._locked_out_at:
                raise DatabaseSilent("another process keeps the database locked")
            try:
                return await self._hand_over(work)
            except DBAPIError as error:
                if dialect.is_locked_out(error):
                    self._locked_out_at = time.monotonic()
                raise

    async def close(self) -> None:
        """End the thread after its current transaction, and close its connection; wait for both."""
        if self._thread is not None:
            self._due.put(None)
            await asyncio.wrap_future(self._ended)

    async def _hand_over(self, work: Callable[[Session], T]) -> T:
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)
            self._thread.start()
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def transact() -> None:
            if answer.cancelled():
                return
            try:
                with Session(self._connected(), expire_on_commit=False) as session, session.begin() as transaction:
                    result = work(session)
                    if answer.cancelled():
                        transaction.rollback()
            except BaseException as error:  # noqa: BLE001 - the caller raises it
                # This rolls back what a commit that failed has left open.
                self._disconnect()
                _tell(answer, answer.set_exception, error)
            else:
                _tell(answer, answer.set_result, result)

        self._due.put(transact)
        return await answer

    def _serve(self) -> None:
        # Who does not wait for the end any more cannot cancel it.
        self._ended.set_running_or_notify_cancel()
        while (transact := self._due.get()) is not None:
            transact()
        self._disconnect()
        self._engine.dispose()
        self._ended.set_result(None)

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _tell(answer: "asyncio.Future[T]", tell: Callable[[Any], None], what: object) -> None:
    def tell_caller() -> None:
        if not answer.done():
            tell(what)

    # The loop is closed if the program ended without `close`.
    with suppress(RuntimeError):
        answer.get_loop().call_soon_threadsafe(tell_caller)

"""One thread that writes to a file."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import URL, Connection

from bot.database import dialect
from bot.database.writer_queue import WriterQueue

T = TypeVar("T")


class WriterThread:
    """Runs transactions in a thread of their own, one after the other.

    One change of threads for a transaction in place of several for each of its statements. The thread is a daemon, so
    that a disk which hangs does not keep the process.
    """

    def __init__(self, url: URL, queue: WriterQueue) -> None:
        """Prepare a thread that takes its turns in a queue; it begins with the first transaction."""
        self._engine = dialect.synchronous_engine(url)
        dialect.prepare_connections(self._engine)
        self._queue = queue
        self._due: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._connection: Connection | None = None
        self._ended: Future[None] = Future()

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run work in a transaction that is committed at its end, unless nobody waits for it any more."""
        async with self._queue.turn():
            return await self._hand_over(work)

    async def _hand_over(self, work: Callable[[Connection], T]) -> T:
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)
            self._thread.start()
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def transact() -> None:
            if answer.cancelled():
                return
            try:
                connection = self._connected()
                with connection.begin() as transaction:
                    result = work(connection)
                    if answer.cancelled():
                        transaction.rollback()
            except BaseException as error:  # noqa: BLE001 - whoever waits for it raises it
                _tell(answer, answer.set_exception, error)
            else:
                _tell(answer, answer.set_result, result)

        self._due.put(transact)
        return await answer

    async def close(self) -> None:
        """Have the thread end after what it is doing, and the connection with it; wait for both."""
        if self._thread is not None:
            self._due.put(None)
            await asyncio.wrap_future(self._ended)

    def _serve(self) -> None:
        while (transact := self._due.get()) is not None:
            transact()
        if self._connection is not None:
            self._connection.close()
        self._engine.dispose()
        self._ended.set_result(None)

    def _connected(self) -> Connection:
        """Return the thread's connection; one from the pool each time would cost a submission a tenth of its time."""
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection


def _tell(answer: "asyncio.Future[T]", tell: Callable[[Any], None], what: object) -> None:
    def tell_whoever_waits() -> None:
        if not answer.done():
            tell(what)

    # There is no loop any more where the program did not wait for its end.
    with suppress(RuntimeError):
        answer.get_loop().call_soon_threadsafe(tell_whoever_waits)

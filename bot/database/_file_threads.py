"""Threads that run transactions on a file, each with its own connection."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from bot.errors import LeaderboardError

T = TypeVar("T")


class FileThreads:
    """Runs each transaction as a whole in one of its threads.

    It starts a new thread when all others are busy, up to a limit. The threads are daemons, so a hanging disk cannot
    keep the process alive.
    """

    def __init__(self, engine: Engine, name: str, most: int) -> None:
        """Prepare at most `most` threads with this name; each opens and keeps one connection."""
        self._engine, self._name, self._most = engine, name, most
        self._due: SimpleQueue[Callable[[Connection | None], Connection | None] | None] = SimpleQueue()
        self._ends: list[Future[None]] = []
        self._unfinished = 0

    async def run(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a transaction; commit it, or roll it back if the caller was cancelled meanwhile."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def transact(connection: Connection | None) -> Connection | None:
            if answer.cancelled():
                self._tell(answer, answer.set_result, None)
                return connection
            try:
                connection = connection or self._engine.connect()
                with Session(connection, expire_on_commit=False) as session, session.begin() as transaction:
                    result = work(session)
                    if answer.cancelled():
                        transaction.rollback()
            except BaseException as error:  # noqa: BLE001 - the caller raises it
                if connection is not None and not isinstance(error, LeaderboardError):
                    # Closing rolls back whatever a failed commit has left open.
                    connection.close()
                    connection = None
                self._tell(answer, answer.set_exception, error)
            else:
                self._tell(answer, answer.set_result, result)
            return connection

        self._unfinished += 1
        if len(self._ends) < min(self._unfinished, self._most):
            self._start_thread()
        self._due.put(transact)
        return await answer

    async def close(self) -> None:
        """End each thread after its current transaction, and close its connection; wait for all of them."""
        for _ in self._ends:
            self._due.put(None)
        await asyncio.gather(*map(asyncio.wrap_future, self._ends))

    def _start_thread(self) -> None:
        end = Future[None]()
        self._ends.append(end)
        threading.Thread(target=self._serve, args=(end,), name=self._name, daemon=True).start()

    def _serve(self, end: Future[None]) -> None:
        # Whoever stops waiting for the end must not cancel it.
        end.set_running_or_notify_cancel()
        connection: Connection | None = None
        while (transact := self._due.get()) is not None:
            connection = transact(connection)
        if connection is not None:
            connection.close()
        end.set_result(None)

    def _tell(self, answer: "asyncio.Future[T]", tell: Callable[[Any], None], what: object) -> None:
        def tell_caller() -> None:
            self._unfinished -= 1
            if not answer.done():
                tell(what)

        # The loop is already closed if the program ended without `close`.
        with suppress(RuntimeError):
            answer.get_loop().call_soon_threadsafe(tell_caller)

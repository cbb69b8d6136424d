"""Telling a database that is busy from one that is silent."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

PATIENCE_SECONDS = 1.5
"""How long work may take before the database is asked for a sign of life, and again each time."""
PROBE_SECONDS = 1.5
"""How long that may take. Together well below the five seconds within which a user is told."""

T = TypeVar("T")

logger = logging.getLogger(__name__)


class DatabaseSilent(Exception):
    """The database has stopped answering, or lets nobody in."""


class Liveness:
    """Guards work from waiting on a connection at whose other end nobody is any more.

    A statement may rightly wait for minutes, behind a long transaction; one whose connection leads nowhere waits
    just the same. What tells them apart is whether the database answers somebody else meanwhile.
    """

    def __init__(self, probe: Callable[[], Coroutine[Any, Any, object]], on_silence: Callable[[], None]) -> None:
        """Have `probe` ask the database on a new connection; call `on_silence` when that gets no answer."""
        self._probe = probe
        self._on_silence = on_silence
        self._probing: asyncio.Task[bool] | None = None
        self._abandoned: set[asyncio.Task[Any]] = set()

    async def guard(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for work, for as long as the database gives signs of life.

        Raises:
            DatabaseSilent: it gives none. The work is cancelled, and not waited for: its end may take as long.
        """
        task = asyncio.create_task(work)
        task.add_done_callback(_log_failure)
        try:
            while not (await asyncio.wait({task}, timeout=PATIENCE_SECONDS))[0]:
                if not await self._is_alive() and not task.done():
                    raise DatabaseSilent("the database gives no sign of life")
            return task.result()
        finally:
            self._abandon(task)

    async def _is_alive(self) -> bool:
        """Ask, or wait for the answer that somebody else has asked for already."""
        if self._probing is None or self._probing.done():
            self._probing = asyncio.create_task(self._ask())
        return await asyncio.shield(self._probing)

    async def _ask(self) -> bool:
        probe = asyncio.create_task(self._probe())
        probe.add_done_callback(_log_failure)
        await asyncio.wait({probe}, timeout=PROBE_SECONDS)
        if probe.done() and probe.exception() is None:
            return True
        self._abandon(probe)
        self._on_silence()
        return False

    def _abandon(self, task: asyncio.Task[Any]) -> None:
        if not task.done():
            task.cancel()
            self._abandoned.add(task)
            task.add_done_callback(self._abandoned.discard)


def _log_failure(task: asyncio.Task[Any]) -> None:
    # Whoever waits for it raises the same; nobody may be there any more.
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.debug("failed: %s", error)

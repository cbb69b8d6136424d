"""Distinguish a busy database from a silent one."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

PATIENCE_SECONDS = 1.5
"""How long work may run before a probe checks the database; each further probe follows after the same time."""
PROBE_SECONDS = 1.5
"""How long a probe may take. Together with the patience, this leaves time to answer a user within five seconds."""
LOOKS = 5
"""How many times a probe's result is checked in that time; a late event loop checks as often, over a longer time."""
MOST_PROBES = 3
"""How many probes may fail while the event loop is late before the database counts as silent."""

T = TypeVar("T")

logger = logging.getLogger(__name__)


class DatabaseSilent(Exception):
    """The database does not answer, or another process keeps it locked."""


class Liveness:
    """Keeps work from waiting on a dead connection.

    A statement behind a long transaction may rightly wait for minutes, and a statement on a dead connection waits as
    silently. A probe on a new connection tells the two apart.
    """

    def __init__(self, probe: Callable[[], Coroutine[Any, Any, object]], on_silence: Callable[[], None]) -> None:
        """Ask the database by `probe`, which opens a new connection; call `on_silence` if it gets no answer."""
        self._probe = probe
        self._on_silence = on_silence
        self._probing: asyncio.Task[bool] | None = None
        self._abandoned: set[asyncio.Task[Any]] = set()

    async def guard(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for work as long as the database answers probes.

        Raises:
            DatabaseSilent: the database does not answer. The work is cancelled, but its end is not awaited.
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
        """Probe the database, or wait for the probe that is already running."""
        if self._probing is None or self._probing.done():
            self._probing = asyncio.create_task(self._ask())
        return await asyncio.shield(self._probing)

    async def _ask(self) -> bool:
        for _ in range(MOST_PROBES):
            probe = asyncio.create_task(self._probe())
            probe.add_done_callback(_log_failure)
            was_late = await _look_for(probe)
            if probe.done() and probe.exception() is None:
                return True
            self._abandon(probe)
            if not was_late:
                break
        self._on_silence()
        return False

    def _abandon(self, task: asyncio.Task[Any]) -> None:
        if not task.done():
            task.cancel()
            self._abandoned.add(task)
            task.add_done_callback(self._abandoned.discard)


async def _look_for(probe: asyncio.Task[Any]) -> bool:
    """Wait for a probe, and tell whether the event loop was late in the meantime."""
    began = time.monotonic()
    for _ in range(LOOKS):
        if (await asyncio.wait({probe}, timeout=PROBE_SECONDS / LOOKS))[0]:
            break
    return time.monotonic() - began > 1.5 * PROBE_SECONDS


def _log_failure(task: asyncio.Task[Any]) -> None:
    # The caller of an abandoned task no longer sees its error.
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.debug("failed: %s", error)

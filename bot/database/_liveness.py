"""Distinguish a busy database from a silent one, and both from a late event loop."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

PATIENCE_SECONDS = 1.5
"""How long work runs before a probe checks the database, and how long until the next check."""
PROBE_SECONDS = 1.5
"""How long a probe may take. Together with the patience, this leaves time to answer a user within five seconds."""
LOOKS = 5
"""The wait for a probe is split into this many parts; parts in which the program runs late do not count."""
MOST_LATE_LOOKS = 50
"""After this many late parts, a database without an answer counts as silent."""
MOST_PROBES = 3
"""After this many failed probes, a database counts as silent even if the program runs late."""

T = TypeVar("T")
Probe = Callable[[], Coroutine[Any, Any, object]]

logger = logging.getLogger(__name__)


class DatabaseSilent(Exception):
    """The database does not answer, or another process keeps it locked."""


class Liveness:
    """Keeps work from waiting on a dead connection.

    A statement behind a long transaction may legitimately wait for minutes, and a statement on a dead connection waits
    just as silently. A probe on a new connection tells the two apart. The probe runs in its own thread, because work
    that computes on the event loop delays the database's answers too.
    """

    def __init__(self, probe: Probe, on_silence: Callable[[], None]) -> None:
        """Query the database with `probe`, which opens a new connection; call `on_silence` if no answer comes."""
        self._probe = probe
        self._on_silence = on_silence
        self._probing: asyncio.Task[bool] | None = None
        self._abandoned: set[asyncio.Task[Any]] = set()

    async def guard(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for work as long as the database answers probes.

        Raises:
            DatabaseSilent: the database does not answer. The work is cancelled, but nobody waits for its end.
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
        if await _in_thread(partial(_answers, self._probe)):
            return True
        self._on_silence()
        return False

    def _abandon(self, task: asyncio.Task[Any]) -> None:
        if not task.done():
            task.cancel()
            self._abandoned.add(task)
            task.add_done_callback(self._abandoned.discard)


async def _in_thread(ask: Callable[[], Coroutine[Any, Any, bool]]) -> bool:
    """Run a probe on another event loop, in a daemon thread, so that a hanging probe cannot keep the process alive."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bool] = loop.create_future()

    def tell(is_alive: bool) -> None:
        if not answer.done():
            answer.set_result(is_alive)

    async def ask_and_tell() -> None:
        is_alive = await ask()
        # The loop is closed if the program has ended meanwhile.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(tell, is_alive)

    threading.Thread(target=lambda: asyncio.run(ask_and_tell()), name="probe", daemon=True).start()
    return await answer


async def _answers(probe: Probe) -> bool:
    """Tell whether a probe gets an answer in time; retry a probe that failed while this thread was late."""
    for _ in range(MOST_PROBES):
        task = asyncio.create_task(probe())
        task.add_done_callback(_log_failure)
        was_late = await _look_for(task)
        if task.done() and task.exception() is None:
            return True
        task.cancel()
        if not was_late:
            break
    return False


async def _look_for(probe: asyncio.Task[Any]) -> bool:
    """Wait for a probe, and tell whether this thread was late meanwhile."""
    on_time = late = 0
    while on_time < LOOKS and late < MOST_LATE_LOOKS:
        began = time.monotonic()
        has_answer = bool((await asyncio.wait({probe}, timeout=PROBE_SECONDS / LOOKS))[0])
        is_late = time.monotonic() - began > 1.5 * PROBE_SECONDS / LOOKS
        late, on_time = late + is_late, on_time + (not is_late)
        if has_answer:
            break
    return late > 0


def _log_failure(task: asyncio.Task[Any]) -> None:
    # The caller has stopped waiting for an abandoned task, so log its error here.
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.debug("failed: %s", error)

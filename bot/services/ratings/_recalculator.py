"""Debounce recalculations: run the first at once, and later ones at the end of the time window."""

import asyncio
import logging
from typing import Protocol

from bot.errors import Unavailable
from bot.services.ratings._locks import RecalculationLock
from bot.services.ratings._recalculation import LeaderboardScoringService

SWEEP_SECONDS = 60.0

logger = logging.getLogger(__name__)


class Recalculation(Protocol):
    """Brings the stored Elos of an event up to date in the background."""

    def request(self, event_id: int) -> None:
        """Request a recalculation without waiting for it."""


class Recalculator:
    """Brings stored Elos up to date in the background, and drops no request.

    The versions in the database show which events are stale. A process that does not get the lock checks again at the
    end of the window. A sweep, at the start and every minute, finds events that another process left stale.

    Recalculations run one at a time. An SQLite file has one lock for all writers, so a submission waits for at most one
    recalculation.
    """

    def __init__(self, scoring: LeaderboardScoringService, lock: RecalculationLock) -> None:
        """Recalculate through `scoring`, as often as `lock` allows."""
        self._scoring = scoring
        self._lock = lock
        self._turn = asyncio.Lock()
        self._requested: set[int] = set()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._sweeping: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the sweep."""
        self._sweeping = asyncio.create_task(self._sweep(), name="recalculation-sweep")

    async def stop(self) -> None:
        """Cancel the sweep and all pending recalculations; the database still marks their events as stale."""
        tasks = [*self._tasks.values(), *([self._sweeping] if self._sweeping else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def request(self, event_id: int) -> None:
        """Bring the stored Elos of an event up to date within one window."""
        self._requested.add(event_id)
        if event_id not in self._tasks:
            name = f"recalculation-{event_id}"
            self._tasks[event_id] = asyncio.create_task(self._serve(event_id), name=name)

    async def _serve(self, event_id: int) -> None:
        try:
            while event_id in self._requested:
                self._requested.discard(event_id)
                await self._catch_up(event_id)
        except Unavailable:
            logger.warning("event %d is not recalculated now; the next sweep will do it", event_id)
        except Exception:
            logger.exception("event %d could not be recalculated; the next sweep tries again", event_id)
        finally:
            del self._tasks[event_id]

    async def _catch_up(self, event_id: int) -> None:
        while seconds_left := await self._lock.acquire(event_id):
            await asyncio.sleep(seconds_left)
            if not await self._scoring.is_stale(event_id):
                return
        async with self._turn:
            await self._scoring.recalculate(event_id)

    async def _sweep(self) -> None:
        while True:
            try:
                for event_id in await self._scoring.stale_events():
                    self.request(event_id)
            except Unavailable:
                logger.warning("the sweep found no database; it comes again")
            except Exception:
                logger.exception("the sweep failed; it comes again")
            await asyncio.sleep(SWEEP_SECONDS)

"""Recalculations, debounced: at once for the first personal best, at the end of the window for the rest."""

import asyncio
import logging
from typing import Protocol

from bot.errors import Unavailable
from bot.services.ratings._locks import RecalculationLock
from bot.services.ratings._service import LeaderboardScoringService

SWEEP_SECONDS = 60.0

logger = logging.getLogger(__name__)


class Recalculation(Protocol):
    """Brings the stored Elos of an event up to date, sooner or later."""

    def request(self, event_id: int) -> None:
        """Ask for it, without waiting."""


class Recalculator:
    """Brings stored Elos up to date in the background, and never drops a request.

    The versions in the database say what is left to do. Whoever is refused the lock looks again when its window
    ends; a sweep at the start and every minute takes up what a process left behind when it died.

    Events are recalculated one after the other, so that a submission waits for one at most where a file has one lock
    for all: the windows of a busy server's events end together.
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
        """Begin to sweep."""
        self._sweeping = asyncio.create_task(self._sweep(), name="recalculation-sweep")

    async def stop(self) -> None:
        """End the sweep and what is waiting for a window. What is left to do is in the database."""
        tasks = [*self._tasks.values(), *([self._sweeping] if self._sweeping else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def request(self, event_id: int) -> None:
        """Have the Elos of an event brought up to date, one window from now at the latest."""
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
        while await self._scoring.is_stale(event_id):
            seconds_left = await self._lock.acquire(event_id)
            if seconds_left:
                await asyncio.sleep(seconds_left)
            else:
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

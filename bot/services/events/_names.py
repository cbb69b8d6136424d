"""Cache the names of the events of each server, for autocompletion."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

KEPT_SECONDS = 1.0
"""How long names stay cached; users see changes by other processes after this time."""


@dataclass(frozen=True, slots=True)
class NamedEvent:
    """An event to suggest; `key` is the `name_key` of its name."""

    key: str
    name: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class _Reading:
    began_at: float
    events: asyncio.Task[tuple[NamedEvent, ...]]


class EventNames:
    """Caches the names of each server for a second, because Discord asks at every keystroke of every user."""

    def __init__(self, read: Callable[[int], Coroutine[Any, Any, tuple[NamedEvent, ...]]]) -> None:
        """Read through `read`, which returns the events of a server in the order of suggestion."""
        self._read = read
        self._readings: dict[int, _Reading] = {}

    async def of(self, guild_id: int) -> tuple[NamedEvent, ...]:
        """Return the events of a server, read at most a second ago and after the last `forget`."""
        oldest = time.monotonic() - KEPT_SECONDS
        reading = self._readings.get(guild_id)
        if reading is None or reading.began_at < oldest:
            self._readings = {guild: kept for guild, kept in self._readings.items() if kept.began_at >= oldest}
            reading = self._begin(guild_id)
        # Callers share the task, so the cancellation of one must not cancel it.
        return reading.events.result() if reading.events.done() else await asyncio.shield(reading.events)

    def forget(self, guild_id: int) -> None:
        """Drop the cached names of a server."""
        self._readings.pop(guild_id, None)

    def _begin(self, guild_id: int) -> _Reading:
        reading = _Reading(time.monotonic(), asyncio.create_task(self._read(guild_id)))
        self._readings[guild_id] = reading

        def forget_failure(events: asyncio.Task[tuple[NamedEvent, ...]]) -> None:
            failed = events.cancelled() or events.exception() is not None
            if failed and self._readings.get(guild_id) is reading:
                del self._readings[guild_id]

        reading.events.add_done_callback(forget_failure)
        return reading

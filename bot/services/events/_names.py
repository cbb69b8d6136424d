"""The names of a server's events, read once for all who type at about the same time."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

KEPT_SECONDS = 1.0
"""How old what is suggested may be: what another process changed meanwhile is seen after so long."""


@dataclass(frozen=True, slots=True)
class NamedEvent:
    """An event as it is looked for.

    Attributes:
        key: see `bot.domain.text.name_key`.
        is_active: whether it takes scores.
    """

    key: str
    name: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class _Reading:
    began_at: float
    events: asyncio.Task[tuple[NamedEvent, ...]]


class EventNames:
    """Keeps what was read of each server for a second: a user who types asks at every key, and so may many users."""

    def __init__(self, read: Callable[[int], Coroutine[Any, Any, tuple[NamedEvent, ...]]]) -> None:
        """Have `read` return the events of a server, in the order in which they are suggested."""
        self._read = read
        self._readings: dict[int, _Reading] = {}

    async def of(self, guild_id: int) -> tuple[NamedEvent, ...]:
        """Return the events of a server as they were a second ago at the most, and after the last `forget`."""
        oldest = time.monotonic() - KEPT_SECONDS
        reading = self._readings.get(guild_id)
        if reading is None or reading.began_at < oldest:
            self._readings = {guild: kept for guild, kept in self._readings.items() if kept.began_at >= oldest}
            reading = self._begin(guild_id)
        # Others may wait for it too, and go on to when one of them is gone.
        return reading.events.result() if reading.events.done() else await asyncio.shield(reading.events)

    def forget(self, guild_id: int) -> None:
        """Read a server's events anew for whoever asks from now on, since one has changed."""
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

"""Inject faults into the stub of Discord."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass, field
from enum import Enum, auto

from aiohttp import web

from .discord_limits import Refused


class Fault(Enum):
    """How a request fails, other than with an error status."""

    RESET_BEFORE = auto()
    """The connection breaks before Discord has accepted the request."""
    RESET_AFTER = auto()
    """The connection breaks after Discord has accepted the request, so the bot gets no answer."""
    ERROR_AFTER = auto()
    """Discord has accepted the request, but answers with an error."""
    SILENCE = auto()
    """Discord accepts nothing and never answers."""


@dataclass(slots=True)
class Faults:
    """The pending faults: each is a part of a path, and the status or fault of the next request to such a path."""

    due: list[tuple[str, int | Fault]] = field(default_factory=list)

    def take(self, path: str) -> int | Fault | None:
        found = next((fault for fault in self.due if fault[0] in path), None)
        if found is None:
            return None
        self.due.remove(found)
        return found[1]


async def fail(request: web.Request, fault: int | Fault | None) -> None:
    """Fail before the request is handled, if the fault says so."""
    if isinstance(fault, int):
        refused = Refused(fault, 0, "failed as told")
        refused.body |= {"retry_after": 0.1, "global": False}
        raise refused
    if fault is Fault.SILENCE:
        await asyncio.sleep(3600)
    if fault is Fault.RESET_BEFORE:
        reset(request)
        raise web.HTTPServiceUnavailable(text="reset as told")


def reset(request: web.Request) -> None:
    """Break the connection as a crash of the peer would; no later answer arrives."""
    assert request.transport is not None
    linger_for_no_time = struct.pack("ii", 1, 0)
    request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_for_no_time)
    request.transport.abort()

"""Create, edit, archive and find the events of a server."""

from bot.services.events._lookup import (
    describe,
    find_event,
    find_meant_event,
    get_event,
    lock_event,
    open_events,
    takes_scores,
    without_scores,
)
from bot.services.events._options import EventOptions, apply_defaults
from bot.services.events._service import EventService

__all__ = [
    "EventOptions",
    "EventService",
    "apply_defaults",
    "describe",
    "find_event",
    "find_meant_event",
    "get_event",
    "lock_event",
    "open_events",
    "takes_scores",
    "without_scores",
]

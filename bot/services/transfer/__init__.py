"""Export events as files, and import them into a server or another bot."""

from bot.services.transfer._archive import MOST_EVENT_BYTES, MOST_RESULTS, is_event_file
from bot.services.transfer._file import EventFile, NotAnEventFile, read_event_file
from bot.services.transfer._service import TransferService

__all__ = [
    "MOST_EVENT_BYTES",
    "MOST_RESULTS",
    "EventFile",
    "NotAnEventFile",
    "TransferService",
    "is_event_file",
    "read_event_file",
]

"""Carry events out of the bot as files, and into another server or another bot."""

from bot.services.transfer._file import EventFile, NotAnEventFile, read_event_file
from bot.services.transfer._service import TransferService

__all__ = ["EventFile", "NotAnEventFile", "TransferService", "read_event_file"]

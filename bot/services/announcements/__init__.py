"""Tell a server what weeks and records came to."""

from bot.services.announcements._finals import FinalAnnouncements
from bot.services.announcements._records import RecordAnnouncements
from bot.services.announcements._results import ResultAnnouncements

__all__ = ["FinalAnnouncements", "RecordAnnouncements", "ResultAnnouncements"]

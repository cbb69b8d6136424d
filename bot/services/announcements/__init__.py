"""Announce the results of weeks, records and final podiums in a server."""

from bot.services.announcements._finals import FinalAnnouncements
from bot.services.announcements._records import RecordAnnouncements, may_be_record
from bot.services.announcements._results import ResultAnnouncements

__all__ = ["FinalAnnouncements", "RecordAnnouncements", "ResultAnnouncements", "may_be_record"]

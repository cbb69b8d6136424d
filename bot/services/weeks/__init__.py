"""Run weeks, and preview, undo, rerun, rerate and reverse runs; close weeks automatically."""

from bot.services.weeks._again import follow_excuse, rerun_week
from bot.services.weeks._archive import excuse_holds_in
from bot.services.weeks._closing import WeekCloser
from bot.services.weeks._follow_up import after_correction, announce_end, announced_with, award_roles
from bot.services.weeks._lookup import closed_weeks, current_season, end_to_come, find_first_week, find_run, open_week
from bot.services.weeks._rerate import rerate
from bot.services.weeks._reversal import reverse
from bot.services.weeks._service import WeeklyProcessingService

__all__ = [
    "WeekCloser",
    "WeeklyProcessingService",
    "after_correction",
    "announce_end",
    "announced_with",
    "award_roles",
    "closed_weeks",
    "current_season",
    "end_to_come",
    "excuse_holds_in",
    "find_first_week",
    "find_run",
    "follow_excuse",
    "open_week",
    "rerate",
    "rerun_week",
    "reverse",
]

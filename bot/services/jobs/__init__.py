"""Keep what is due in the database, and do it once, whichever process is there."""

from bot.services.jobs._queue import (
    HASTEN,
    ClaimLost,
    cancel,
    find_job,
    finish,
    hold,
    postpone,
    schedule,
    schedule_all,
)
from bot.services.jobs._runner import Handler, JobRunner

__all__ = [
    "HASTEN",
    "ClaimLost",
    "Handler",
    "JobRunner",
    "cancel",
    "find_job",
    "finish",
    "hold",
    "postpone",
    "schedule",
    "schedule_all",
]

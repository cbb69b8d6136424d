"""Keep what is due in the database, and do it once, whichever process is there."""

from bot.services.jobs._queue import (
    HASTEN,
    ClaimLost,
    Scheduled,
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
    "Scheduled",
    "cancel",
    "find_job",
    "finish",
    "hold",
    "postpone",
    "schedule",
    "schedule_all",
]

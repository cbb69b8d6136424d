"""Store due work in the database as jobs, and run each job in one of the processes."""

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

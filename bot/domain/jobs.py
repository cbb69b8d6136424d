"""Jobs: what is claimed, and when a failed one is tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
MOST_TRIES = 20
"""After so many tries, which take more than half a day, a job is given up."""


class JobKind(StrEnum):
    """What a job does; its key says what for."""

    CLOSE_WEEKS = "close weeks"
    """Close the finished weeks of the server whose id is the key."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A due job that one process has claimed.

    Attributes:
        job_id: the key of its row.
        key: what the job is for; there is one job of each kind and key.
        due_at: when it was due, in UTC.
        tries: how often processes have claimed it, this time included.
        until: in UTC; afterwards another process may claim it.
    """

    job_id: int
    kind: JobKind
    key: str
    due_at: datetime
    tries: int
    until: datetime

    @property
    def is_last_try(self) -> bool:
        """Whether the job is given up if it fails this time."""
        return self.tries >= MOST_TRIES


def retry_at(now: datetime, tries: int) -> datetime | None:
    """Return when to try a job again that has failed so often: each wait is twice the one before, up to an hour.

    Returns:
        An instant, or None to give the job up.
    """
    if tries >= MOST_TRIES:
        return None
    doublings: int = 2 ** (tries - 1)
    return now + min(FIRST_WAIT * doublings, LONGEST_WAIT)

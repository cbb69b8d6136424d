"""Jobs: what is claimed, and when a failed one is tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
MOST_TRIES = 20
"""After so many tries, which take almost half a day, a job is given up."""


class Lane(Enum):
    """Jobs that are done side by side, and never delay those of another lane."""

    WEEKS = auto()
    MESSAGES = auto()

    @property
    def lease(self) -> timedelta:
        """How long a process may take for a job before another one takes it over."""
        return _LEASES[self]

    @property
    def is_latest_first(self) -> bool:
        """Whether the job that was due last is done first: the newer a message is, the more it is awaited."""
        return self is Lane.MESSAGES


# Discord forgets within minutes which nonces it has seen, so a message that may have been sent is sent again before.
_LEASES = {Lane.WEEKS: timedelta(minutes=5), Lane.MESSAGES: timedelta(minutes=1)}


class JobKind(StrEnum):
    """What a job does; its key says what for. A post has the kind and the key of the job that keeps it."""

    CLOSE_WEEKS = "close weeks"
    """Close the finished weeks of the server whose id is the key."""
    RESULTS = "results"
    """Tell the results of the weeks of an event that closed together: its key, and the last of the weeks."""
    FINAL = "final"
    """Tell how the event whose key it is has ended."""
    BOARD = "board"
    """Refresh the board of the event whose key it is."""
    REMINDER = "reminder"
    """Tell a player by direct message what happened in a server: its id, and that of the user."""
    RECORD = "record"
    """Tell that a score broke the record of its event: the key of the event, and the interaction of the score."""

    REVIEW = "review"
    """Tell admins that a score is held, once a day while it waits: its interaction is the key."""
    HELD = "held"
    """Show a held score in the review channel: its interaction is the key."""

    ROLES = "roles"
    """Give and take the roles that the events of the server whose id is the key award."""

    @property
    def lane(self) -> Lane:
        """Where jobs of the kind are done."""
        return Lane.WEEKS if self in (JobKind.CLOSE_WEEKS, JobKind.REVIEW) else Lane.MESSAGES


ANNOUNCEMENTS = (JobKind.RESULTS, JobKind.FINAL, JobKind.RECORD)
"""The kinds of posts in the channel for announcements."""


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


@dataclass(frozen=True, slots=True)
class Queue:
    """The jobs that wait; its text tells operators of them.

    Attributes:
        due: how many are due, those being worked on included.
        longest: how long the first of them has been due; None if none is.
        given_up: how many are given up, and stay for a look.
    """

    due: int
    longest: timedelta | None
    given_up: int

    def __str__(self) -> str:
        minutes = 0 if self.longest is None else self.longest.total_seconds() / 60
        waiting = f"{self.due:,} due, the first for {minutes:.0f} min" if self.due else "none due"
        return f"{waiting}, {self.given_up:,} given up (see the log)" if self.given_up else waiting


def retry_at(now: datetime, tries: int) -> datetime | None:
    """Return when to try a job again that has failed so often: each wait is twice the one before, up to an hour.

    Returns:
        An instant, or None to give the job up.
    """
    if tries >= MOST_TRIES:
        return None
    doublings: int = 2 ** (tries - 1)
    return now + min(FIRST_WAIT * doublings, LONGEST_WAIT)

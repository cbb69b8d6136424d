"""Jobs: their kinds and claims, and when a failed job is retried."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
PAUSE = timedelta(days=1)
"""How long a lasting job rests after its last try."""
MOST_TRIES = 20
"""After this many tries, which take almost half a day, a job is given up."""


class Lane(Enum):
    """Separate queues: jobs of one lane never delay those of another."""

    WEEKS = auto()
    MESSAGES = auto()

    @property
    def lease(self) -> timedelta:
        """How long a process may work on a job before another process takes it over."""
        return _LEASES[self]

    @property
    def is_latest_first(self) -> bool:
        """Whether the most recent job runs first, because users wait for new messages most."""
        return self is Lane.MESSAGES


# Discord forgets a nonce after some minutes, so the bot must retry an uncertain message before that.
_LEASES = {Lane.WEEKS: timedelta(minutes=5), Lane.MESSAGES: timedelta(minutes=1)}


class JobKind(StrEnum):
    """The task of a job; the key says what it is for.

    A post has the kind and the key of the job that keeps it up to date.
    """

    CLOSE_WEEKS = "close weeks"
    """Close the finished weeks of a server; the key is the server's id."""
    RESULTS = "results"
    """Announce the results of weeks that were closed together; the key names the event and the last of the weeks."""
    FINAL = "final"
    """Announce how an event has ended; the key names the event and its last week."""
    BOARD = "board"
    """Refresh the board of an event; the key is the event's."""
    REMINDER = "reminder"
    """Send a player reminders about a server; the key names the server and the user."""
    RECORD = "record"
    """Announce that a score broke the record of its event; the key names the event and the score's interaction."""

    REVIEW = "review"
    """Tell admins once a day that a held score waits; the key is the score's interaction."""
    HELD = "held"
    """Show a held score in the review channel; the key is the score's interaction."""

    ROLES = "roles"
    """Give and take the roles that the events of a server award; the key is the server's id."""

    @property
    def lane(self) -> Lane:
        """The lane of the jobs of this kind."""
        return Lane.WEEKS if self in (JobKind.CLOSE_WEEKS, JobKind.REVIEW) else Lane.MESSAGES


LASTING = (JobKind.CLOSE_WEEKS, JobKind.BOARD, JobKind.REMINDER)
"""The kinds of jobs that exist as long as their subject. They rest where others are given up, then begin anew."""
ANNOUNCEMENTS = (JobKind.RESULTS, JobKind.FINAL, JobKind.RECORD)
"""The kinds of posts in the channel for announcements."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A due job that one process has claimed.

    Attributes:
        job_id: the key of its row.
        key: the subject of the job; there is one job of each kind and key.
        due_at: when it was due, in UTC.
        tries: how often processes have claimed it, including this time.
        until: the end of the lease, in UTC; afterwards another process may claim the job.
    """

    job_id: int
    kind: JobKind
    key: str
    due_at: datetime
    tries: int
    until: datetime

    @property
    def is_last_try(self) -> bool:
        """Whether the job is given up, or rests, if it fails this time."""
        return self.tries >= MOST_TRIES


@dataclass(frozen=True, slots=True)
class Queue:
    """The numbers of waiting jobs; its text is for operators.

    Attributes:
        due: how many are due, including those in progress.
        longest: how long the first of them has been due; None if none is due.
        given_up: how many have been given up; their rows stay for inspection.
    """

    due: int
    longest: timedelta | None
    given_up: int

    def __str__(self) -> str:
        minutes = 0 if self.longest is None else self.longest.total_seconds() / 60
        waiting = f"{self.due:,} due, the first for {minutes:.0f} min" if self.due else "none due"
        return f"{waiting}, {self.given_up:,} given up (see the log)" if self.given_up else waiting


def retry_at(now: datetime, kind: JobKind, tries: int) -> datetime | None:
    """Return when to retry a job after `tries` failed tries; each wait is twice the previous one, up to an hour.

    Returns:
        An instant, or None to give the job up. After its last try, a lasting job rests.
    """
    if tries >= MOST_TRIES:
        return now + PAUSE if kind in LASTING else None
    doublings: int = 2 ** (tries - 1)
    return now + min(FIRST_WAIT * doublings, LONGEST_WAIT)

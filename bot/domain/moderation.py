"""Scores that admins take out."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.events import EventInfo
from bot.domain.scores import ScoreStyle
from bot.domain.servers import PlayerName
from bot.domain.weeks import Week


@dataclass(frozen=True, slots=True)
class LoggedSubmission:
    """A submission of the log.

    Attributes:
        id: its key.
        score: in points or seconds, to be shown in the event's style.
        week: the week it counts for.
        submitted_at: UTC.
    """

    id: int
    style: ScoreStyle
    score: float
    week: Week
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class RemovalResult:
    """What the removal of one submission changed.

    Attributes:
        week: the week it counted for.
        week_is_closed: whether that week has been run, so that its results keep the score.
        was_personal_best: whether the personal best is another one now.
        personal_best: the personal best after it; None where none is left.
        reason: why, in the admin's words; None where none were given.
    """

    event: EventInfo
    player: PlayerName
    score: float
    week: Week
    week_is_closed: bool
    was_personal_best: bool
    personal_best: float | None
    reason: str | None

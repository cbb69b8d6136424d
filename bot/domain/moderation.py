"""Submissions that admins can remove, and the result of a removal."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.events import EventInfo
from bot.domain.scores import ScoreStyle
from bot.domain.servers import PlayerName
from bot.domain.weeks import Week


@dataclass(frozen=True, slots=True)
class LoggedSubmission:
    """A submission in the log.

    Attributes:
        id: the key of its row.
        style: the style of its event.
        score: in points or seconds.
        week: the week that it counts for.
        submitted_at: in UTC.
    """

    id: int
    style: ScoreStyle
    score: float
    week: Week
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class RemovalResult:
    """The result of the removal of one submission.

    Attributes:
        week: the week that the submission counted for.
        week_is_closed: whether that week has been run; its results then keep the score.
        was_personal_best: whether the removal changed the personal best.
        personal_best: the personal best after the removal; None if no score is left.
        reason: the admin's reason; None if the admin gave none.
    """

    event: EventInfo
    player: PlayerName
    score: float
    week: Week
    week_is_closed: bool
    was_personal_best: bool
    personal_best: float | None
    reason: str | None

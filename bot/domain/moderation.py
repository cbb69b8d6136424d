"""What admins do with scores and players, and what comes of it."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.events import EventInfo
from bot.domain.scores import ScoreStyle
from bot.domain.servers import PlayerName
from bot.domain.standings import Board
from bot.domain.weeks import Week

PARTED = " · "
"""Parts the score, the time and the week in the name of a submission."""


@dataclass(frozen=True, slots=True)
class LoggedSubmission:
    """A submission in the log; its text names it, such as `18,900 points · 2026-11-21 13:05 · 2026-W47`.

    Attributes:
        id: the key of its row.
        style: the style of its event.
        score: in points or seconds.
        week: the week that it counts for.
        submitted_at: in the server's time zone.
    """

    id: int
    style: ScoreStyle
    score: float
    week: Week
    submitted_at: datetime

    @property
    def key(self) -> str:
        """What commands and buttons name it by; nobody types that as a score."""
        return f"#{self.id}"

    def __str__(self) -> str:
        return PARTED.join((self.style.show(self.score), f"{self.submitted_at:%Y-%m-%d %H:%M}", str(self.week)))


@dataclass(frozen=True, slots=True)
class RemovalResult:
    """The result of the removal of one submission.

    Attributes:
        submission: what was removed.
        week_is_closed: whether its week has been run; the results of the week then keep the score.
        was_personal_best: whether the removal changed the personal best.
        personal_best: the personal best after the removal; None if no score is left.
        reason: the admin's reason; None if the admin gave none.
    """

    event: EventInfo
    player: PlayerName
    submission: LoggedSubmission
    week_is_closed: bool
    was_personal_best: bool
    personal_best: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class RestorationResult:
    """The result of the restoration of a removed submission.

    Attributes:
        submission: what counts again.
        week_is_closed: whether its week has been run; the results of the week then stay as they are.
        is_personal_best: whether the restoration changed the personal best.
        personal_best: the personal best after it; None if the player is withdrawn.
    """

    event: EventInfo
    player: PlayerName
    submission: LoggedSubmission
    week_is_closed: bool
    is_personal_best: bool
    personal_best: float | None


@dataclass(frozen=True, slots=True)
class Place:
    """A player's place by personal best: the score and the rank, from 1."""

    score: float
    rank: int


@dataclass(frozen=True, slots=True)
class Podium:
    """The first three of a board, as a removal would leave them."""

    board: Board
    players: tuple[PlayerName, ...]


@dataclass(frozen=True, slots=True)
class RemovalPreview:
    """What the removal of a submission would change.

    Attributes:
        submission: what would be removed.
        week_is_closed: whether its week has been run; the results of the week would keep the score.
        before: the player's place now; None if the player has none.
        after: the place without the submission; None if no score is left.
        elos_moved: how many other players' all-time Elos would move.
        most_moved: by how much at most, in points of Elo.
        podiums: the boards whose first three would change.
    """

    event: EventInfo
    player: PlayerName
    submission: LoggedSubmission
    week_is_closed: bool
    before: Place | None
    after: Place | None
    elos_moved: int
    most_moved: int
    podiums: tuple[Podium, ...]


@dataclass(frozen=True, slots=True)
class MembershipResult:
    """The result of a withdrawal or a return.

    Attributes:
        is_withdrawn: whether the player is withdrawn now.
        events: how many events the player left, or is back in.
        reason: the admin's reason; None if the admin gave none.
    """

    player: PlayerName
    is_withdrawn: bool
    events: int
    reason: str | None

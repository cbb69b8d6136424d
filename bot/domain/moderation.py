"""What admins do with scores and players, and what comes of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.events import EventInfo
from bot.domain.scores import ScoreStyle
from bot.domain.servers import PlayerName
from bot.domain.standings import Board
from bot.domain.weeks import Week

PARTED = " · "
"""Parts the score, the time and the week in the name of a submission."""
TAKEN_BACK = "taken back by the player"
"""The reason of a removal that no admin made."""


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


class Correction(StrEnum):
    """What an admin does with one score of a player."""

    ADD = "add"
    REMOVE = "remove"
    RESTORE = "restore"
    APPROVE = "approve"


@dataclass(frozen=True, slots=True)
class CorrectionResult:
    """What a correction did.

    Attributes:
        submission: what was added, removed, restored or approved.
        week_is_closed: whether its week has been run.
        week_is_rerun: whether the week was run again; else the results of a closed week stay as they are.
        was_counted: whether the results of the closed week counted the score before.
        changed_best: whether the personal best is another one now.
        personal_best: the personal best now; None if no score is left, or if the player is withdrawn.
        reason: the admin's reason; None if the admin gave none.
    """

    correction: Correction
    event: EventInfo
    player: PlayerName
    submission: LoggedSubmission
    week_is_closed: bool
    week_is_rerun: bool
    was_counted: bool
    changed_best: bool
    personal_best: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """A player's place by personal best: the score and the rank, from 1."""

    score: float
    rank: int


@dataclass(frozen=True, slots=True)
class Podium:
    """The first three of a board, as a change would leave them."""

    board: Board
    players: tuple[PlayerName, ...]


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a change would move in one event.

    Attributes:
        before: the player's place now; None if the player has none.
        after: the place then; None if the player would have none.
        event_elos: the player's event Elo now and then; None where there is none.
        elos_moved: how many other players' Elos would move: all-time Elos, event Elos or both.
        most_moved: by how much at most, in points of Elo.
        podiums: the boards whose first three would change.
    """

    before: Place | None
    after: Place | None
    event_elos: tuple[int | None, int | None]
    elos_moved: int
    most_moved: int
    podiums: tuple[Podium, ...]


@dataclass(frozen=True, slots=True)
class CorrectionPreview:
    """What an addition, a removal or a restoration would change.

    Attributes:
        submission: what would be added, removed or restored; before an addition, its key means nothing.
        week_is_closed: whether its week has been run.
        was_counted: whether the results of the closed week count the score now.
        consequences: of the correction; the results of a closed week stay, except with an addition.
        with_week: of the correction and another run of the closed week; None if that would change nothing more.
    """

    correction: Correction
    event: EventInfo
    player: PlayerName
    submission: LoggedSubmission
    week_is_closed: bool
    was_counted: bool
    consequences: Consequences
    with_week: Consequences | None


@dataclass(frozen=True, slots=True)
class EventConsequences:
    """What a change would move in one of several events."""

    event: EventInfo
    consequences: Consequences


@dataclass(frozen=True, slots=True)
class MembershipPreview:
    """What a withdrawal or a return would change.

    Attributes:
        is_withdrawn: whether the player would be withdrawn.
        events: the events that the player would leave, or be back in.
    """

    player: PlayerName
    is_withdrawn: bool
    events: tuple[EventConsequences, ...]


@dataclass(frozen=True, slots=True)
class ExcuseResult:
    """The result of an excuse, or of taking one back.

    Attributes:
        week: the week that does not count as missed, or counts again.
        event: the one event that it is about; None for all of the server.
        is_excused: whether the player is excused now.
        events: the events whose closed week follows: it counts as missed no longer, or again.
        reason: the admin's reason; None if the admin gave none.
    """

    player: PlayerName
    week: Week
    event: EventInfo | None
    is_excused: bool
    events: tuple[EventInfo, ...]
    reason: str | None


@dataclass(frozen=True, slots=True)
class ExcusePreview:
    """What an excuse, or taking one back, would change: the result, and what moves in each of its events."""

    result: ExcuseResult
    events: tuple[EventConsequences, ...]


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

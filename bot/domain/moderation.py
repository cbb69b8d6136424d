"""Admins' corrections of scores and players, and their consequences."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.events import EventInfo
from bot.domain.scores import ScoreStyle
from bot.domain.servers import PlayerName
from bot.domain.standings import Board
from bot.domain.weeks import Week

PARTED = " · "
"""Separates the score, the time and the week in the name of a submission."""
TAKEN_BACK = "taken back by the player"
"""The reason for a removal by the player."""


@dataclass(frozen=True, slots=True)
class LoggedSubmission:
    """A submission in the log; its text form names it, such as `18,900 points · 2026-11-21 13:05 · 2026-W47`.

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
        """The key that commands and buttons use for it; it cannot be mistaken for a typed score."""
        return f"#{self.id}"

    def __str__(self) -> str:
        return PARTED.join((self.style.show(self.score), f"{self.submitted_at:%Y-%m-%d %H:%M}", str(self.week)))


class Correction(StrEnum):
    """The corrections that an admin can make to one score."""

    ADD = "add"
    REMOVE = "remove"
    RESTORE = "restore"
    APPROVE = "approve"


@dataclass(frozen=True, slots=True)
class CorrectionResult:
    """The result of a correction.

    Attributes:
        submission: the submission that was added, removed, restored or approved.
        week_is_closed: whether its week has a run.
        week_is_rerun: whether the week was rerun; otherwise the results of a closed week stay.
        was_counted: whether the results of the closed week counted the score before the correction.
        changed_best: whether the personal best has changed.
        personal_best: the new personal best; None if no score is left, or if the player is withdrawn.
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
    """A player's place by personal best: the score, the rank, from 1, and the all-time Elo."""

    score: float
    rank: int
    elo: int | None


@dataclass(frozen=True, slots=True)
class Podium:
    """The first three of a board, as they would be after a change."""

    board: Board
    players: tuple[PlayerName, ...]


@dataclass(frozen=True, slots=True)
class Consequences:
    """The effect that a change would have in one event.

    Attributes:
        before: the player's present place; None if the player has none.
        after: the player's place after the change; None if the player would have none.
        event_elos: the player's event Elo at present and after the change; None for none.
        elos_moved: how many other players' Elos would move: all-time Elos, event Elos or both.
        most_moved: the largest of these moves, in points of Elo.
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
    """The effect that an addition, a removal or a restoration would have.

    Attributes:
        submission: the submission to add, remove or restore; the key of one to add is meaningless.
        week_is_closed: whether its week has a run.
        was_counted: whether the results of the closed week count the score at present.
        consequences: the effect of the correction; the results of a closed week stay, except with an addition.
        with_week: the effect of the correction together with a rerun of the closed week; None if the rerun would change
            nothing more.
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
    """The effect that a change would have in one of several events."""

    event: EventInfo
    consequences: Consequences


@dataclass(frozen=True, slots=True)
class MembershipPreview:
    """The effect that a withdrawal or a return would have.

    Attributes:
        is_withdrawn: whether the player would be withdrawn.
        events: the events that the player would leave or rejoin.
    """

    player: PlayerName
    is_withdrawn: bool
    events: tuple[EventConsequences, ...]


@dataclass(frozen=True, slots=True)
class ExcuseResult:
    """The result of giving or withdrawing an excuse.

    Attributes:
        week: the excused week.
        event: the event of the excuse; None for all events of the server.
        is_excused: whether the player is excused after the change.
        events: the events whose closed week changes: it does not count as missed any more, or does again.
        reason: the admin's reason; None if the admin gave none.
        has_other: whether, after an excuse was taken back, another one for the week remains: the one for all events or,
            if that was taken back, those for single events.
    """

    player: PlayerName
    week: Week
    event: EventInfo | None
    is_excused: bool
    events: tuple[EventInfo, ...]
    reason: str | None
    has_other: bool = False


@dataclass(frozen=True, slots=True)
class ExcusePreview:
    """The effect that giving or withdrawing an excuse would have: the result, and the consequences in each event."""

    result: ExcuseResult
    events: tuple[EventConsequences, ...]


@dataclass(frozen=True, slots=True)
class MembershipResult:
    """The result of a withdrawal or a return.

    Attributes:
        is_withdrawn: whether the player is withdrawn after the change.
        events: those that the player has left or rejoined.
        reason: the admin's reason; None if the admin gave none.
    """

    player: PlayerName
    is_withdrawn: bool
    events: tuple[EventInfo, ...]
    reason: str | None

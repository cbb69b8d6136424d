"""Held scores, which count for nothing before an admin has looked at them; `bot.domain.alarm` tells which these are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.events import EventInfo
from bot.domain.moderation import Consequences
from bot.domain.servers import PlayerName
from bot.domain.weeks import Week


class HeldState(StrEnum):
    """What became of a held score."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class HeldScore:
    """A score that waits for an admin, or did.

    Attributes:
        id: the key of its row.
        score: in points or seconds.
        week: the week that it was made in.
        moves: by how many points of Elo it would have moved another player then; None for a score beyond the bounds.
        reason: why an admin refused or approved it; None if they gave none.
        decided_by: Discord's id of that admin; None while it waits.
        decided_at: when that was, in UTC; None likewise.
        is_removed: whether it was approved, and somebody has removed it since.
    """

    id: int
    event: EventInfo
    player: PlayerName
    score: float
    proof: str | None
    week: Week
    held_at: datetime
    moves: int | None
    state: HeldState
    reason: str | None
    decided_by: int | None
    decided_at: datetime | None
    is_removed: bool


@dataclass(frozen=True, slots=True)
class Review:
    """A held score that waits, with what its approval would change.

    Attributes:
        consequences: None if its event takes no scores of that week any more, so that it can only be refused.
        place: which of those that wait it is, from 0, the longest waiting first.
        waiting: how many wait in the server.
    """

    held: HeldScore
    consequences: Consequences | None
    place: int
    waiting: int

    @property
    def can_be_approved(self) -> bool:
        """Whether it may count now: its event takes it, and the player is not withdrawn."""
        return self.consequences is not None and self.consequences.after is not None


@dataclass(frozen=True, slots=True)
class OwnHeldScores:
    """The latest held scores of a player in a server, the latest first."""

    scores: tuple[HeldScore, ...]

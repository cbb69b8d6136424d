"""Held scores, which do not count until an admin approves them; `bot.domain.alarm` decides which scores these are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.events import EventInfo
from bot.domain.moderation import TAKEN_BACK, Consequences
from bot.domain.servers import PlayerName
from bot.domain.weeks import Week


class HeldState(StrEnum):
    """The state of a held score."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class HeldScore:
    """A score that waits, or has waited, for an admin's decision.

    Attributes:
        id: the key of its row.
        interaction_id: Discord's id of the interaction in which it was submitted.
        score: in points or seconds.
        picture: `proof`, if it is the address of a picture that Discord deletes after a while; else None.
        week: the week that it counts for if an admin approves it.
        moves: how many points of Elo it would have moved another player at that time; None for a score beyond the
            bounds.
        reason: why an admin refused or approved it; None if they gave none.
        decided_by: Discord's id of that admin, or of the player, who has taken it back; None while it waits.
        decided_at: when they decided, in UTC; None while it waits.
        is_removed: whether it was approved, but has been removed since.
    """

    id: int
    interaction_id: int
    event: EventInfo
    player: PlayerName
    score: float
    proof: str | None
    picture: str | None
    week: Week
    held_at: datetime
    moves: int | None
    state: HeldState
    reason: str | None
    decided_by: int | None
    decided_at: datetime | None
    is_removed: bool

    @property
    def is_taken_back(self) -> bool:
        """Whether its player, and no admin, has decided."""
        return self.decided_by == self.player.discord_id and self.reason == TAKEN_BACK


@dataclass(frozen=True, slots=True)
class Review:
    """A waiting held score, with the changes that its approval would make.

    Attributes:
        consequences: None if the event does not take the score any more, so that it can only be refused.
        place: its place among the waiting scores, from 0, with the longest waiting one first.
        waiting: how many scores wait in the server.
    """

    held: HeldScore
    consequences: Consequences | None
    place: int
    waiting: int

    @property
    def can_be_approved(self) -> bool:
        """Whether it may count: the event takes it, and the player is not withdrawn."""
        return self.consequences is not None and self.consequences.after is not None


@dataclass(frozen=True, slots=True)
class OwnHeldScores:
    """The latest held scores of a player in a server, the latest first."""

    scores: tuple[HeldScore, ...]

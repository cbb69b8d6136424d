"""Tell which scores an admin looks at before they count: those that would move others far, or are beyond bounds."""

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.events import EventInfo
from bot.domain.moderation import Consequences
from bot.domain.ratings import Field, RatingScale, z_score
from bot.domain.rules import Method
from bot.domain.scores import ScoreDirection
from bot.domain.servers import PlayerName
from bot.domain.weeks import Week

LEAST_FIELD = 5
"""In smaller fields every score moves the others far."""
Extremes = tuple[float, float]
"""The smallest and the greatest of some scores."""


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


def may_alarm(event: EventInfo, size: int) -> bool:
    """Tell whether the influence of scores is watched in a field of this many players.

    Under *robust* and *ranks* no score moves another Elo far, so that only *classic* needs it.
    """
    return event.alarm.elo is not None and event.rules.method is Method.CLASSIC and size >= LEAST_FIELD


def influence(before: Field, after: Field, others: Extremes, scale: RatingScale) -> float:
    """Return by how many points of Elo the change of a field moves another player at most, not rounded.

    An Elo is linear in the score, so the one that moves furthest is that of the smallest or of the greatest score.

    Args:
        before: the field before the score.
        after: the field with it.
        others: the smallest and the greatest score of the other players, or bounds of these.
        scale: the constants of the Elos.
    """
    up = ScoreDirection.HIGH
    moves = (z_score(score, after, up) - z_score(score, before, up) for score in others)
    return scale.elo_per_sigma * max(map(abs, moves))


def bounds_of_others(before: Field, after: Field) -> Extremes:
    """Return bounds of all scores that are in both of two fields.

    No score of n is further from their mean than √(n − 1) standard deviations: P. A. Samuelson, "How deviant can you
    be?", Journal of the American Statistical Association 63 (1968), 1522-1525.
    """
    reaches = [(field.middle, field.spread * math.sqrt(max(field.size - 1, 0))) for field in (before, after)]
    low, high = max(mean - reach for mean, reach in reaches), min(mean + reach for mean, reach in reaches)
    return min(low, high), max(low, high)

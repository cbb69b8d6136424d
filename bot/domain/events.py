"""Events, as every other part describes them."""

from dataclasses import dataclass

from bot.domain.ratings import ScoreDirection
from bot.domain.scores import ScoreStyle


@dataclass(frozen=True, slots=True)
class EventInfo:
    """An event of one server.

    Attributes:
        min_score: the smallest score the event takes, in points or seconds; None for no bound of its own.
        max_score: the greatest, likewise.
    """

    id: int
    guild_id: int
    name: str
    direction: ScoreDirection
    style: ScoreStyle
    min_score: float | None
    max_score: float | None
    is_active: bool


@dataclass(frozen=True, slots=True)
class EventSummary:
    """An event and how many players have a personal best in it."""

    event: EventInfo
    players: int

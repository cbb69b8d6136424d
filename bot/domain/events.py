"""Events as the rest of the bot sees them."""

from dataclasses import dataclass

from bot.domain.scores import ScoreDirection, ScoreStyle


@dataclass(frozen=True, slots=True)
class EventInfo:
    """An event of one server.

    Attributes:
        min_score: the smallest score that the event accepts, in points or seconds; None for no bound.
        max_score: the greatest score that the event accepts, in points or seconds; None for no bound.
        is_active: whether the event accepts scores; False for an archived event.
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
    """An event and the number of players who have a personal best in it."""

    event: EventInfo
    players: int

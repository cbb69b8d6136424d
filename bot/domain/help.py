"""The guide for newcomers to a server."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.events import EventInfo
from bot.domain.ratings import RatingScale


@dataclass(frozen=True, slots=True)
class Guide:
    """The guide for newcomers to a server.

    Attributes:
        events: those that take scores, by name.
        has_boards: whether there are any events, including archived ones.
        is_admin: whether the newcomer is an admin.
        week_ends_at: when the open week of the first event ends, in UTC; without events, when the current week ends.
        closes_weeks: whether weeks then close automatically.
        scale: the constants of the Elos.
    """

    events: tuple[EventInfo, ...]
    has_boards: bool
    is_admin: bool
    week_ends_at: datetime
    closes_weeks: bool
    scale: RatingScale

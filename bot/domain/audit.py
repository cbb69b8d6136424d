"""What admins did in a server, as the audit log tells it."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.servers import PlayerName

ITSELF = 0
"""Who acts, in the audit log, when the bot does what no admin asked for just now: nobody whom Discord knows."""

RULES_CHANGED = "event rules"
"""The action that gives an event other rules."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An action.

    Attributes:
        actor_id: Discord's id of the admin; `ITSELF` for the bot.
        action: such as "remove score".
        event: the name of the event as it is now, not escaped; None if the action concerned no event.
        player: the player whom the action concerned, or None.
        detail: what was done, in the words of the time; not escaped.
        reason: why, not escaped; None if the admin gave no reason.
    """

    done_at: datetime
    actor_id: int
    action: str
    event: str | None
    player: PlayerName | None
    detail: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the actions in a server, the latest first.

    Attributes:
        event_id: the key of the event that all of them concern; None for any.
        player_id: Discord's id of the player whom all of them concern; None for any.
        page: from 0.
        pages: at least 1.
        actions: how many there are on all pages.
    """

    entries: tuple[AuditEntry, ...]
    event_id: int | None
    player_id: int | None
    page: int
    pages: int
    actions: int

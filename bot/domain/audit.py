"""The actions of admins in a server, as the audit log records them."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.servers import PlayerName

ITSELF = 0
"""The actor of what the bot does without an admin's request; no Discord user has this id."""

ADDED = "add score"
"""The action that adds a score for a player."""
CREATED = "event create"
"""The action that makes an event."""
RULES_CHANGED = "event rules"
"""The action that changes the rules of an event."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An action.

    Attributes:
        actor_id: Discord's id of the admin; `ITSELF` for the bot.
        action: the name of the action, such as "remove score".
        event: the current name of the event, not escaped; None if the action concerned no event.
        player: the player whom the action concerned, or None.
        detail: what was done, as written at that time; not escaped.
        reason: the admin's reason, not escaped; None if the admin gave none.
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
        event_id: the key of the event to which the page is limited; None for no limit.
        discord_id: Discord's id of the player to whom the page is limited; None for no limit.
        page: from 0.
        pages: at least 1.
        actions: the number of actions on all pages.
    """

    entries: tuple[AuditEntry, ...]
    event_id: int | None
    discord_id: int | None
    page: int
    pages: int
    actions: int

"""The actions of admins in a server, as the audit log records them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.servers import PlayerName

ITSELF = 0
"""The actor of what the bot does without an admin's request; no Discord user has this id."""


class Action(StrEnum):
    """What admins do, or the bot itself, with the name that the audit log shows."""

    CREATE_EVENT = "event create"
    EDIT_EVENT = "event edit"
    CHANGE_RULES = "event rules"
    BEGIN_AGAIN = "event begin-again"
    AWARD_ROLE = "event role"
    POST_BOARD = "board post"
    REMOVE_BOARD = "board remove"
    CLOSE_WEEK = "weekly reset"
    REOPEN_WEEK = "weekly undo"
    ADD_SCORE = "add score"
    REMOVE_SCORE = "remove score"
    RESTORE_SCORE = "restore score"
    APPROVE_SCORE = "approve score"
    REFUSE_SCORE = "refuse score"
    WITHDRAW_PLAYER = "withdraw player"
    RETURN_PLAYER = "return player"
    EXCUSE_PLAYER = "excuse player"
    TAKE_BACK_EXCUSE = "take back excuse"
    CHANGE_SETTINGS = "settings"
    IMPORT_EVENT = "import event"
    IMPORT_SCORES = "import scores"
    TAKE_IMPORT_BACK = "take import back"
    IMPORT_TOURNAMENT = "import tournament"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An action.

    Attributes:
        actor_id: Discord's id of the admin; `ITSELF` for the bot.
        event: the current name of the event, not escaped; None if the action concerned no event.
        player: the player whom the action concerned, or None.
        detail: what was done, as written at that time; not escaped.
        reason: the admin's reason, not escaped; None if the admin gave none.
    """

    done_at: datetime
    actor_id: int
    action: Action
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

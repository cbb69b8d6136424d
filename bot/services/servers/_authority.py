"""Authorize admins, and record their actions. No other module decides who is an admin."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.dialect import wait_for_turn
from bot.database.models import AuditLog
from bot.domain.audit import ITSELF, Action, Detail
from bot.errors import AlreadyDone, NotAllowed
from bot.services.servers._details import store_detail
from bot.services.servers._settings import load_settings


@dataclass(frozen=True, slots=True)
class Actor:
    """A user in one interaction, as Discord describes them.

    Attributes:
        discord_id: the user.
        guild_id: the server in which they act.
        manages_guild: whether they have the *Manage Server* permission there.
        role_ids: their roles there.
        owns_bot: whether they own the bot.
        interaction_id: Discord's id of the interaction, which the bot handles once even if Discord delivers it twice;
            None for actions without Discord.
    """

    discord_id: int
    guild_id: int
    manages_guild: bool
    role_ids: frozenset[int]
    owns_bot: bool
    interaction_id: int | None = None


def itself(guild_id: int) -> Actor:
    """Return the bot as an actor, for what it does in a server without a user's request."""
    return Actor(ITSELF, guild_id, manages_guild=False, role_ids=frozenset(), owns_bot=True)


def is_admin(session: Session, actor: Actor) -> bool:
    """Tell whether the actor has *Manage Server* or the server's admin role, or owns the bot."""
    return actor.manages_guild or actor.owns_bot or _admin_role(session, actor) in actor.role_ids


def require_admin(session: Session, actor: Actor) -> None:
    """Check that the actor is an admin; see `is_admin`.

    Actions that only read need no more than this; actions that write use `begin_action`.

    Raises:
        NotAllowed: the actor is not an admin.
    """
    if not is_admin(session, actor):
        raise NotAllowed(_admin_role(session, actor))


def _admin_role(session: Session, actor: Actor) -> int | None:
    return load_settings(session, actor.guild_id).admin_role_id


def begin_action(session: Session, actor: Actor) -> None:
    """Begin an admin's action; every such transaction does this first.

    Deliveries of the same interaction pass this point one after the other. A later refusal in the transaction is
    therefore due to other users' actions, and never to an earlier delivery of the same command.

    Raises:
        AlreadyDone: the bot has already handled the same interaction.
        NotAllowed: the actor is not an admin.
    """
    if actor.interaction_id is not None:
        wait_for_turn(session, actor.interaction_id)
        done = select(AuditLog.id).where(AuditLog.interaction_id == actor.interaction_id).limit(1)
        if session.scalar(done) is not None:
            raise AlreadyDone
    require_admin(session, actor)


def record(
    session: Session,
    actor: Actor,
    action: Action,
    detail: Detail,
    *,
    at: datetime,
    event_id: int | None = None,
    player_id: int | None = None,
    reason: str | None = None,
) -> None:
    """Write an action of an admin, or of the bot, to the audit log, in the transaction of the action."""
    session.add(
        AuditLog(
            interaction_id=actor.interaction_id,
            guild_id=actor.guild_id,
            actor_id=actor.discord_id,
            action=action,
            event_id=event_id,
            player_id=player_id,
            detail=store_detail(action, detail),
            reason=reason,
            done_at=at,
        )
    )

"""Who may do what: admins of a server, checked here and nowhere else."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.models import AuditLog, GuildSettings
from bot.domain.servers import ServerSettings
from bot.errors import AlreadyDone, NotAllowed


@dataclass(frozen=True, slots=True)
class Actor:
    """A user as Discord vouches for them in one interaction.

    Attributes:
        discord_id: the user.
        guild_id: the server in which they act.
        manages_guild: whether they have the *Manage Server* permission there.
        role_ids: their roles there.
        owns_bot: whether they are the owner of the bot.
        interaction_id: Discord's id of the command's use, done once however often it is delivered; None for what
            is done past Discord.
    """

    discord_id: int
    guild_id: int
    manages_guild: bool
    role_ids: frozenset[int]
    owns_bot: bool
    interaction_id: int | None = None


def load_settings(session: Session, guild_id: int) -> ServerSettings:
    """Return what a server has set, or the defaults."""
    row = session.get(GuildSettings, guild_id)
    return ServerSettings() if row is None else ServerSettings(row.time_zone, row.admin_role_id)


def require_admin(session: Session, actor: Actor) -> None:
    """Let admins pass: Manage Server, the server's admin role, or the bot's owner.

    Raises:
        NotAllowed: the actor is none of these.
    """
    if actor.manages_guild or actor.owns_bot:
        return
    settings = load_settings(session, actor.guild_id)
    if settings.admin_role_id is None or settings.admin_role_id not in actor.role_ids:
        raise NotAllowed


def refuse_repetition(session: Session, actor: Actor) -> None:
    """Let through what the audit log does not hold yet.

    Raises:
        AlreadyDone: the same use of a command has been delivered before.
    """
    if actor.interaction_id is None:
        return
    done = select(AuditLog.id).where(AuditLog.interaction_id == actor.interaction_id).limit(1)
    if session.scalar(done) is not None:
        raise AlreadyDone


def record(
    session: Session,
    actor: Actor,
    action: str,
    detail: str,
    *,
    at: datetime,
    event_id: int | None = None,
    reason: str | None = None,
) -> None:
    """Write into the audit log, in the transaction of what it records, that an admin did something."""
    session.add(
        AuditLog(
            interaction_id=actor.interaction_id,
            guild_id=actor.guild_id,
            actor_id=actor.discord_id,
            action=action,
            event_id=event_id,
            detail=detail[:500],
            reason=reason,
            done_at=at,
        )
    )

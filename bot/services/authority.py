"""Who may do what: admins of a server, checked here and nowhere else."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.models import AuditLog, GuildSettings
from bot.domain.results import ServerSettings
from bot.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Actor:
    """A user as Discord vouches for them in one interaction.

    Attributes:
        discord_id: the user.
        guild_id: the server in which they act.
        manages_guild: whether they have the *Manage Server* permission there.
        role_ids: their roles there.
        owns_bot: whether they are the owner of the bot.
    """

    discord_id: int
    guild_id: int
    manages_guild: bool
    role_ids: frozenset[int]
    owns_bot: bool


async def load_settings(session: AsyncSession, guild_id: int) -> ServerSettings:
    """Return what a server has set, or the defaults."""
    row = await session.get(GuildSettings, guild_id)
    return ServerSettings() if row is None else ServerSettings(row.time_zone, row.admin_role_id)


async def require_admin(session: AsyncSession, actor: Actor) -> None:
    """Let admins pass: Manage Server, the server's admin role, or the bot's owner.

    Raises:
        NotAllowed: the actor is none of these.
    """
    if actor.manages_guild or actor.owns_bot:
        return
    settings = await load_settings(session, actor.guild_id)
    if settings.admin_role_id is None or settings.admin_role_id not in actor.role_ids:
        raise NotAllowed


def record(
    session: AsyncSession,
    actor: Actor,
    action: str,
    detail: str,
    *,
    at: datetime,
    event_id: int | None = None,
) -> None:
    """Write into the audit log, in the transaction of what it records, that an admin did something."""
    session.add(
        AuditLog(
            guild_id=actor.guild_id,
            actor_id=actor.discord_id,
            action=action,
            event_id=event_id,
            detail=detail[:500],
            done_at=at,
        )
    )

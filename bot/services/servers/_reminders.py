"""Have players told what has just happened in their server."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Reminders
from bot.domain.jobs import JobKind
from bot.domain.reminders import SETTLES
from bot.services.jobs import HASTEN


def reminder_key(guild_id: int, discord_id: int) -> str:
    """Return the key of the job that tells a user of a server."""
    return f"{guild_id}:{discord_id}"


def hasten_results(session: Session, guild_id: int, now: datetime) -> None:
    """Have those told soon who want to know of closed weeks of a server, in the transaction that closes one."""
    wanted = sa.select(Reminders.discord_id).where(Reminders.guild_id == guild_id, Reminders.tells_results)
    kind, at = JobKind.REMINDER.value, now + SETTLES
    if rows := [(kind, reminder_key(guild_id, discord_id)) for discord_id in session.scalars(wanted)]:
        HASTEN.write(session.connection(), sorted(rows), due_at=at, latest=at)

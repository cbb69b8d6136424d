"""Hasten what tells players what has just happened in their server, and admins what waits for them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import HeldScore, Reminders
from bot.domain.jobs import JobKind
from bot.domain.reminders import SETTLES
from bot.services.jobs import schedule_all
from bot.services.servers._notices import waiting_in


def reminder_key(guild_id: int, discord_id: int) -> str:
    """Return the key of the job that tells a user of a server."""
    return f"{guild_id}:{discord_id}"


def hasten_results(session: Session, guild_id: int, now: datetime) -> None:
    """Hasten the reminders of those who want to know of closed weeks, in the transaction that closes one.

    A reminder tells only what has settled by then, so that an earlier one would leave this week to the next day.
    """
    wanted = sa.select(Reminders.discord_id).where(Reminders.guild_id == guild_id, Reminders.tells_results)
    jobs = [(JobKind.REMINDER, reminder_key(guild_id, discord_id)) for discord_id in session.scalars(wanted)]
    schedule_all(session, jobs, now + SETTLES)


def hasten_reviews(session: Session, guild_id: int, now: datetime) -> None:
    """Tell admins of a server now of all held scores that wait, in the transaction that changes where they are told."""
    waiting = waiting_in(guild_id).with_only_columns(HeldScore.interaction_id)
    schedule_all(session, [(JobKind.REVIEW, str(key)) for key in session.scalars(waiting)], now)

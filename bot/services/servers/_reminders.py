"""Hasten the jobs that tell players the news of their server, and admins which scores wait."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import HeldScore, Player, Reminders, WeeklyResult, WeeklyRun
from bot.domain.jobs import JobKind
from bot.domain.reminders import REMINDED_AFTER
from bot.services.jobs import schedule_all
from bot.services.servers._notices import waiting_in


def reminder_key(guild_id: int, discord_id: int) -> str:
    """Return the key of the reminder job of a user in a server."""
    return f"{guild_id}:{discord_id}"


def hasten_results(session: Session, run: WeeklyRun, guild_id: int, now: datetime) -> None:
    """Hasten the reminders of players who want results and have one in a run that this transaction makes.

    A reminder covers only settled results. If it ran earlier, this week would have to wait for the next day's message.
    """
    has_score = WeeklyResult.run_id == run.id, WeeklyResult.score.is_not(None)
    wanted = (
        sa.select(Reminders.discord_id)
        .join(Player, Player.discord_id == Reminders.discord_id)
        .join(WeeklyResult, WeeklyResult.player_id == Player.id)
        .where(Reminders.guild_id == guild_id, Reminders.tells_results, *has_score)
    )
    jobs = [(JobKind.REMINDER, reminder_key(guild_id, discord_id)) for discord_id in session.scalars(wanted)]
    schedule_all(session, jobs, now + REMINDED_AFTER)


def hasten_reviews(session: Session, guild_id: int, now: datetime) -> None:
    """Remind the admins of a server of all waiting scores at once.

    It runs in the transaction that changes where the server shows held scores.
    """
    waiting = waiting_in(guild_id).with_only_columns(HeldScore.interaction_id)
    schedule_all(session, [(JobKind.REVIEW, str(key)) for key in session.scalars(waiting)], now)

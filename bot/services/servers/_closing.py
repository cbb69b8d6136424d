"""Schedule when the weeks of a server close by themselves."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain.jobs import JobKind
from bot.domain.servers import ServerSettings
from bot.domain.weeks import Closing
from bot.services.jobs import cancel, find_job, schedule


def move_close(session: Session, guild_id: int, settings: ServerSettings, now: datetime) -> None:
    """Move or cancel the next close of a server, after its settings have changed.

    A close that is overdue, given up or being tried again is due at once. No other is, so that no week closes because
    somebody looks through the settings.
    """
    key = str(guild_id)
    if not settings.closes_weeks:
        cancel(session, JobKind.CLOSE_WEEKS, key)
        return
    due_at = Closing.at(now, settings.time_zone, settings.grace).next_at
    job = find_job(session, JobKind.CLOSE_WEEKS, key, lock=True)
    if job is not None and (job.due_at is None or job.due_at <= now or job.tries > 0):
        due_at = now
    schedule(session, JobKind.CLOSE_WEEKS, key, due_at)

"""Schedule the automatic closes of a server's weeks."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event, Post, WeeklyRun
from bot.domain.announcements import results_key
from bot.domain.jobs import JobKind
from bot.domain.servers import ServerSettings
from bot.domain.weeks import Closing, Week
from bot.services.jobs import cancel, find_job, schedule, schedule_all


def move_close(
    session: Session, guild_id: int, before: ServerSettings, settings: ServerSettings, now: datetime
) -> None:
    """Move or cancel the next close of a server after its settings have changed, and refresh the posts that show it.

    A close that is overdue, given up or being retried becomes due at once. Any other close keeps its time if the new
    settings would make it overdue, so that changing settings never closes a week by surprise.
    """
    schedule_all(session, _posts_with_close(session, guild_id), now)
    key = str(guild_id)
    if not settings.closes_weeks:
        cancel(session, JobKind.CLOSE_WEEKS, key)
        return
    was, closing = _closing(before, now), _closing(settings, now)
    due_at = closing.next_at
    job = find_job(session, JobKind.CLOSE_WEEKS, key, lock=True)
    if job is not None:
        if job.due_at is None or job.due_at <= now or job.tries > 0:
            due_at = now
        else:
            # A close that already kept its time once belongs to the week before.
            week = was.first_open if job.due_at >= was.next_at else was.first_open.before()
            due_at = job.due_at if week < closing.first_open else due_at
    schedule(session, JobKind.CLOSE_WEEKS, key, due_at)


def _posts_with_close(session: Session, guild_id: int) -> list[tuple[JobKind, str]]:
    """Return the posts that show when weeks close next: a server's boards, and its events' latest results."""
    boards = sa.select(Event.id).where(Event.guild_id == guild_id, Event.board_channel_id.is_not(None))
    latest = sa.select(WeeklyRun.event_id, sa.func.max(WeeklyRun.week_number)).join(Event).group_by(WeeklyRun.event_id)
    runs = session.execute(latest.where(Event.guild_id == guild_id))
    keys = {results_key(event_id, Week.from_code(code)) for event_id, code in runs}
    posted = sa.select(Post.key).join(Event, Event.id == Post.event_id)
    posted = posted.where(Event.guild_id == guild_id, Post.kind == JobKind.RESULTS)
    results = [(JobKind.RESULTS, key) for key in session.scalars(posted) if key in keys]
    return [*((JobKind.BOARD, str(event_id)) for event_id in session.scalars(boards)), *results]


def _closing(settings: ServerSettings, now: datetime) -> Closing:
    return Closing.at(now, settings.time_zone, settings.grace)

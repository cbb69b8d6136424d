"""Close the finished weeks of servers that want that, without an admin."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Event, LeaderboardScore, ScoreType
from bot.domain.clock import Clock
from bot.domain.jobs import Claim
from bot.domain.ratings import RatingScale
from bot.domain.weeks import Closing, Week
from bot.errors import Unavailable, WeekNotRunnable
from bot.services.events import find_event
from bot.services.jobs import ClaimLost, hold, postpone
from bot.services.ratings import has_type
from bot.services.servers import itself, load_settings
from bot.services.weeks._lookup import check_runnable, is_reopened
from bot.services.weeks._run import close_week

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DueWeek:
    """A finished week of an event that is to be closed."""

    week: Week
    event_id: int


class WeekCloser:
    """Closes the finished weeks of all events of a server, oldest first, and comes again when the next week is over.

    Each week of each event has its own transaction, which holds the claim: of two processes that close the same
    server, or an admin who changes when weeks close, one waits for the other and then finds the claim lost. A week that
    an admin has reopened since it was to close is left to the admin until the next close.
    """

    def __init__(self, database: Database, clock: Clock, scale: RatingScale) -> None:
        self._database = database
        self._clock = clock
        self._scale = scale

    async def close(self, claim: Claim) -> None:
        """Do a job whose key is the server.

        An event whose week cannot be closed keeps no other event waiting. If it fails with the last try too, it is
        tried again with the next close.

        Raises:
            ClaimLost: the job is no longer this process's.
            Unavailable: the database did not answer.
            Further errors: what kept an event from being closed.
        """
        guild_id = int(claim.key)
        failures: dict[int, Exception] = {}
        closing, weeks = await self._database.read(lambda session: self._plan(session, guild_id))
        last = {due.event_id: due.week for due in weeks}
        for due in weeks:
            if due.event_id in failures:
                continue
            try:
                await self._close(claim, guild_id, due, last[due.event_id], closing.since)
            except (ClaimLost, Unavailable):
                raise
            except Exception as error:
                logger.exception("event %d: %s could not be closed", due.event_id, due.week)
                failures[due.event_id] = error
        if failures and not claim.is_last_try:
            raise next(iter(failures.values()))
        if failures:
            logger.error("server %d: events given up until the next close: %s", guild_id, sorted(failures))
        given_up = f"not closed: {sorted(failures)}" if failures else None
        # As planned: a week whose grace has ended meanwhile is due at once.
        await self._database.write(lambda session: postpone(session, claim, closing.next_at, given_up))

    def _plan(self, session: Session, guild_id: int) -> tuple[Closing, list[DueWeek]]:
        """Return the weeks to close, the oldest first. Whoever changes the settings that say so takes the claim."""
        settings = load_settings(session, guild_id)
        closing = Closing.at(self._clock(), settings.time_zone, settings.grace)
        weeks = (
            sa.select(sa.type_coerce(LeaderboardScore.week_number, sa.Integer), Event.id)
            .join(Event, Event.id == LeaderboardScore.event_id)
            .where(
                Event.guild_id == guild_id,
                has_type(ScoreType.WEEKLY),
                LeaderboardScore.week_number < closing.first_open.code,
            )
            .distinct()
            .order_by(LeaderboardScore.week_number, Event.id)
        )
        return closing, [DueWeek(Week.from_code(code), event_id) for code, event_id in session.execute(weeks)]

    async def _close(self, claim: Claim, guild_id: int, due: DueWeek, last: Week, since: datetime) -> None:
        def work(session: Session) -> None:
            hold(session, claim)
            now = self._clock()
            event = find_event(session, guild_id, due.event_id, lock=True)
            if session.scalar(sa.select(is_reopened(since)).where(Event.id == event.id)):
                return
            # Meanwhile an admin may have closed the week, or removed its last score.
            settings = load_settings(session, guild_id)
            announces = settings.announcement_channel_id is not None
            with suppress(WeekNotRunnable):
                check_runnable(session, event, due.week, Week.at(now, settings.time_zone))
                actor = itself(guild_id)
                close_week(session, actor, event, due.week, self._scale, now, last=last, announces=announces)

        await self._database.write(work)

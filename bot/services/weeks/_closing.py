"""Close finished weeks automatically, in servers that want that."""

import logging
from contextlib import suppress
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.dialect import may_be_the_rows
from bot.database.models import Event, LeaderboardScore, ScoreType, WeeklyRun
from bot.domain.clock import Clock
from bot.domain.jobs import Claim
from bot.domain.ratings import RatingScale
from bot.domain.weeks import Closing, Week
from bot.errors import Unavailable, WeekWithoutScores
from bot.services.events import find_event
from bot.services.jobs import ClaimLost, hold, postpone
from bot.services.ratings import has_type
from bot.services.servers import itself, load_settings
from bot.services.weeks._lookup import is_reopened
from bot.services.weeks._run import close_week

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DueWeek:
    """A finished week of an event that is due to be closed."""

    week: Week
    event_id: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The work of one close of a server.

    Attributes:
        weeks: the weeks to close, the oldest first.
        last: the last of these weeks, by event.
    """

    closing: Closing
    weeks: list[DueWeek]
    last: dict[int, Week]


class WeekCloser:
    """Closes the finished weeks of all events of a server, oldest first, and reschedules itself for the next close.

    Each week of each event has its own transaction, which holds the claim. If another process closes the same server,
    or an admin changes when weeks close, one waits for the other and then finds the claim lost. A week that an admin
    has reopened since it was due to close is left to the admin until the next close.
    """

    def __init__(self, database: Database, clock: Clock, scale: RatingScale) -> None:
        self._database = database
        self._clock = clock
        self._scale = scale

    async def close(self, claim: Claim) -> None:
        """Run the job whose key is the server.

        A failing event does not delay the others. If the last retry fails too, the next close tries again.

        Raises:
            ClaimLost: this process no longer holds the claim.
            Unavailable: the database did not answer.
            Further errors: the reason why an event could not be closed.
        """
        guild_id = int(claim.key)
        plan = await self._database.read(lambda session: self._plan(session, guild_id))
        failures: dict[int, Exception] = {}
        for due in plan.weeks:
            if due.event_id in failures:
                continue
            # Most closes end with the transaction of their last week.
            ends = due is plan.weeks[-1] and not failures
            try:
                await self._close(claim, plan, due, ends=ends)
            except ClaimLost:
                raise
            except Exception as error:
                is_outage = isinstance(error, Unavailable) and not may_be_the_rows(error.__cause__)
                if is_outage and not claim.is_last_try:
                    raise
                logger.exception("event %d: %s could not be closed", due.event_id, due.week)
                failures[due.event_id] = error
        if plan.weeks and not failures:
            return
        if failures and not claim.is_last_try:
            raise next(iter(failures.values()))
        if failures:
            logger.error("server %d: events given up until the next close: %s", guild_id, sorted(failures))
        given_up = f"not closed: {sorted(failures)}" if failures else None
        # Use the planned time, so that a week whose grace has ended meanwhile is due at once.
        await self._database.write(lambda session: postpone(session, claim, plan.closing.next_at, given_up))

    def _plan(self, session: Session, guild_id: int) -> Plan:
        """Find the weeks to close. Changing the settings that this reads ends the claim."""
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
        due = [DueWeek(Week.from_code(code), event_id) for code, event_id in session.execute(weeks)]
        return Plan(closing, due, {one.event_id: one.week for one in due})

    async def _close(self, claim: Claim, plan: Plan, due: DueWeek, *, ends: bool) -> None:
        guild_id = int(claim.key)

        def work(session: Session) -> None:
            hold(session, claim)
            event = find_event(session, guild_id, due.event_id, lock=True)
            is_run = sa.exists().where(WeeklyRun.event_id == event.id, WeeklyRun.week_number == due.week.code)
            with session.no_autoflush:
                # Meanwhile an admin may have closed the week, or reopened one of the event's weeks.
                skipped = session.scalar(
                    sa.select(is_run | is_reopened(plan.closing.since)).where(Event.id == event.id)
                )
            if not skipped:
                # An admin may also have removed the last score of the week.
                with suppress(WeekWithoutScores):
                    actor, last = itself(guild_id), plan.last[event.id]
                    close_week(session, actor, event, due.week, self._scale, self._clock(), last=last)
            if ends:
                postpone(session, claim, plan.closing.next_at)

        await self._database.write(work)

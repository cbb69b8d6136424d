"""All-time Elos that are stored: brought up to date, and whether they are."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Event
from bot.domain.ratings import RatingScale
from bot.domain.results import EventStatistics
from bot.services.events import describe, find_event, lock_event
from bot.services.ratings._fields import statistics_of
from bot.services.ratings._recalculation import is_current, recalculate


class LeaderboardScoringService:
    """Keeps the stored Elos those of the current field."""

    def __init__(self, database: Database, scale: RatingScale) -> None:
        """Rate by the constants of `scale`."""
        self._database = database
        self._scale = scale

    async def recalculate(self, event_id: int) -> None:
        """Write the all-time Elo of every player of an event, and the event Elo that follows from it.

        Does nothing where they are current.

        Raises:
            Unavailable: the database did not answer.
        """

        def work(session: Session) -> None:
            recalculate(session, lock_event(session, event_id), self._scale)

        await self._database.write(work)

    async def stale_events(self) -> tuple[int, ...]:
        """Return the keys of the events whose stored Elos are not of their current field and constants.

        Raises:
            Unavailable: the database did not answer.
        """

        def work(session: Session) -> tuple[int, ...]:
            return tuple(session.scalars(select(Event.id).where(self._is_stale()).order_by(Event.id)))

        return await self._database.read(work)

    async def is_stale(self, event_id: int) -> bool:
        """Tell whether an event awaits a recalculation.

        Raises:
            Unavailable: the database did not answer.
        """

        def work(session: Session) -> bool:
            statement = select(Event.id).where(Event.id == event_id, self._is_stale())
            return session.scalar(statement) is not None

        return await self._database.read(work)

    async def statistics(self, guild_id: int, event_name: str) -> EventStatistics:
        """Return the field of all personal bests of an event.

        Raises:
            EventNotFound: the server has no such leaderboard event.
            Unavailable: the database did not answer.
        """

        def work(session: Session) -> EventStatistics:
            event = find_event(session, guild_id, event_name)
            return EventStatistics(describe(event), statistics_of(event).field, is_current(event, self._scale))

        return await self._database.read(work)

    def _is_stale(self) -> ColumnElement[bool]:
        return (Event.score_count > 0) & (
            (Event.elo_version != Event.scores_version)
            | Event.elo_base.is_distinct_from(self._scale.base_elo)
            | Event.elo_per_sigma.is_distinct_from(self._scale.elo_per_sigma)
        )

"""All-time Elos that are stored: brought up to date, and whether they are."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Event
from bot.domain.ratings import RatingScale
from bot.services.events import lock_event
from bot.services.ratings._recalculation import recalculate


class LeaderboardScoringService:
    """Keeps the stored Elos those of the current field."""

    def __init__(self, database: Database, scale: RatingScale) -> None:
        """Rate by the constants of `scale`."""
        self._database = database
        self._scale = scale

    async def recalculate(self, event_id: int) -> None:
        """Write the all-time Elo of every player of an event, and the event Elo that follows from it.

        Does nothing where they are current.
        """

        def work(session: Session) -> None:
            recalculate(session, lock_event(session, event_id), self._scale)

        await self._database.write(work)

    async def stale_events(self) -> tuple[int, ...]:
        """Return the keys of the events whose stored Elos are not of their current field and constants."""

        def work(session: Session) -> tuple[int, ...]:
            return tuple(session.scalars(sa.select(Event.id).where(self._is_stale()).order_by(Event.id)))

        return await self._database.read(work)

    async def is_stale(self, event_id: int) -> bool:
        """Tell whether an event awaits a recalculation."""

        def work(session: Session) -> bool:
            statement = sa.select(Event.id).where(Event.id == event_id, self._is_stale())
            return session.scalar(statement) is not None

        return await self._database.read(work)

    def _is_stale(self) -> sa.ColumnElement[bool]:
        return (Event.score_count > 0) & (
            (Event.elo_version != Event.scores_version)
            | Event.elo_base.is_distinct_from(self._scale.base_elo)
            | Event.elo_per_sigma.is_distinct_from(self._scale.elo_per_sigma)
        )

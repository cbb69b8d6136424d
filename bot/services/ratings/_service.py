"""Bring stored Elos up to date, and find the events whose Elos are stale."""

import sqlalchemy as sa

from bot.database.database import Database
from bot.database.models import Event
from bot.domain.ratings import RatingScale
from bot.services.events import lock_event
from bot.services.ratings._recalculation import recalculate


class LeaderboardScoringService:
    """Keeps stored Elos equal to those of the current field."""

    def __init__(self, database: Database, scale: RatingScale) -> None:
        self._database = database
        self._scale = scale

    async def recalculate(self, event_id: int) -> None:
        """Write the all-time Elos and event Elos of an event, unless they are current."""
        await self._database.write(lambda session: recalculate(session, lock_event(session, event_id), self._scale))

    async def stale_events(self) -> tuple[int, ...]:
        """Return the keys of the events that await a recalculation, with scores or constants newer than their Elos."""
        stale = sa.select(Event.id).where(self._is_stale()).order_by(Event.id)
        return await self._database.read(lambda session: tuple(session.scalars(stale)))

    async def is_stale(self, event_id: int) -> bool:
        """Tell whether an event awaits a recalculation."""
        stale = sa.select(Event.id).where(Event.id == event_id, self._is_stale())
        return await self._database.read(lambda session: session.scalar(stale) is not None)

    def _is_stale(self) -> sa.ColumnElement[bool]:
        return (Event.score_count > 0) & (
            (Event.elo_version != Event.scores_version)
            | Event.elo_base.is_distinct_from(self._scale.base_elo)
            | Event.elo_per_sigma.is_distinct_from(self._scale.elo_per_sigma)
        )

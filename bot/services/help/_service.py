"""Read the newcomers' guide to a server."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Event
from bot.domain.clock import Clock
from bot.domain.help import Guide
from bot.domain.ratings import RatingScale
from bot.domain.weeks import Week
from bot.services.events import describe, open_events
from bot.services.servers import Actor, is_admin, load_settings
from bot.services.weeks import open_week


class HelpService:
    """Introduces newcomers to a server's events."""

    def __init__(self, database: Database, clock: Clock, scale: RatingScale) -> None:
        self._database = database
        self._clock = clock
        self._scale = scale

    async def guide(self, actor: Actor) -> Guide:
        """Return the guide to the actor's server."""

        def work(session: Session) -> Guide:
            settings = load_settings(session, actor.guild_id)
            week = Week.at(self._clock(), settings.time_zone)
            events = session.scalars(open_events(actor.guild_id, week)).all()
            any_event = select(Event.id).where(Event.guild_id == actor.guild_id).limit(1)
            if events:
                week = open_week(session, events[0].id, week)
            return Guide(
                events=tuple(map(describe, events)),
                has_boards=session.scalar(any_event) is not None,
                is_admin=is_admin(session, actor),
                week_ends_at=week.ends_at(settings.time_zone),
                closes_weeks=settings.closes_weeks,
                scale=self._scale,
            )

        return await self._database.read(work)

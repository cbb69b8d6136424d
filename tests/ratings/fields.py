"""The fields that events store."""

from sqlalchemy import Row, select

from bot.database.database import Database
from bot.database.models import Event
from bot.domain.ratings import Field
from bot.services.ratings import statistics_of
from tests.backends import EVENT


async def stored_event(database: Database, name: str = EVENT) -> Row[tuple[Event]]:
    """Return the row of an event by its name."""
    of_name = select(Event.__table__).where(Event.name == name)
    return await database.read(lambda session: session.execute(of_name).one())


async def stored_field(database: Database, name: str = EVENT) -> Field:
    """Return the stored field of an event's personal bests."""
    return statistics_of(await stored_event(database, name)).field

"""Read the fields that events store."""

from sqlalchemy import select

from bot.database.database import Database
from bot.database.models import Event
from bot.domain.ratings import Field
from tests.backends import EVENT


async def stored_event(database: Database, name: str = EVENT) -> Event:
    """Return the stored event with this name."""
    of_name = select(Event).where(Event.name == name)
    return await database.read(lambda session: session.scalars(of_name).one())


async def stored_field(database: Database, name: str = EVENT) -> Field:
    """Return the stored field of an event's personal bests."""
    return (await stored_event(database, name)).statistics.field

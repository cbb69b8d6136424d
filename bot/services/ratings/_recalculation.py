"""The all-time Elos that are stored: computed in the database, written where they change."""

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from bot.database.built_statements import execute_together
from bot.database.models import Event
from bot.domain.moved_elos import Band, moved_bands
from bot.domain.ratings import Field, RatingScale
from bot.services.events._lookup import describe
from bot.services.ratings import _recalculation_sql as sql
from bot.services.ratings._expressions import elo_parameters
from bot.services.ratings._fields import statistics_of

FEW_PLAYERS = 20_000
"""Of so many players all are looked at, which takes no longer."""


async def recalculate(session: AsyncSession, event: Event, scale: RatingScale) -> None:
    """Bring the stored Elos of a locked event up to its current field, in the caller's transaction."""
    if not is_current(event, scale):
        await session.run_sync(_recalculate, event, scale)


def is_current(event: Event, scale: RatingScale) -> bool:
    """Tell whether the stored Elos are those of the current field and constants."""
    return event.score_count == 0 or (event.elo_version == event.scores_version and _has_constants(event, scale))


def _has_constants(event: Event, scale: RatingScale) -> bool:
    return (event.elo_base, event.elo_per_sigma) == (scale.base_elo, scale.elo_per_sigma)


def _recalculate(session: Session, event: Event, scale: RatingScale) -> None:
    session.flush()
    connection = session.connection()
    field = statistics_of(event).field
    parameters = {"of_event": event.id, **elo_parameters(field, describe(event).direction, scale)}
    bands = _moved_bands(connection, event, field, scale)
    if bands:
        sql.WRITE_ELOS_BETWEEN.execute(connection, [(event.id, *band) for band in bands], **parameters)
    if not _has_constants(event, scale):
        connection.execute(sql.RATE_WITHOUT_BEST, parameters)
    if bands is None:
        write = sql.WRITE_ELOS, parameters
    else:
        write = sql.WRITE_ELOS_OF_SUBMITTERS, parameters | {"since_submission": event.elo_submission_id}
    noted = {
        "elo_version": event.scores_version,
        "elo_field_version": event.scores_version,
        "elo_base": scale.base_elo,
        "elo_per_sigma": scale.elo_per_sigma,
        "elo_origin": field.origin,
        "elo_mean": field.mean,
        "elo_sd": field.sd,
    }
    execute_together(connection, write, (sql.NOTE, sql.note_parameters(event.id, noted)))
    for name, value in noted.items():
        set_committed_value(event, name, value)


def _moved_bands(connection: Connection, event: Event, field: Field, scale: RatingScale) -> list[Band] | None:
    """Return bands that hold everybody whose Elo differs, but for those who have submitted since; None for all."""
    is_known = event.elo_field_version == event.elo_version and _has_constants(event, scale)
    if field.size <= FEW_PLAYERS or not is_known:
        return None
    before = Field(field.size, event.elo_origin, event.elo_mean, event.elo_sd)
    least, greatest = connection.execute(sql.EXTREMES, {"of_event": event.id}).one()
    return moved_bands(before, field, describe(event).direction, scale, least, greatest)

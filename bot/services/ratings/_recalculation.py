"""Bring stored Elos up to date: the database computes them and writes those that have changed."""

from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from bot.database.database import Database
from bot.database.dialect import UtcDateTime
from bot.database.models import Event, LeaderboardScore, PlayerEventStats, ScoreSubmission
from bot.database.rows import Columns, RowsStatement, is_in_file
from bot.database.streams import AnySelect
from bot.domain.clock import utc_now
from bot.domain.methods import Rating
from bot.domain.moved_elos import Band, moved_bands
from bot.domain.ratings import Field, RatingScale
from bot.domain.rules import Attendance, Method, Rules
from bot.domain.scores import ScoreDirection
from bot.services.events import lock_event
from bot.services.ratings._averages import count_averages
from bot.services.ratings._bests import is_personal_best
from bot.services.ratings._expressions import event_elo_expression
from bot.services.ratings._methods import current_field, rate, rating_of, rating_parameters

FEW_PLAYERS = 20_000
"""Up to this many players, a recalculation looks at everyone; beyond, it first finds out whose Elo has moved."""

_EVENT = sa.bindparam("of_event", type_=sa.Integer())
_SINCE = sa.bindparam("since_submission", type_=sa.BigInteger())
_NOW = sa.bindparam("now", type_=UtcDateTime())
_SCORES, _STATS, _LOG = LeaderboardScore, PlayerEventStats, ScoreSubmission


class LeaderboardScoringService:
    """Keeps stored Elos equal to those of the current field."""

    def __init__(self, database: Database, scale: RatingScale) -> None:
        self._database = database
        self._scale = scale

    async def recalculate(self, event_id: int) -> None:
        """Write the all-time Elos and event Elos of an event, unless they are current."""
        await self._database.write(lambda session: recalculate(session, lock_event(session, event_id), self._scale))

    async def stale_events(self) -> tuple[int, ...]:
        """Return the keys of the stale events: those whose scores or constants are newer than their Elos."""
        stale = sa.select(Event.id).where(self._is_stale()).order_by(Event.id)
        return await self._database.read(lambda session: tuple(session.scalars(stale)))

    async def is_stale(self, event_id: int) -> bool:
        """Tell whether an event awaits a recalculation."""
        stale = sa.select(Event.id).where(Event.id == event_id, self._is_stale())
        return await self._database.read(lambda session: session.scalar(stale) is not None)

    def _is_stale(self) -> sa.ColumnElement[bool]:
        return (Event.scores_version > 0) & (
            (Event.elo_version != Event.scores_version)
            | Event.elo_base.is_distinct_from(self._scale.base_elo)
            | Event.elo_per_sigma.is_distinct_from(self._scale.elo_per_sigma)
        )


def recalculate(session: Session, event: Event, scale: RatingScale) -> None:
    """Bring the stored Elos of a locked event up to date with its field, in the caller's transaction."""
    if is_current(event, scale):
        return
    session.flush()
    connection, rating = session.connection(), rating_of(event, scale)
    field = current_field(connection, rating, event)
    parameters = {"of_event": event.id, "now": utc_now(), **rating_parameters(rating, field)}
    bands = _moved_bands(connection, event, field, rating)
    if not _has_constants(event, scale):
        if rating.rules.attendance is Attendance.PLAYED:
            # Two of its weeks have the base Elo.
            count_averages(session, event.id, rating)
        connection.execute(_RATE_WITHOUT_BEST, parameters)
    statements = _statements(rating.rules.method, rating.rules.rates_logarithms, rating.direction)
    if bands is None:
        connection.execute(statements.write_all, parameters)
    else:
        if bands:
            statements.write_between.execute(connection, [(event.id, *band) for band in bands], **parameters)
        connection.execute(statements.write_submitters, parameters | {"since_submission": event.elo_submission_id})
    noted: dict[str, int | float] = {
        "elo_version": event.scores_version,
        "elo_field_version": event.scores_version,
        "elo_base": scale.base_elo,
        "elo_per_sigma": scale.elo_per_sigma,
        "elo_origin": field.origin,
        "elo_centre": field.centre,
        "elo_spread": field.spread,
    }
    connection.execute(_NOTE.values(noted), {"of_event": event.id})
    for name, value in noted.items():
        set_committed_value(event, name, value)


def is_current(event: Event, scale: RatingScale) -> bool:
    """Tell whether the stored Elos match the current field and constants."""
    return event.scores_version == 0 or (event.elo_version == event.scores_version and _has_constants(event, scale))


def _has_constants(event: Event, scale: RatingScale) -> bool:
    return (event.elo_base, event.elo_per_sigma) == (scale.base_elo, scale.elo_per_sigma)


def _moved_bands(connection: sa.Connection, event: Event, field: Field, rating: Rating) -> list[Band] | None:
    """Return bands of scores; outside them, only recent submitters' Elos have moved.

    None means that anyone's may have.
    """
    is_known = event.elo_field_version == event.elo_version and _has_constants(event, rating.scale)
    if field.size <= FEW_PLAYERS or not is_known or rating.rules.method is Method.RANKS:
        return None
    before = Field(field.size, event.elo_origin, event.elo_centre, event.elo_spread)
    least, greatest = connection.execute(_EXTREMES, {"of_event": event.id}).one()
    return moved_bands(before, field, rating, least, greatest)


def _write(rated: AnySelect) -> sa.Update:
    bests = rated.subquery()
    return (
        sa.update(_STATS)
        .where(
            _STATS.event_id == bests.c.event_id,
            _STATS.player_id == bests.c.player_id,
            _STATS.all_time_leaderboard_elo.is_distinct_from(bests.c.elo),
        )
        .values(
            all_time_leaderboard_elo=bests.c.elo,
            calculated_event_elo=sa.case(
                (_STATS.weeks_participated > 0, event_elo_expression(bests.c.elo, _STATS.weekly_elo_average))
            ),
            updated_at=_NOW,
        )
    )


# The addition of 0 keeps the planner from using the index by event: few rows are new, but an event may have many.
_NEW = sa.and_(_LOG.id > _SINCE, _LOG.event_id + 0 == _EVENT)
_BANDS: Columns = {"event_id": sa.Integer(), "low": sa.Double(), "high": sa.Double()}


class Statements:
    """Statements that write the changed Elos of one method, and the event Elos that depend on them.

    Attributes:
        write_all: looks at all players.
        write_submitters: looks at players who have submitted since the last recalculation.
        write_between: looks at players whose scores lie in bands; the bands allow for the rounding of JSON.
    """

    def __init__(self, rating: Rating) -> None:
        self._rating = rating
        self.write_all = _write(self._bests(_EVENT))
        self.write_submitters = _write(self._bests(_LOG.event_id, _SCORES.player_id == _LOG.player_id, _NEW))
        self.write_between = RowsStatement("bands", _BANDS, self._write_between)

    def _bests(self, event_id: sa.SQLColumnExpression[int], *conditions: sa.ColumnElement[bool]) -> AnySelect:
        bests = sa.select(_SCORES.event_id, _SCORES.player_id).where(is_personal_best(event_id), *conditions)
        return rate(bests, _SCORES.score, self._rating)

    def _write_between(self, bands: sa.FromClause) -> sa.Executable:
        # The band's event makes SQLite look up the scores of each band, and not the bands of each score.
        rated = self._bests(bands.c.event_id, _SCORES.score >= bands.c.low, _SCORES.score <= bands.c.high)
        if is_in_file(bands):
            return _write(rated)
        # Without the array, PostgreSQL overestimates the number of players and reads all ratings.
        of_band = rated.offset(0).lateral()
        players = sa.select(of_band.c.player_id).select_from(bands.join(of_band, sa.true())).scalar_subquery()
        has_moved = _SCORES.player_id == sa.any_(sa.func.array(players, type_=sa.ARRAY(sa.Integer)))
        return _write(self._bests(_EVENT, has_moved))


@cache
def _statements(method: Method, uses_logarithm: bool, direction: ScoreDirection) -> Statements:
    """Return the statements of a method, the same for all events."""
    return Statements(Rating(direction, Rules(method, uses_logarithm), RatingScale()))


_RATE_WITHOUT_BEST = (
    sa.update(_STATS)
    .where(
        _STATS.event_id == _EVENT,
        _STATS.all_time_leaderboard_elo.is_(None),
        _STATS.weeks_participated > 0,
    )
    .values(calculated_event_elo=event_elo_expression(sa.null(), _STATS.weekly_elo_average), updated_at=_NOW)
)
"""Writes the event Elos of players whose scores were all removed; their weeks still count."""

# Personal bests have no week; including it in the order lets PostgreSQL use the index.
_ORDERED = (_SCORES.week_number, _SCORES.score)
_EXTREMES = sa.select(
    *(
        sa.select(_SCORES.score).where(is_personal_best(_EVENT)).order_by(*order).limit(1).scalar_subquery()
        for order in (_ORDERED, [column.desc() for column in _ORDERED])
    )
)
"""Returns the lowest and the highest personal best."""

_NEWEST = sa.select(sa.func.coalesce(sa.func.max(_LOG.id), 0)).scalar_subquery()
_NOTE = sa.update(Event).where(Event.id == _EVENT).values(elo_submission_id=_NEWEST)
"""Stores the newest submission that the stored Elos include; the caller adds the field and the constants."""

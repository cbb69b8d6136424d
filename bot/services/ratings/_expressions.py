"""Compute Elos in SQL with the same operations in the same order as `bot.domain.ratings`, for equal results."""

import sqlalchemy as sa

from bot.services.ratings._bests import ScoreColumn

_BASE_ELO = sa.bindparam("base_elo", type_=sa.Integer())


def number(value: float) -> sa.ColumnElement[float]:
    """Return a parameter of double precision on every database."""
    return sa.literal(value, sa.Double)


def parameter(name: str) -> sa.BindParameter[float]:
    """Return a parameter of double precision that the caller of the statement fills in."""
    return sa.bindparam(name, type_=sa.Double())


def elo_expression(score: ScoreColumn) -> sa.ColumnElement[int]:
    """Return the Elo of a score under *classic* in SQL, on the parameters of a field."""
    return elo_of(spreads_expression(score))


def spreads_expression(score: ScoreColumn) -> sa.ColumnElement[float]:
    """Return `bot.domain.ratings.z_score` in SQL."""
    from_centre = (score - parameter("field_origin")) - parameter("field_centre")
    return parameter("elo_sign") * from_centre / parameter("field_spread")


def elo_of(z: sa.ColumnElement[float]) -> sa.ColumnElement[int]:
    """Return `RatingScale.elo_of` in SQL."""
    return round_half_up(sa.cast(_BASE_ELO, sa.Double) + z * parameter("elo_per_sigma"))


def event_elo_expression(
    all_time_elo: sa.SQLColumnExpression[int] | sa.SQLColumnExpression[int | None],
    weekly_average: sa.SQLColumnExpression[float],
) -> sa.ColumnElement[int]:
    """Return `Rating.event_elo` in SQL."""
    all_time = sa.cast(sa.func.coalesce(all_time_elo, _BASE_ELO), sa.Double)
    return round_half_up(parameter("weight") * all_time + parameter("rest_of_weight") * weekly_average)


def round_half_up(value: sa.ColumnElement[float]) -> sa.ColumnElement[int]:
    """Return `bot.domain.ratings.round_half_up` in SQL."""
    # This equals floor(value + 0.5), but SQLAlchemy replaces SQLite's floor() with a slower Python function.
    return sa.cast(-sa.func.ceil(number(-0.5) - value), sa.Integer)

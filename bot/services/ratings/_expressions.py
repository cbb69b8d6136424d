"""The SQL twins of `bot.domain.ratings` and `bot.domain.statistics`; property tests hold both equal."""

import math

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Double,
    Integer,
    SQLColumnExpression,
    String,
    bindparam,
    cast,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from bot.database.dialect import constant
from bot.database.models import LeaderboardScore, ScoreType
from bot.domain.ratings import Field, RatingScale, ScoreDirection
from bot.domain.statistics import RunningStatistics

_BASE_ELO = bindparam("base_elo", type_=Integer())


def number(value: float) -> ColumnElement[float]:
    """Return a parameter of double precision, so that no database computes with another type."""
    return literal(value, Double)


def _parameter(name: str) -> BindParameter[float]:
    """Return a parameter of double precision that is given when the statement is executed."""
    return bindparam(name, type_=Double())


def elo_expression(score: SQLColumnExpression[float]) -> ColumnElement[int]:
    """Return the SQL of `RatingScale.elo`, with the same operations in the same order, over `elo_parameters`."""
    z = (
        _parameter("elo_sign")
        * ((score - _parameter("field_origin")) - _parameter("field_mean"))
        / _parameter("field_sd")
    )
    return _round_half_up(cast(_BASE_ELO, Double) + z * _parameter("elo_per_sigma"))


def elo_parameters(field: Field, direction: ScoreDirection, scale: RatingScale) -> dict[str, float]:
    """Return the parameters of `elo_expression`, and of `event_elo_expression`."""
    return {
        "elo_sign": direction.sign,
        "field_origin": field.origin,
        "field_mean": field.mean,
        # Without spread everybody is at the mean.
        "field_sd": field.sd or math.inf,
        "elo_per_sigma": scale.elo_per_sigma,
        **event_elo_parameters(scale),
    }


def event_elo_expression(
    all_time_elo: SQLColumnExpression[int] | SQLColumnExpression[int | None],
    weekly_average: SQLColumnExpression[float],
) -> ColumnElement[int]:
    """Return the SQL of `RatingScale.event_elo`, over `event_elo_parameters`."""
    all_time = cast(func.coalesce(all_time_elo, _BASE_ELO), Double)
    return _round_half_up(number(0.5) * all_time + number(0.5) * weekly_average)


def event_elo_parameters(scale: RatingScale) -> dict[str, float]:
    """Return the parameters of `event_elo_expression`."""
    return {"base_elo": scale.base_elo}


def _round_half_up(value: ColumnElement[float]) -> ColumnElement[int]:
    # The same as floor(value + 0.5). SQLAlchemy makes Python's floor() SQLite's, which takes ten times as long.
    return cast(-func.ceil(number(-0.5) - value), Integer)


def is_personal_best(
    event_id: int | SQLColumnExpression[int], scores: type[LeaderboardScore] = LeaderboardScore
) -> ColumnElement[bool]:
    """Return the condition for the personal bests of an event."""
    return (scores.event_id == event_id) & has_type(ScoreType.ALL_TIME, scores) & scores.week_number.is_(None)


def is_weekly_best(event_id: int | ColumnElement[int], week_code: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition for the weekly bests of one week of an event."""
    scores = LeaderboardScore
    return (scores.event_id == event_id) & has_type(ScoreType.WEEKLY) & (scores.week_number == week_code)


def has_type(score_type: ScoreType, scores: type[LeaderboardScore] = LeaderboardScore) -> ColumnElement[bool]:
    """Return the condition for scores of one type."""
    return type_coerce(scores.score_type, String) == constant(score_type)


def best_first(score: SQLColumnExpression[float], direction: ScoreDirection) -> ColumnElement[float]:
    """Return the order in which the best of scores comes first."""
    return score.desc() if direction is ScoreDirection.HIGH else score.asc()


def count_field(connection: Connection | Session, condition: ColumnElement[bool]) -> RunningStatistics:
    """Count a field from its rows, in two passes about its smallest score, which an index knows.

    `avg(x²) − avg(x)²` is not an option: for scores near 900,000,000 it has no correct digit.
    """
    score = LeaderboardScore.score
    origin = connection.execute(select(func.min(score)).where(condition)).scalar_one()
    if origin is None:
        return RunningStatistics()
    offset = score - number(origin)
    size, mean = connection.execute(select(func.count(), func.avg(offset)).where(condition)).one()
    deviation = offset - number(mean)
    m2 = connection.execute(select(func.sum(deviation * deviation)).where(condition)).scalar_one()
    return RunningStatistics(size, origin, mean, m2, m2)

"""The SQL twins of `bot.domain.ratings` and `bot.domain.statistics`; property tests hold both equal."""

from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    Integer,
    SQLColumnExpression,
    String,
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


def number(value: float) -> ColumnElement[float]:
    """Return a parameter of double precision, so that no database computes with another type."""
    return literal(value, Double)


def elo_expression(
    score: SQLColumnExpression[float], field: Field, direction: ScoreDirection, scale: RatingScale
) -> ColumnElement[int]:
    """Return the SQL of `RatingScale.elo`, with the same operations in the same order."""
    if field.sd == 0:
        return literal(scale.base_elo, Integer)
    z = number(direction.sign) * ((score - number(field.origin)) - number(field.mean)) / number(field.sd)
    return _round_half_up(number(scale.base_elo) + z * number(scale.elo_per_sigma))


def event_elo_expression(
    all_time_elo: SQLColumnExpression[int] | SQLColumnExpression[int | None],
    weekly_average: SQLColumnExpression[float],
    scale: RatingScale,
) -> ColumnElement[int]:
    """Return the SQL of `RatingScale.event_elo`."""
    all_time = cast(func.coalesce(all_time_elo, scale.base_elo), Double)
    return _round_half_up(number(0.5) * all_time + number(0.5) * weekly_average)


def _round_half_up(value: ColumnElement[float]) -> ColumnElement[int]:
    # The same as floor(value + 0.5). SQLAlchemy makes Python's floor() SQLite's, which takes ten times as long.
    return cast(-func.ceil(number(-0.5) - value), Integer)


def is_personal_best(
    event_id: int | SQLColumnExpression[int], scores: type[LeaderboardScore] = LeaderboardScore
) -> ColumnElement[bool]:
    """Return the condition for the personal bests of an event."""
    return (scores.event_id == event_id) & has_type(ScoreType.ALL_TIME, scores) & scores.week_number.is_(None)


def is_weekly_best(event_id: int, week_code: int) -> ColumnElement[bool]:
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

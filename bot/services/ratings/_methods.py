"""Rate by every method in SQL with the same operations in the same order as `bot.domain.methods`, for equal results."""

import math
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event, LeaderboardScore
from bot.database.streams import AnySelect
from bot.domain import methods
from bot.domain.methods import Rating
from bot.domain.ratings import Field, RatingScale
from bot.domain.rules import Method, Rules
from bot.services.ratings._bests import ScoreColumn, best_first, is_personal_best
from bot.services.ratings._expressions import (
    elo_expression,
    elo_of,
    number,
    parameter,
    spreads_expression,
)
from bot.services.ratings._fields import count_field

MOST_MEASURED = 2_000
"""The most personal bests of an event that *robust* measures for an answer or a page; more of them take too long."""


def rating_of(event: Event, scale: RatingScale) -> Rating:
    """Return how scores of an event become ratings."""
    return Rating(event.score_direction, event.rules, scale)


def rate(rows: AnySelect, score: ScoreColumn, rating: Rating) -> AnySelect:
    """Return a query for the rows of another one with a last column `elo`: `Rating.elo` of their scores.

    Under *ranks*, the rows must be the whole field.

    Args:
        rows: the query, with a name for each column.
        score: a column of its tables.
        rating: the rating whose method and direction the query follows; `rating_parameters` returns its other values.
    """
    if rating.rules.method is Method.CLASSIC:
        return rows.add_columns(elo_expression(score).label("elo"))
    if rating.rules.method is Method.ROBUST:
        return rows.add_columns(elo_of(_robust_z(score, rating.rules)).label("elo"))
    return _rate_by_ranks(rows, score, rating)


def rating_parameters(rating: Rating, field: Field) -> dict[str, float]:
    """Return the parameters of `rate`, and of `event_elo_expression`."""
    return {
        "elo_sign": rating.direction.sign,
        "elo_per_sigma": rating.scale.elo_per_sigma,
        "field_origin": field.origin,
        "field_centre": field.centre,
        # Without a spread, every score is at the centre, so divide by infinity.
        "field_spread": field.spread or math.inf,
        "field_shrinkage": methods.shrinkage(field.size),
        "field_size": float(field.size),
        **weight_parameters(rating),
    }


def weight_parameters(rating: Rating) -> dict[str, float]:
    """Return the parameters of `event_elo_expression`."""
    weight = rating.rules.all_time_weight
    return {"base_elo": rating.scale.base_elo, "weight": weight, "rest_of_weight": 1 - weight}


def measure_field(
    connection: sa.Connection | Session,
    rating: Rating,
    condition: sa.ColumnElement[bool],
    score: ScoreColumn = LeaderboardScore.score,
) -> Field:
    """Compute from the rows of a field what a rating needs of it, in the form of `Rating.kept_field`.

    Args:
        connection: the transaction.
        rating: the rating that needs the field.
        condition: selects the rows, one per player.
        score: the column of their scores.
    """
    if rating.rules.method is Method.CLASSIC:
        return count_field(connection, condition, score).field
    size = connection.execute(sa.select(sa.func.count()).where(condition)).scalar_one()
    if size == 0:
        return Field(size, 0.0, 0.0, 0.0)
    value = _value(score, rating.rules)
    low, high = _middle(connection, value, size, condition)
    centre = (high - low) / 2
    if rating.rules.method is Method.RANKS:
        return Field(size, low, centre, 0.0)
    deviation = sa.func.abs((value - number(low)) - number(centre))
    spread = methods.MEDIAN_DEVIATIONS * methods.middle_of(_middle(connection, deviation, size, condition))
    if spread == 0:
        mean = connection.execute(sa.select(sa.func.avg(deviation)).where(condition)).scalar_one()
        spread = methods.MEAN_DEVIATIONS * mean
    return Field(size, low, centre, spread)


def current_field(connection: sa.Connection | Session, rating: Rating, event: Event) -> Field:
    """Return the field of an event's personal bests; under *classic*, from its running statistics."""
    if rating.rules.method is Method.CLASSIC:
        return event.statistics.field
    return measure_field(connection, rating, is_personal_best(event.id))


def stored_field(event: Event) -> Field | None:
    """Return the stored field of an event's personal bests: under *robust* as last counted; under *ranks* None."""
    if event.rules.method is Method.CLASSIC:
        return event.statistics.field
    if event.rules.method is Method.RANKS:
        return None
    return Field(event.score_count, event.elo_origin, event.elo_centre, event.elo_spread)


def shown_field(connection: sa.Connection | Session, rating: Rating, event: Event) -> Field | None:
    """Return the field by which the Elos of all-time bests are shown; under *ranks* None.

    Under *robust* it is current in events of up to `MOST_MEASURED` players, as in the answer to a submission; in larger
    ones, as last counted.
    """
    is_stale = event.method is Method.ROBUST and event.elo_version != event.scores_version
    if is_stale and (event.elo_version == 0 or event.score_count <= MOST_MEASURED):
        return current_field(connection, rating, event)
    return stored_field(event)


def _middle(
    connection: sa.Connection | Session, value: sa.ColumnElement[float], size: int, condition: sa.ColumnElement[bool]
) -> tuple[float, float]:
    """Return the two middle values of an ordered field; they are equal for an odd number of rows."""
    ordered = sa.select(value).where(condition).order_by(value.asc())
    found = connection.execute(ordered.offset((size - 1) // 2).limit(2 - size % 2)).scalars().all()
    return found[0], found[-1]


def _value(score: ScoreColumn, rules: Rules) -> sa.ColumnElement[float]:
    if not rules.rates_logarithms:
        return sa.type_coerce(score, sa.Double)
    least = number(methods.LEAST_WITH_OWN_LOGARITHM)
    return sa.func.ln(sa.case((score > least, score), else_=least), type_=sa.Double)


def _robust_z(score: ScoreColumn, rules: Rules) -> sa.ColumnElement[float]:
    spreads, greatest = spreads_expression(_value(score, rules)), number(methods.GREATEST_Z)
    bounded = sa.case((spreads > greatest, greatest), (spreads < -greatest, -greatest), else_=spreads)
    return bounded * parameter("field_shrinkage")


def _rate_by_ranks(rows: AnySelect, score: ScoreColumn, rating: Rating) -> AnySelect:
    """Return `rate` under *ranks*, in steps: each step is computed once per row, and later steps reuse it."""
    order, names = best_first(score, rating.direction), [column.name for column in rows.selected_columns]
    place, alike = sa.func.rank().over(order_by=order), sa.func.count().over(order_by=order, range_=(0, 0))
    ranked = rows.add_columns(place.label("place"), alike.label("alike")).subquery()
    before, equal = (sa.cast(column, sa.Double) for column in (ranked.c.place, ranked.c.alike))
    size, half = parameter("field_size"), number(0.5)
    rank = (before - number(1.0)) + (equal + number(1.0)) / number(2.0)
    shares = _step(ranked, names, q=(size - rank + half) / size - half, share=(size - rank + half) / size)
    is_central = sa.func.abs(shares.c.q) <= number(methods.CENTRAL)
    of_tail = sa.case((shares.c.q < number(0.0), shares.c.share), else_=number(1.0) - shares.c.share)
    variable = sa.case(
        (is_central, number(methods.CENTRAL_SQUARE) - shares.c.q * shares.c.q),
        else_=sa.func.sqrt(-sa.func.ln(of_tail, type_=sa.Double), type_=sa.Double),
    )
    variables = _step(shares, [*names, "q"], x=variable)
    q, x = variables.c.q, variables.c.x
    sides = _ratio(methods.ON_THE_SIDES, x - number(methods.SIDES))
    beyond = sa.case((x <= number(methods.TAILS), sides), else_=_ratio(methods.IN_THE_TAILS, x - number(methods.TAILS)))
    z = sa.case(
        (sa.func.abs(q) <= number(methods.CENTRAL), q * _ratio(methods.IN_THE_MIDDLE, x)),
        (q < number(0.0), -beyond),
        else_=beyond,
    )
    scores = _step(variables, names, z=z)
    return sa.select(*_step(scores, names, elo=elo_of(scores.c.z)).c)


def _step(before: sa.Subquery, names: Sequence[str], **computed: sa.ColumnElement[Any]) -> sa.Subquery:
    """Return the rows of a step with further columns.

    OFFSET (and, for SQLite, WHERE) keeps the database from inlining the expressions into the next step, where it would
    compute them again for each use.
    """
    columns = [expression.label(name) for name, expression in computed.items()]
    return sa.select(*(before.c[name] for name in names), *columns).where(sa.true()).offset(0).subquery()


def _ratio(ratio: methods.Ratio, x: sa.ColumnElement[float]) -> sa.ColumnElement[float]:
    above, below = (_polynomial(coefficients, x) for coefficients in ratio)
    return above / below


def _polynomial(coefficients: Sequence[float], x: sa.ColumnElement[float]) -> sa.ColumnElement[float]:
    value: sa.ColumnElement[float] = number(coefficients[0])
    for coefficient in coefficients[1:]:
        value = value * x + number(coefficient)
    return value

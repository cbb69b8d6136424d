"""Find where a player's event Elo comes from."""

import math

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event, WeeklyResult, WeeklyRun
from bot.domain.methods import Rating, method_of
from bot.domain.ratings import Field, RatingScale
from bot.domain.rules import CountedWeek, Method
from bot.domain.standings import PlayerRating, RatedWeek, Standing
from bot.domain.weeks import Week
from bot.services.events import describe


def read_weeks(session: Session, event_id: int, player_id: int) -> list[RatedWeek]:
    """Return all closed weeks of an event that count for a player, the first one first; unrated ones do not."""
    results = (
        sa.select(WeeklyRun.week_number, WeeklyResult.weekly_elo, WeeklyResult.score.is_(None).label("is_missed"))
        .join(WeeklyRun, WeeklyRun.id == WeeklyResult.run_id)
        .where(WeeklyRun.event_id == event_id, WeeklyResult.player_id == player_id)
        .where(WeeklyResult.weekly_elo.is_not(None))
        .order_by(WeeklyRun.week_number)
    )
    return [
        RatedWeek(Week.from_code(row.week_number), row.weekly_elo, row.is_missed) for row in session.execute(results)
    ]


def explain(
    session: Session, event: Event, player_id: int, standing: Standing, players: int, scale: RatingScale
) -> PlayerRating:
    """Return where the event Elo of a player comes from.

    Args:
        session: the transaction.
        event: the event.
        player_id: the player.
        standing: the row of the player on the all-time board.
        players: the number of rows of that board.
        scale: the constants of the bot.
    """
    rating, weeks = Rating(event.score_direction, event.rules, scale), read_weeks(session, event.id, player_id)
    counted = [CountedWeek(week.elo, week.is_missed) for week in weeks]
    average = rating.weekly_average(counted) if weeks else None
    all_time_elo = scale.base_elo if standing.elo is None else standing.elo
    field = _field(event)
    return PlayerRating(
        event=describe(event),
        player=standing.player,
        rules=event.rules,
        best=standing.score,
        rank=standing.rank or players,
        players=players,
        all_time_elo=all_time_elo,
        middle=None if field is None else _middle(event, field),
        spreads=None if field is None else method_of(event.rules).z_score(standing.score, field, event.score_direction),
        weeks=tuple(reversed(weeks)),
        weekly_average=average,
        event_elo=None if average is None else rating.event_elo(all_time_elo, average),
    )


def _field(event: Event) -> Field | None:
    """Return the field of the personal bests: under *classic* that of now, under *robust* as last counted."""
    if event.rules.method is Method.CLASSIC:
        return event.statistics.field
    if event.rules.method is Method.RANKS:
        return None
    return Field(event.score_count, event.elo_origin, event.elo_centre, event.elo_spread)


def _middle(event: Event, field: Field) -> float:
    return math.exp(field.middle) if event.rules.rates_logarithms else field.middle

"""Rerate an event by changed rules: all closed weeks and the all-time Elos at once."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.dialect import join_in_memory
from bot.database.models import Event, WeeklyResult, WeeklyRun
from bot.domain.methods import Rating
from bot.domain.ratings import RatingScale
from bot.services.ratings import count_averages, measure_field, rate, rating_of, rating_parameters, recalculate


def rerate(session: Session, event: Event, scale: RatingScale) -> None:
    """Rewrite the fields and Elos of all closed weeks of a locked event, its all-time Elos and averages, by its rules.

    Archived scores, ranks and missed weeks depend on the log alone and stay. Each run keeps the constants of its Elos,
    except the Elo of a missed week.
    """
    join_in_memory(session)
    rating = rating_of(event, scale)
    for run in session.scalars(sa.select(WeeklyRun).where(WeeklyRun.event_id == event.id).order_by(WeeklyRun.id)):
        _rerate_run(session, run, rating)
    # The stored Elos were computed by other rules, so mark them as stale.
    event.elo_base = event.elo_field_version = None
    recalculate(session, event, scale)
    count_averages(session, event.id, rating)


def _rerate_run(session: Session, run: WeeklyRun, rating: Rating) -> None:
    result = WeeklyResult
    took_part = sa.and_(result.run_id == run.id, result.score.is_not(None))
    run.field = measure_field(session, rating, took_part, result.score)
    run.missed_week_elo, run.bests, run.bests_by_elo = rating.missed_week_elo, None, None
    session.flush()
    of_run = Rating(rating.direction, rating.rules, run.scale)
    is_rated = rating.rates_week(run.field_size)
    if is_rated:
        rated = rate(sa.select(result.player_id).where(took_part), result.score, of_run).subquery()
        has_moved = result.weekly_elo.is_distinct_from(rated.c.elo)
        write = sa.update(result).where(result.run_id == run.id, result.player_id == rated.c.player_id, has_moved)
        session.connection().execute(write.values(weekly_elo=rated.c.elo), rating_parameters(of_run, run.field))
    elo = run.missed_week_elo if is_rated else None
    others = result.score.is_(None) if is_rated else sa.true()
    write = sa.update(result).where(result.run_id == run.id, others, result.weekly_elo.is_distinct_from(elo))
    session.connection().execute(write.values(weekly_elo=elo))

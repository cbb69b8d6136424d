"""Explain a player's event Elo, and what missing a week would cost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event, WeeklyResult, WeeklyRun
from bot.domain.explanations import PlayerRating, RatedWeek
from bot.domain.methods import Rating, method_of, middle_score, spread_of
from bot.domain.ratings import Field, RatingScale
from bot.domain.reminders import WeekToMiss
from bot.domain.rules import CountedWeek, Method
from bot.domain.standings import Standing
from bot.domain.weeks import Week
from bot.services.events import describe
from bot.services.ratings import rating_of
from bot.services.standings._boards import open_all_time
from bot.services.standings._query import Place


def read_weeks(session: Session, event_id: int, player_id: int) -> list[RatedWeek]:
    """Return all closed weeks of an event that count for a player, in order; unrated weeks do not count."""
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


def find_rating(session: Session, event: Event, discord_id: int, scale: RatingScale) -> tuple[int, PlayerRating] | None:
    """Return the key of a player with a best in an event, and how their event Elo is made up; else None."""
    board = open_all_time(session, event, scale)
    field, own = board.field, board.find(session, discord_id)
    if field is None or own is None:
        return None
    place, row = own
    standing = board.standing(place, row)
    return row.player_id, _explain(session, event, row.player_id, standing, place, board.rating, field)


def find_missed_week(
    session: Session, event: Event, discord_id: int, closes_at: datetime, scale: RatingScale
) -> WeekToMiss | None:
    """Return what missing the open week would cost a player; None for a player without a closed week.

    Args:
        session: the transaction.
        event: the event.
        discord_id: Discord's id of the player.
        closes_at: when the open week ends, in UTC.
        scale: the constants of the Elos.
    """
    found = find_rating(session, event, discord_id, scale)
    own = None if found is None else found[1]
    if own is None or own.event_elo is None:
        return None
    rating = rating_of(event, scale)
    weeks = [week.counted for week in reversed(own.weeks)]
    average = rating.weekly_average([*weeks, CountedWeek(rating.missed_week_elo, is_missed=True)])
    elo_then = rating.event_elo(own.all_time_elo, average)
    return WeekToMiss(own.event, closes_at, rating.missed_week_elo, own.event_elo, elo_then)


def _explain(
    session: Session, event: Event, player_id: int, standing: Standing, place: Place, rating: Rating, field: Field
) -> PlayerRating:
    """Return how the event Elo of a player is made up.

    Args:
        session: the transaction.
        event: the event.
        player_id: the player.
        standing: the row of the player on the all-time board.
        place: the place of that row.
        rating: how the event rates.
        field: the field that the Elos of that board are relative to.
    """
    scale, players, weeks = rating.scale, field.size, read_weeks(session, event.id, player_id)
    counted = [week.counted for week in weeks]
    average = rating.weekly_average(counted) if weeks else None
    all_time_elo = scale.base_elo if standing.elo is None else standing.elo
    rank, is_ranks = standing.rank or players, event.rules.method is Method.RANKS
    return PlayerRating(
        event=describe(event),
        player=standing.player,
        rules=event.rules,
        best=standing.score,
        rank=rank,
        players=players,
        all_time_elo=all_time_elo,
        scale=scale,
        middle=None if is_ranks else middle_score(field, event.rules),
        spread=None if is_ranks or event.rules.rates_logarithms else spread_of(field, event.rules),
        spreads=None if is_ranks else method_of(event.rules).z_score(standing.score, field, event.score_direction),
        beaten=players + 1 - rank - place.equal if is_ranks else None,
        weeks=tuple(reversed(_with_costs(rating, all_time_elo, weeks))),
        averaged=tuple(event.rules.averaged_elos(counted, scale.base_elo)) if weeks else (),
        weekly_average=average,
        event_elo=None if average is None else rating.event_elo(all_time_elo, average),
    )


def _with_costs(rating: Rating, all_time_elo: int, weeks: Sequence[RatedWeek]) -> list[RatedWeek]:
    """Return the given weeks; each missed one gets the event Elo that the player would have without it."""
    counted = [week.counted for week in weeks]
    without: dict[int, int] = {}
    # The only week of a player has no event Elo without it.
    for place in range(len(weeks) if len(weeks) > 1 else 0):
        if weeks[place].is_missed:
            average = rating.weekly_average(counted[:place] + counted[place + 1 :])
            without[place] = rating.event_elo(all_time_elo, average)
    return [replace(week, without=without.get(place)) for place, week in enumerate(weeks)]

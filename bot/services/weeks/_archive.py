"""Write a run's results to the archive, and update the averages."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from bot.database.dialect import LongId
from bot.database.models import (
    Event,
    Excuse,
    LeaderboardScore,
    PlayerEventStats,
    WeeklyOmission,
    WeeklyResult,
    WeeklyRun,
)
from bot.database.streams import AnySelect
from bot.domain.methods import Rating
from bot.domain.rules import Attendance
from bot.services.ratings import (
    best_first,
    count_averages,
    event_elo_expression,
    is_weekly_best,
    number,
    rate,
    rating_parameters,
    weight_parameters,
)


def neighbours(session: Session, event: Event, week_code: int) -> tuple[int | None, bool]:
    """Return the key of the last run with results before a week, or None, and whether a later week has a run."""
    runs = sa.select(WeeklyRun.id, WeeklyRun.week_number, WeeklyRun.field_size).where(WeeklyRun.event_id == event.id)
    found = session.execute(runs.order_by(WeeklyRun.week_number)).all()
    before = [run_id for run_id, code, size in found if code < week_code and size > 0]
    return before[-1] if before else None, any(code > week_code for _, code, _ in found)


def archive_scores(session: Session, run: WeeklyRun, rating: Rating) -> None:
    """Archive the weekly bests of a run with their ranks and, if the week is rated, their Elos."""
    scores = LeaderboardScore
    bests = sa.select(
        sa.literal(run.id, LongId).label("run_id"),
        scores.player_id,
        scores.score,
        scores.submitted_at,
        sa.func.rank().over(order_by=best_first(scores.score, rating.direction)).label("rank"),
    ).where(is_weekly_best(run.event_id, run.week_number))
    unrated: AnySelect = bests.add_columns(sa.null().label("elo"))
    rated = rate(bests, scores.score, rating) if rating.rates_week(run.field_size) else unrated
    columns = ["run_id", "player_id", "score", "submitted_at", "rank", "weekly_elo"]
    # The archive's key has this order, so SQLite updates the ratings in order, too.
    ordered = rated.order_by(rated.selected_columns.player_id)
    archive = sa.insert(WeeklyResult).from_select(columns, ordered)
    session.connection().execute(archive, rating_parameters(rating, run.field))


def archive_missed_weeks(
    session: Session, run: WeeklyRun, rating: Rating, *, before: int | None, has_later: bool
) -> None:
    """Archive missed weeks of this run, and missed weeks of later runs for this run's players; see `neighbours`."""
    if before is not None:
        add_missed_weeks(session, rating, _known_before(run, before), WeeklyRun.id == run.id)
    if has_later:
        is_later = WeeklyRun.event_id == run.event_id, WeeklyRun.week_number > run.week_number
        add_missed_weeks(session, rating, _known_by(run.id), *is_later)


def _known_before(run: WeeklyRun, before: int) -> sa.CompoundSelect[Any]:
    """Return the query for the players who can miss this run: all who took part in any run up to `before`.

    `before` is the previous run.
    """
    return _known_by(before).union_all(_omitted_and_known(run, before), _excused_and_known(run, before))


def _known_by(run_id: int) -> sa.Select[int]:
    """Return the query for the players with a row in this run: those who played in it or in an earlier one.

    Players whom the run left out have no row; nor have excused players who did not play.
    """
    return sa.select(WeeklyResult.player_id).where(WeeklyResult.run_id == run_id)


def _omitted_and_known(run: WeeklyRun, before: int) -> sa.Select[int]:
    """Return the query for the players whom the run `before` left out, but who had taken part by then.

    If an admin later added a score of such a player to that run, the player has a row in it, and `_known_by` finds
    them.
    """
    has_played = took_part(WeeklyOmission.player_id, run.event_id, run.week_number)
    omitted = sa.select(WeeklyOmission.player_id).where(WeeklyOmission.run_id == before, has_played)
    return omitted.where(~_has_result(before, WeeklyOmission.player_id))


def _excused_and_known(run: WeeklyRun, before: int) -> sa.Select[int]:
    """Return the query for players who were excused from the run `before`, but who had taken part by then."""
    earlier = aliased(WeeklyRun)
    has_played = took_part(Excuse.player_id, run.event_id, run.week_number)
    excused = sa.select(Excuse.player_id).join(earlier, _is_excuse_from(earlier)).distinct()
    is_omitted = sa.exists().where(WeeklyOmission.run_id == before, WeeklyOmission.player_id == Excuse.player_id)
    return excused.where(earlier.id == before, has_played, ~_has_result(before, Excuse.player_id), ~is_omitted)


def _has_result(run_id: int, player_id: sa.SQLColumnExpression[int]) -> sa.ColumnElement[bool]:
    return sa.exists().where(WeeklyResult.run_id == run_id, WeeklyResult.player_id == player_id)


def _is_excuse_from(run: type[WeeklyRun]) -> sa.ColumnElement[bool]:
    """Return the condition that an excuse covers the week of a run, in its event or in all events of the server."""
    # This lies two levels below the statement with the run; without `correlate`, SQLAlchemy would read all runs.
    guild_id = sa.select(Event.guild_id).where(Event.id == run.event_id).correlate(run).scalar_subquery()
    of_guild = Excuse.event_id.is_(None) & (Excuse.guild_id == guild_id)
    return (Excuse.week_number == run.week_number) & (of_guild | (Excuse.event_id == run.event_id))


def excuse_holds_in(event_id: int | sa.SQLColumnExpression[int]) -> sa.ColumnElement[bool]:
    """Return the condition that an excuse in the server of an event holds in that event."""
    return Excuse.event_id.is_(None) | (Excuse.event_id == event_id)


def took_part(
    player_id: sa.SQLColumnExpression[int], event_id: int, before: int | sa.SQLColumnExpression[int]
) -> sa.ColumnElement[bool]:
    """Return the condition that a player has a score in a run of an earlier week."""
    earlier, earlier_run = aliased(WeeklyResult), aliased(WeeklyRun)
    return sa.exists().where(
        earlier.run_id == earlier_run.id,
        earlier.player_id == player_id,
        earlier.score.is_not(None),
        earlier_run.event_id == event_id,
        earlier_run.week_number < before,
    )


def add_missed_weeks(session: Session, rating: Rating, players: sa.SelectBase, *runs: sa.ColumnElement[bool]) -> None:
    """Archive a missed week in those `runs` that lack a row for one of the `players`.

    Players whom a run left out, or who are excused from its week, miss nothing; nobody misses a run without scores. The
    players who can miss a run all appear in the run before it. But weeks may be run in any order: a week that is run
    late can be a player's first, and later runs then lack that player.
    """
    known, omitted = players.subquery(), WeeklyOmission
    has_row = sa.exists().where(WeeklyResult.run_id == WeeklyRun.id, WeeklyResult.player_id == known.c.player_id)
    is_omitted = sa.exists().where(omitted.run_id == WeeklyRun.id, omitted.player_id == known.c.player_id)
    is_excused = sa.exists().where(_is_excuse_from(WeeklyRun), Excuse.player_id == known.c.player_id)
    missed = (
        sa.select(WeeklyRun.id, known.c.player_id, _missed_elo(rating))
        .join(known, sa.true())
        .where(*runs, WeeklyRun.field_size > 0, ~has_row, ~is_omitted, ~is_excused)
    )
    archive = sa.insert(WeeklyResult).from_select(["run_id", "player_id", "weekly_elo"], missed)
    session.connection().execute(archive)


def drop_weeks_missed_before_the_first(session: Session, event: Event, since: int) -> None:
    """Delete missed weeks after week `since` of players who did not take part in any earlier run."""
    groundless = (
        sa.select(WeeklyResult.run_id, WeeklyResult.player_id)
        .join(WeeklyRun, WeeklyRun.id == WeeklyResult.run_id)
        .where(
            WeeklyRun.event_id == event.id,
            WeeklyRun.week_number > since,
            WeeklyResult.score.is_(None),
            ~took_part(WeeklyResult.player_id, event.id, WeeklyRun.week_number),
        )
    )
    is_groundless = sa.tuple_(WeeklyResult.run_id, WeeklyResult.player_id).in_(groundless)
    session.execute(sa.delete(WeeklyResult).where(is_groundless).execution_options(synchronize_session=False))


def _missed_elo(rating: Rating) -> sa.ColumnElement[int | None]:
    """Return the weekly Elo of players who missed a run; NULL if the run is not rated."""
    return sa.case((WeeklyRun.field_size >= rating.rules.min_field, WeeklyRun.missed_week_elo))


def count_weeks(
    session: Session, run: WeeklyRun, rating: Rating, *, sign: int, is_last: bool, player_id: int | None = None
) -> None:
    """Add a run and the later ones to the averages and event Elos, or subtract them before their results change.

    Weekly Elos are integers, so the rounded product of average and weeks is exactly their sum (for sums below 2⁵¹).
    Additions and subtractions in any order therefore give the same bits as a recount of the whole archive. This
    requires that all weeks have equal weight; otherwise all weeks are recounted after the run is added.

    Args:
        session: the transaction.
        run: the first run to count, of a locked event.
        rating: the rules of the event.
        sign: 1 to add, -1 to subtract.
        is_last: whether each player has at most one result to count, because no later run exists or none changes.
        player_id: the player whose results change; None for all players.
    """
    if rating.rules.attendance is not Attendance.ZERO:
        if sign > 0:
            count_averages(session, run.event_id, rating)
        return
    stats = PlayerEventStats
    counted = (_results_of(run) if is_last else _results_since(run)).subquery()
    elos_before = stats.weekly_elo_average * sa.cast(stats.weeks_participated, sa.Double)
    elos = sa.func.round(elos_before, type_=sa.Double) + sa.cast(sign * counted.c.elos, sa.Double)
    weeks = stats.weeks_participated + sign * counted.c.weeks
    average = sa.type_coerce(elos / sa.cast(weeks, sa.Double), sa.Double)
    of_player = () if player_id is None else (stats.player_id == player_id,)
    count = (
        sa.update(stats)
        .where(stats.event_id == run.event_id, stats.player_id == counted.c.player_id, *of_player)
        .values(
            weekly_elo_average=sa.case((weeks > 0, average), else_=number(0.0)),
            weeks_participated=weeks,
            calculated_event_elo=sa.case((weeks > 0, event_elo_expression(stats.all_time_leaderboard_elo, average))),
        )
    )
    session.connection().execute(count, weight_parameters(rating))


def _results_of(run: WeeklyRun) -> AnySelect:
    # A single run needs no grouping.
    one = WeeklyResult.weekly_elo.label("elos"), sa.literal(1).label("weeks")
    is_rated = WeeklyResult.weekly_elo.is_not(None)
    return sa.select(WeeklyResult.player_id, *one).where(WeeklyResult.run_id == run.id, is_rated)


def _results_since(run: WeeklyRun) -> AnySelect:
    sums = sa.func.sum(WeeklyResult.weekly_elo).label("elos"), sa.func.count().label("weeks")
    results = sa.select(WeeklyResult.player_id, *sums).join(WeeklyRun, WeeklyRun.id == WeeklyResult.run_id)
    since = WeeklyRun.event_id == run.event_id, WeeklyRun.week_number >= run.week_number
    return results.where(*since, WeeklyResult.weekly_elo.is_not(None)).group_by(WeeklyResult.player_id)

"""Make and undo one weekly run inside a transaction, set by set."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from bot.database.dialect import LongId, join_in_memory
from bot.database.models import (
    Event,
    Excuse,
    LeaderboardScore,
    PlayerEventStats,
    ScoreSubmission,
    ScoreType,
    WeeklyOmission,
    WeeklyResult,
    WeeklyRun,
)
from bot.database.streams import AnySelect
from bot.domain.announcements import results_key
from bot.domain.jobs import JobKind
from bot.domain.methods import Rating
from bot.domain.ratings import RatingScale
from bot.domain.rules import Attendance
from bot.domain.weeks import Week
from bot.errors import WeekWithoutScores
from bot.services.jobs import schedule
from bot.services.posts import refresh_post, refresh_posts
from bot.services.ratings import (
    best_first,
    count_averages,
    counted_bests,
    event_elo_expression,
    forget_week_statistics,
    is_personal_best,
    is_weekly_best,
    logged_bests,
    measure_field,
    number,
    rate,
    rating_of,
    rating_parameters,
    recalculate,
    weight_parameters,
)
from bot.services.servers import Actor, hasten_results, record
from bot.services.weeks._lookup import find_progress

FEW_PLAYERS = 1_000
"""Up to this size of an event, a server joins and sorts all players in the memory that it gives anyway."""


def close_week(
    session: Session,
    actor: Actor,
    event: Event,
    week: Week,
    scale: RatingScale,
    now: datetime,
    *,
    last: Week,
    announces: bool,
) -> WeeklyRun:
    """Run a week as `run_week` does, log who did, and have it announced.

    Args:
        session: the transaction.
        actor: the admin, or the bot itself.
        event: the event, locked.
        week: the week, which has no run yet.
        scale: the constants of the Elos.
        now: the time.
        last: the last of the weeks that are closed together with this one, each in its own transaction.
        announces: whether the server has results announced.
    """
    run = run_week(session, event, week, scale, now, actor.discord_id)
    if last != week:
        run.closed_with = last.code
    record(session, actor, "weekly reset", f"{week}, {run.field_size} players", at=now, event_id=event.id)
    refresh_posts(session, [event.id], now, JobKind.BOARD)
    hasten_results(session, event.guild_id, now)
    if announces:
        schedule(session, JobKind.RESULTS, results_key(event.id, last), now)
        season = find_progress(session, event, now)
        if season is not None and season.has_ended:
            schedule(session, JobKind.FINAL, str(event.id), now)
    award_roles(session, event, now)
    return run


def after_correction(
    session: Session, event: Event, now: datetime, *kinds: JobKind, runs: Iterable[WeeklyRun] = ()
) -> None:
    """Have what an event has told and awarded looked at again, in the transaction that changes its results.

    Args:
        session: the transaction.
        event: the event.
        now: when that is due.
        kinds: the posts of the event that may be untrue now; none for all.
        runs: those whose results have changed, or are gone.
    """
    refresh_posts(session, [event.id], now, *kinds)
    for run in runs:
        refresh_post(session, JobKind.RESULTS, results_key(event.id, _announced_with(run)), now)
    award_roles(session, event, now)


def award_roles(session: Session, event: Event, now: datetime) -> None:
    """Have the roles of an event given and taken by its overall board, if it awards any."""
    if event.gives_roles:
        schedule(session, JobKind.ROLES, str(event.id), now)


def _announced_with(run: WeeklyRun) -> Week:
    """Return the last of the weeks that were closed together with that of a run."""
    return Week.from_code(run.week_number if run.closed_with is None else run.closed_with)


def run_week(session: Session, event: Event, week: Week, scale: RatingScale, now: datetime, actor_id: int) -> WeeklyRun:
    """Run a week of a locked event that has no run yet, by the rules of the event.

    The run recalculates all-time Elos, rates and archives the weekly bests, archives `missed_week_elo` for earlier
    players who missed the week, updates averages and event Elos, and deletes the weekly bests. A week with too few
    players is archived without Elos: it counts for nobody. Players without a personal best, withdrawn or without any
    score, miss nothing: the run notes that it left them out. Under the attendance *zero*, the rows that its statements
    read and write grow with the players, not with the weeks.

    Raises:
        WeekWithoutScores: the week has no scores.
    """
    if event.statistics.count > FEW_PLAYERS:
        join_in_memory(session)
    recalculate(session, event, scale)
    rating, log = rating_of(event, scale), ScoreSubmission
    removals = log.event_id == event.id, log.week_number == week.code, log.removed_at.is_not(None)
    # One flush writes all that changes of the event.
    with session.no_autoflush:
        removed_at = session.scalar(sa.select(sa.func.max(log.removed_at)).where(*removals))
        field = measure_field(session, rating, is_weekly_best(event.id, week.code))
        if field.size == 0:
            raise WeekWithoutScores(str(week))
        before, has_later = _neighbours(session, event, week.code)
        forget_week_statistics(event, week.code)
    run = WeeklyRun(
        event_id=event.id,
        week_number=week.code,
        # The run comes after earlier removals, even if the clock was set back since.
        ran_at=now if removed_at is None else max(now, removed_at),
        ran_by=actor_id,
        field=field,
        scale=replace(scale, missed_week_elo=rating.missed_week_elo),
    )
    session.add(run)
    session.flush()
    if has_later:
        _count(session, run, rating, sign=-1, is_last=False)
    _archive_scores(session, run, rating)
    _archive_omissions(session, run)
    if before is not None:
        _add_missed_weeks(session, rating, _known_before(run, before), WeeklyRun.id == run.id)
    if has_later:
        is_later = WeeklyRun.event_id == event.id, WeeklyRun.week_number > run.week_number
        _add_missed_weeks(session, rating, _known_by(run.id), *is_later)
    _count(session, run, rating, sign=1, is_last=not has_later)
    session.connection().execute(sa.delete(LeaderboardScore).where(is_weekly_best(event.id, week.code)))
    return run


def rerun_week(session: Session, event: Event, run: WeeklyRun, scale: RatingScale) -> None:
    """Derive a run of a locked event anew from the log, as if it had found what the log has it count now.

    The run keeps its time, its constants, and whom it left out. Its field, Elos and missed weeks are made anew; so are
    the weeks that later runs count as missed because of it, and all averages and event Elos. A run that counts no score
    any more stays, without results: it penalises nobody.
    """
    join_in_memory(session)
    recalculate(session, event, scale)
    rating, of_run = rating_of(event, scale), rating_of(event, run.scale)
    before, has_later = _neighbours(session, event, run.week_number)
    _count(session, run, rating, sign=-1, is_last=not has_later)
    session.connection().execute(sa.delete(WeeklyResult).where(WeeklyResult.run_id == run.id))
    _write_weekly_bests(session, event, run.week_number, counted_bests(run, event.score_direction))
    of_week = is_weekly_best(event.id, run.week_number)
    run.field = measure_field(session, of_run, of_week)
    session.flush()
    _archive_scores(session, run, of_run)
    session.connection().execute(sa.delete(LeaderboardScore).where(of_week))
    if before is not None:
        _add_missed_weeks(session, rating, _known_before(run, before), WeeklyRun.id == run.id)
    if has_later:
        _drop_weeks_missed_before_the_first(session, event, since=run.week_number)
        is_later = WeeklyRun.event_id == event.id, WeeklyRun.week_number > run.week_number
        _add_missed_weeks(session, rating, _known_by(run.id), *is_later)
    _count(session, run, rating, sign=1, is_last=not has_later)


def follow_excuse(session: Session, event: Event, week_code: int, player_id: int, scale: RatingScale) -> bool:
    """Have the closed week of a locked event follow an excuse of a player that was just given, or taken back.

    Returns:
        Whether the week is closed, and now counts as missed where it did not, or no longer does.
    """
    of_week = WeeklyRun.event_id == event.id, WeeklyRun.week_number == week_code
    run = session.scalar(sa.select(WeeklyRun).where(*of_week))
    if run is None:
        return False
    rating = rating_of(event, scale)
    missed = WeeklyResult.run_id == run.id, WeeklyResult.player_id == player_id, WeeklyResult.score.is_(None)
    was_missed = session.scalar(sa.select(WeeklyResult.player_id).where(*missed)) is not None
    if was_missed:
        _count(session, run, rating, sign=-1, is_last=True, player_id=player_id)
        session.connection().execute(sa.delete(WeeklyResult).where(*missed))
    player = sa.literal(player_id, sa.Integer)
    known = sa.select(player.label("player_id")).where(_took_part(player, event.id, run.week_number))
    _add_missed_weeks(session, rating, known, WeeklyRun.id == run.id)
    is_missed = session.scalar(sa.select(WeeklyResult.player_id).where(*missed)) is not None
    if is_missed:
        _count(session, run, rating, sign=1, is_last=True, player_id=player_id)
    elif rating.rules.attendance is not Attendance.ZERO:
        count_averages(session, event.id, rating)
    return was_missed != is_missed


def undo_run(session: Session, event: Event, run: WeeklyRun, scale: RatingScale) -> tuple[int, int]:
    """Undo the latest run of a locked event, as if it had never been made.

    Submissions that count for a later week because of the run count for its week again. The weekly bests come from the
    log, without scores removed and players withdrawn since the run. Averages and event Elos become those of the
    remaining runs.

    Returns:
        The number of weekly bests of the reopened week, and how many submissions count for it again.
    """
    join_in_memory(session)
    rating = rating_of(event, scale)
    called_back = _call_back(session, event, run.week_number)
    _forget_omissions(session, run)
    _derive_weekly_bests(session, event, run.week_number)
    _, has_later = _neighbours(session, event, run.week_number)
    _count(session, run, rating, sign=-1, is_last=not has_later)
    session.execute(sa.delete(WeeklyResult).where(WeeklyResult.run_id == run.id))
    session.delete(run)
    session.flush()
    if has_later:
        _drop_weeks_missed_before_the_first(session, event, since=run.week_number)
        _count(session, run, rating, sign=1, is_last=False)
    elif rating.rules.attendance is not Attendance.ZERO:
        count_averages(session, event.id, rating)
    restored = sa.select(sa.func.count()).where(is_weekly_best(event.id, run.week_number))
    return session.scalars(restored).one(), called_back


def _call_back(session: Session, event: Event, week_code: int) -> int:
    """Have submissions that passed over a closed week count for it again; return how many, without removed ones.

    They were made since the run of that week. The weeks that they count for now have no run, because an undo takes the
    latest run of an event.
    """
    log = ScoreSubmission
    passed_over = log.event_id == event.id, log.made_in_week <= week_code, log.week_number > week_code
    count = sa.func.count().filter(log.removed_at.is_(None))
    counted = session.execute(sa.select(log.week_number, count).where(*passed_over).group_by(log.week_number)).all()
    if counted:
        session.connection().execute(sa.update(log).where(*passed_over).values(week_number=week_code))
    for later, _ in counted:
        session.connection().execute(sa.delete(LeaderboardScore).where(is_weekly_best(event.id, later)))
        _derive_weekly_bests(session, event, later)
        forget_week_statistics(event, later)
    return sum(submissions for _, submissions in counted)


def _derive_weekly_bests(session: Session, event: Event, week_code: int) -> None:
    """Write the weekly bests of a week that has none, from the log."""
    logged = logged_bests(event.id, event.score_direction, ScoreSubmission.week_number == week_code)
    _write_weekly_bests(session, event, week_code, logged)


def _write_weekly_bests(
    session: Session, event: Event, week_code: int, wanted: sa.Select[int, float, datetime]
) -> None:
    logged = wanted.subquery()
    bests = sa.select(
        logged.c.player_id,
        sa.literal(event.id, sa.Integer),
        logged.c.score,
        sa.literal(ScoreType.WEEKLY, LeaderboardScore.score_type.type),
        sa.literal(week_code, sa.Integer),
        logged.c.submitted_at,
    )
    columns = ["player_id", "event_id", "score", "score_type", "week_number", "submitted_at"]
    session.connection().execute(sa.insert(LeaderboardScore).from_select(columns, bests))


def _neighbours(session: Session, event: Event, week_code: int) -> tuple[int | None, bool]:
    """Return the key of the last run with results before a week, or None, and whether a later week was run already."""
    runs = sa.select(WeeklyRun.id, WeeklyRun.week_number, WeeklyRun.field_size).where(WeeklyRun.event_id == event.id)
    found = session.execute(runs.order_by(WeeklyRun.week_number)).all()
    before = [run_id for run_id, code, size in found if code < week_code and size > 0]
    return before[-1] if before else None, any(code > week_code for _, code, _ in found)


def _archive_scores(session: Session, run: WeeklyRun, rating: Rating) -> None:
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
    # The archive's key has this order, and SQLite then updates the ratings in it.
    ordered = rated.order_by(rated.selected_columns.player_id)
    archive = sa.insert(WeeklyResult).from_select(columns, ordered)
    session.connection().execute(archive, rating_parameters(rating, run.field))


def _archive_omissions(session: Session, run: WeeklyRun) -> None:
    stats = PlayerEventStats
    has_best = sa.exists().where(is_personal_best(run.event_id), LeaderboardScore.player_id == stats.player_id)
    # The Elos are current, so their index knows nearly all who have a best.
    gone = sa.select(sa.literal(run.id, LongId), stats.player_id).where(
        stats.event_id == run.event_id, stats.all_time_leaderboard_elo.is_(None), ~has_best
    )
    session.connection().execute(sa.insert(WeeklyOmission).from_select(["run_id", "player_id"], gone))


def _forget_omissions(session: Session, run: WeeklyRun) -> None:
    log = ScoreSubmission
    marked = log.event_id == run.event_id, log.week_number == run.week_number, log.is_omitted | log.is_late
    session.connection().execute(sa.update(log).where(*marked).values(is_omitted=False, is_late=False))
    session.connection().execute(sa.delete(WeeklyOmission).where(WeeklyOmission.run_id == run.id))


def _known_before(run: WeeklyRun, before: int) -> sa.CompoundSelect[Any]:
    """Return the query for the players who may miss a run: who took part in one up to `before`, the last one."""
    return _known_by(before).union_all(_omitted_and_known(run, before), _excused_and_known(run, before))


def _known_by(run_id: int) -> sa.Select[int]:
    """Return the query for the players of a run: all of it or of an earlier week, but those whom it left out.

    Nor are those there who are excused from its week and did not play.
    """
    return sa.select(WeeklyResult.player_id).where(WeeklyResult.run_id == run_id)


def _omitted_and_known(run: WeeklyRun, before: int) -> sa.Select[int]:
    """Return the query for the players whom the run `before` left out, but who had taken part by then."""
    took_part = _took_part(WeeklyOmission.player_id, run.event_id, run.week_number)
    return sa.select(WeeklyOmission.player_id).where(WeeklyOmission.run_id == before, took_part)


def _excused_and_known(run: WeeklyRun, before: int) -> sa.Select[int]:
    """Return the query for the players who were excused from the run `before`, but who had taken part by then."""
    earlier = aliased(WeeklyRun)
    took_part = _took_part(Excuse.player_id, run.event_id, run.week_number)
    excused = sa.select(Excuse.player_id).join(earlier, _is_excuse_from(earlier)).distinct()
    of_player = WeeklyResult.run_id == before, WeeklyResult.player_id == Excuse.player_id
    is_omitted = sa.exists().where(WeeklyOmission.run_id == before, WeeklyOmission.player_id == Excuse.player_id)
    return excused.where(earlier.id == before, took_part, ~sa.exists().where(*of_player), ~is_omitted)


def _is_excuse_from(run: type[WeeklyRun]) -> sa.ColumnElement[bool]:
    """Return the condition that an excuse is from the week of a run, in its event or in all of the server."""
    guild_id = sa.select(Event.guild_id).where(Event.id == run.event_id).scalar_subquery()
    of_guild = Excuse.event_id.is_(None) & (Excuse.guild_id == guild_id)
    return (Excuse.week_number == run.week_number) & (of_guild | (Excuse.event_id == run.event_id))


def _took_part(
    player_id: sa.SQLColumnExpression[int], event_id: int, before: int | sa.SQLColumnExpression[int]
) -> sa.ColumnElement[bool]:
    """Return the condition that a player has a score in a run of a week before another."""
    earlier, earlier_run = aliased(WeeklyResult), aliased(WeeklyRun)
    return sa.exists().where(
        earlier.run_id == earlier_run.id,
        earlier.player_id == player_id,
        earlier.score.is_not(None),
        earlier_run.event_id == event_id,
        earlier_run.week_number < before,
    )


def _add_missed_weeks(session: Session, rating: Rating, players: sa.SelectBase, *runs: sa.ColumnElement[bool]) -> None:
    """Archive a missed week in those `runs` that lack a row for one of the `players`.

    Whom a run left out, or who is excused from its week, misses nothing; nor does anybody miss a run without scores.
    The run before another knows all who may miss it. Weeks may be run in any order: a week that is run late can be a
    player's first, and later runs then lack that player.
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


def _drop_weeks_missed_before_the_first(session: Session, event: Event, since: int) -> None:
    """Delete missed weeks after week `since` of players who did not take part in any earlier run."""
    groundless = (
        sa.select(WeeklyResult.run_id, WeeklyResult.player_id)
        .join(WeeklyRun, WeeklyRun.id == WeeklyResult.run_id)
        .where(
            WeeklyRun.event_id == event.id,
            WeeklyRun.week_number > since,
            WeeklyResult.score.is_(None),
            ~_took_part(WeeklyResult.player_id, event.id, WeeklyRun.week_number),
        )
    )
    is_groundless = sa.tuple_(WeeklyResult.run_id, WeeklyResult.player_id).in_(groundless)
    session.execute(sa.delete(WeeklyResult).where(is_groundless).execution_options(synchronize_session=False))


def _missed_elo(rating: Rating) -> sa.ColumnElement[int | None]:
    """Return the weekly Elo of those who missed a run; NULL if it is not rated."""
    return sa.case((WeeklyRun.field_size >= rating.rules.min_field, WeeklyRun.missed_week_elo))


def _count(
    session: Session, run: WeeklyRun, rating: Rating, *, sign: int, is_last: bool, player_id: int | None = None
) -> None:
    """Add a run and the later ones to the averages and event Elos, or take them out before their results change.

    Weekly Elos are integers, so the rounded product of average and weeks is exactly their sum (for sums below 2⁵¹).
    Any order of additions and subtractions therefore ends in the same bits as a count of the whole archive. That holds
    where each week counts alike; otherwise all weeks are counted again once the run is added.

    Args:
        session: the transaction.
        run: the first run to count, of a locked event.
        rating: the rules of the event.
        sign: 1 to add, -1 to take out.
        is_last: whether no later run exists, so that each player has one result to count; or no later one changes.
        player_id: the player whose results change; None for anybody's.
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
    # One run needs no grouping.
    one = WeeklyResult.weekly_elo.label("elos"), sa.literal(1).label("weeks")
    is_rated = WeeklyResult.weekly_elo.is_not(None)
    return sa.select(WeeklyResult.player_id, *one).where(WeeklyResult.run_id == run.id, is_rated)


def _results_since(run: WeeklyRun) -> AnySelect:
    sums = sa.func.sum(WeeklyResult.weekly_elo).label("elos"), sa.func.count().label("weeks")
    results = sa.select(WeeklyResult.player_id, *sums).join(WeeklyRun, WeeklyRun.id == WeeklyResult.run_id)
    since = WeeklyRun.event_id == run.event_id, WeeklyRun.week_number >= run.week_number
    return results.where(*since, WeeklyResult.weekly_elo.is_not(None)).group_by(WeeklyResult.player_id)

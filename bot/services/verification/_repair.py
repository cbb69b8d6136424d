"""Rewrite the rows that differ from the log, and leave correct rows untouched."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, bindparam, delete, insert, select
from sqlalchemy.orm import Session

from bot.database.models import Event, LeaderboardScore, PlayerEventStats, ScoreType, WeeklyResult, WeeklyRun
from bot.services.ratings import is_personal_best, is_weekly_best, store_week_statistics
from bot.services.verification._comparison import NO_EVENT, Kind, Wrong

_PLAYER, _WEEK = bindparam("of_player", type_=Integer()), bindparam("of_week", type_=Integer())


def repair(session: Session, wrong: Sequence[Wrong], awaiting: Iterable[int]) -> None:
    """Replace wrong values of locked events by the computed ones.

    Args:
        session: the transaction.
        wrong: the values to correct, event by event.
        awaiting: the keys of stale events, whose Elos were not compared.
    """
    have_everybody_recalculated(session, {*awaiting, *(one.event_id for one in wrong)} - {NO_EVENT})
    for event_id, of_event in groupby(wrong, key=lambda one: one.event_id):
        for kind, of_kind in groupby(of_event, key=lambda one: one.kind):
            if event_id == NO_EVENT:
                _delete_results_of_no_run(session.connection(), list(of_kind))
            else:
                _REPAIRS[kind](session, session.get_one(Event, event_id), list(of_kind))
        session.flush()


def have_everybody_recalculated(session: Session, event_ids: Iterable[int]) -> None:
    """Make the next recalculation of locked events look at every player, because scores or the log may have changed."""
    for event_id in sorted(event_ids):
        event = session.get_one(Event, event_id)
        event.elo_field_version = None
        event.version += 1
    session.flush()


def _repair_field(_session: Session, event: Event, wrong: list[Wrong]) -> None:
    [event.statistics] = [one.computed for one in wrong]


def _repair_elo_field(_session: Session, event: Event, wrong: list[Wrong]) -> None:
    [field] = [one.computed for one in wrong]
    event.elo_origin, event.elo_centre, event.elo_spread = field.origin, field.centre, field.spread


def _repair_week_field(_session: Session, event: Event, wrong: list[Wrong]) -> None:
    for one in wrong:
        store_week_statistics(event, one.key, one.computed)


def _repair_run_fields(session: Session, event: Event, wrong: list[Wrong]) -> None:
    for one in wrong:
        of_week = WeeklyRun.event_id == event.id, WeeklyRun.week_number == one.key
        session.scalars(select(WeeklyRun).where(*of_week)).one().field = one.computed


def _repair_personal_bests(session: Session, event: Event, wrong: list[Wrong]) -> None:
    # A running bot compares this version with that of its cached personal bests, so raise it.
    event.scores_version += 1
    event.elo_version += 1

    def keys(one: Wrong) -> dict[str, Any]:
        return {"player_id": one.key, "event_id": event.id, "score_type": ScoreType.ALL_TIME, "week_number": None}

    scores = LeaderboardScore
    _replace(session, scores, (is_personal_best(event.id), scores.player_id == _PLAYER), wrong, keys)


def _repair_weekly_bests(session: Session, event: Event, wrong: list[Wrong]) -> None:
    def keys(one: Wrong) -> dict[str, Any]:
        week, player_id = one.key
        return {"player_id": player_id, "event_id": event.id, "score_type": ScoreType.WEEKLY, "week_number": week}

    scores = LeaderboardScore
    _replace(session, scores, (is_weekly_best(event.id, _WEEK), scores.player_id == _PLAYER), wrong, keys)


def _repair_results(session: Session, event: Event, wrong: list[Wrong]) -> None:
    runs = select(WeeklyRun.week_number, WeeklyRun.id).where(WeeklyRun.event_id == event.id)
    run_ids = dict(session.execute(runs).all())

    def keys(one: Wrong) -> dict[str, Any]:
        week, player_id = one.key
        return {"run_id": run_ids[week], "player_id": player_id}

    result = WeeklyResult
    _replace(session, result, (result.run_id == bindparam("of_run"), result.player_id == _PLAYER), wrong, keys)


def _repair_ratings(session: Session, event: Event, wrong: list[Wrong]) -> None:
    def keys(one: Wrong) -> dict[str, Any]:
        return {"player_id": one.key, "event_id": event.id}

    stats = PlayerEventStats
    _replace(session, stats, (stats.event_id == event.id, stats.player_id == _PLAYER), wrong, keys)


_REPAIRS: dict[Kind, Callable[[Session, Event, list[Wrong]], None]] = {
    Kind.FIELD: _repair_field,
    Kind.PERSONAL_BEST: _repair_personal_bests,
    Kind.WEEKLY_BEST: _repair_weekly_bests,
    Kind.WEEK_FIELD: _repair_week_field,
    Kind.RUN_FIELD: _repair_run_fields,
    Kind.RESULT: _repair_results,
    Kind.ELO_FIELD: _repair_elo_field,
    Kind.RATINGS: _repair_ratings,
}


def _replace(
    session: Session,
    table: type[Any],
    where: Sequence[ColumnElement[bool]],
    wrong: list[Wrong],
    keys: Callable[[Wrong], dict[str, Any]],
) -> None:
    """Replace rows by rows with the computed values; only delete those that should not exist."""
    keyed = [(keys(one), one) for one in wrong]
    stored = [_named(key) for key, one in keyed if one.stored is not None]
    if stored:
        session.connection().execute(delete(table).where(*where), stored)
    computed = [key | asdict(one.computed) for key, one in keyed if one.computed is not None]
    if computed:
        session.execute(insert(table), computed)


def _named(key: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters by which `where` in `_replace` finds a row."""
    names = {"player_id": "of_player", "week_number": "of_week", "run_id": "of_run"}
    return {name: key[column] for column, name in names.items() if key.get(column) is not None}


def _delete_results_of_no_run(connection: Connection, wrong: list[Wrong]) -> None:
    of_row = WeeklyResult.run_id == bindparam("of_run"), WeeklyResult.player_id == _PLAYER
    keys = [dict(zip(("of_run", "of_player"), one.key, strict=True)) for one in wrong]
    connection.execute(delete(WeeklyResult).where(*of_row), keys)

"""Compare the database, and what users see of it, with the model."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Row, Select, select

from bot.database.models import Event, LeaderboardScore, Player, ScoreSubmission, WeeklyResult, WeeklyRun
from bot.domain.events import EventInfo
from bot.domain.rehearsals import Rehearsal
from bot.domain.rules import Method
from bot.domain.standings import Board, LeaderboardPage
from bot.domain.statistics import RunningStatistics
from tests import tables
from tests.backends import TestBackend
from tests.sessions import reading

from .model import Model, moments, round_half_up

NEARLY_HALF = 1e-6
"""How near to a half an Elo may be rounded in either direction."""
RELATIVE_ERROR = 1e-9


async def differences(backend: TestBackend, event: EventInfo, model: Model, week: int) -> list[str]:
    """Return the stored or shown values of an event that differ from the model in this week, one per line."""
    async with reading(backend.database) as session:
        stored = (await session.scalars(select(Event).where(Event.id == event.id))).one()
        session.expunge(stored)
        scores = [tuple(row) for row in await session.execute(_scores(event))]
        archive = [tuple(row) for row in await session.execute(_archive(event.id))]
        log = [tuple(row) for row in await session.execute(_log(event))]
    stats = await tables.stats(backend.database, event.id)
    found = [
        *_same("log", log, [(one.player, one.score, one.made_in, one.week, one.removed) for one in model.log]),
        *_same("bests", sorted(scores, key=repr), sorted(_expected_scores(model), key=repr)),
        *_same("archive", sorted(archive, key=repr), sorted(_expected_archive(model), key=repr)),
        *_fields(stored, model),
        *_ratings(stats, model, is_current=stored.scores_version == stored.elo_version),
    ]
    is_current = stored.scores_version == stored.elo_version
    for board, bests in ((Board.ALL_TIME, model.bests()), (Board.WEEK, model.bests(model.open_week(week)))):
        # Until the next recalculation, a robust board is relative to the previous field.
        has_elos = is_current or board is Board.WEEK or model.rules.method is not Method.ROBUST
        found += _standings(await backend.page(board, event.name), bests, model, has_elos=has_elos)
    overall = await backend.page(Board.OVERALL, event.name)
    shown = {row.player.discord_id: row.weekly_average for row in overall.standings}
    averages = {player: model.average(player) for player in model.bests()} if model.runs else {}
    found += _same("averages shown", shown, averages)
    unranked = {row.player.discord_id for row in overall.standings if row.rank is None}
    few = {player for player in shown if len(model.counted(player)) < model.rules.min_weeks}
    found += _same("players without a rank", unranked, few) if is_current else ()
    found += _same("overall begins", overall.first_week is not None, bool(model.bests() and not model.runs))
    return found + await backend.differences()


async def not_as_told(backend: TestBackend, rehearsal: Rehearsal) -> list[str]:
    """Return, one per line, the predictions of a rehearsal that are wrong after its rules were applied."""
    page = await backend.page(rehearsal.board, rehearsal.event.name)
    shown = {row.player.discord_id: row.elo for row in page.standings if row.rank is not None}
    told = {one.player.discord_id: one.elo for one in rehearsal.after.top}
    # A recounted field may differ by rounding, and so may an Elo that is nearly a half.
    far = [player for player, elo in told.items() if abs((shown.get(player) or 0) - elo) > 1]
    return [*_same("players ranked", sorted(shown), sorted(told)), *_same("Elos told", far, [])]


async def numbers(backend: TestBackend, event_id: int) -> list[Any]:
    """Return the stored weeks and ratings of an event, of players by their Discord ids."""
    async with reading(backend.database) as session:
        archive = sorted((tuple(row) for row in await session.execute(_archive(event_id))), key=repr)
    stats = await tables.stats(backend.database, event_id)
    return [archive, *sorted((player, *_values(row)) for player, row in stats.items())]


def _values(row: Row[Any]) -> tuple[Any, ...]:
    return (
        *(row.weekly_elo_average, row.weeks_participated),
        *(repr(row.all_time_leaderboard_elo), repr(row.calculated_event_elo)),
    )


def _scores(event: EventInfo) -> Select[int, int | None, float]:
    table = LeaderboardScore
    columns = (Player.discord_id, table.week_number, table.score)
    return select(*columns).join(Player, Player.id == table.player_id).where(table.event_id == event.id)


def _log(event: EventInfo) -> Select[int, float, int, int, bool]:
    log = ScoreSubmission
    columns = (Player.discord_id, log.score, log.made_in_week, log.week_number, log.removed_at.is_not(None))
    return select(*columns).join(Player, Player.id == log.player_id).where(log.event_id == event.id).order_by(log.id)


def _archive(event_id: int) -> Select[int, int, float | None, int | None]:
    return (
        select(Player.discord_id, WeeklyRun.week_number, WeeklyResult.score, WeeklyResult.weekly_elo)
        .join(Player, Player.id == WeeklyResult.player_id)
        .join(WeeklyRun, WeeklyRun.id == WeeklyResult.run_id)
        .where(WeeklyRun.event_id == event_id)
    )


def _expected_scores(model: Model) -> Iterator[tuple[Any, ...]]:
    for week in (None, *model.open_weeks()):
        yield from ((player, week, score) for player, score in model.bests(week).items())


def _expected_archive(model: Model) -> Iterator[tuple[Any, ...]]:
    for player in {entry.player for entry in model.log}:
        yield from ((player, week, *result) for week, result in model.archive(player).items())


def _fields(event: Event, model: Model) -> Iterator[str]:
    yield from _field(event.statistics, model.bests())
    if event.week_number is not None:
        yield from _field(event.week_statistics, model.bests(event.week_number))


def _field(statistics: RunningStatistics, bests: Mapping[int, float]) -> Iterator[str]:
    field = statistics.field
    mean, variance = moments(bests.values())
    yield from _same("field size", field.size, len(bests))
    if not math.isclose(field.spread, math.sqrt(variance), rel_tol=RELATIVE_ERROR):
        yield f"standard deviation: {field.spread}, not {math.sqrt(variance)}"
    if abs(field.origin + field.centre - mean) > RELATIVE_ERROR * max(float(mean), field.spread):
        yield f"mean: {field.origin} + {field.centre}, not {float(mean)}"


def _ratings(stats: Mapping[int, Row[Any]], model: Model, *, is_current: bool) -> Iterator[str]:
    elos, weight = model.rated(model.bests()), model.rules.all_time_weight
    yield from _same("players with ratings", stats.keys(), {entry.player for entry in model.log})
    for player, row in stats.items():
        average = model.average(player)
        yield from _same(f"average of {player}", row.weekly_elo_average, average or 0.0)
        yield from _same(f"weeks of {player}", row.weeks_participated, len(model.counted(player)))
        if player not in elos:
            yield from _same(f"all-time Elo of {player}", row.all_time_leaderboard_elo, None)
        elif is_current:
            yield from _elo(f"all-time Elo of {player}", row.all_time_leaderboard_elo, elos[player])
        if is_current:
            all_time = 1000 if player not in elos else row.all_time_leaderboard_elo
            event_elo = None if average is None else round_half_up(weight * all_time + (1 - weight) * average)
            yield from _same(f"event Elo of {player}", row.calculated_event_elo, event_elo)


def _standings(page: LeaderboardPage, bests: Mapping[int, float], model: Model, *, has_elos: bool) -> Iterator[str]:
    elos, high = model.rated(dict(bests)), model.high
    shown = {row.player.discord_id: (row.rank, row.score) for row in page.standings}
    ranks = {
        player: 1 + sum(other > score if high else other < score for other in bests.values())
        for player, score in bests.items()
    }
    yield from _same(f"{page.board} board", shown, {player: (ranks[player], bests[player]) for player in bests})
    yield from _same(f"order of the {page.board} board", [rank for rank, _ in shown.values()], sorted(ranks.values()))
    for row in page.standings if has_elos else ():
        yield from _elo(f"{page.board} Elo of {row.player.name}", row.elo, elos.get(row.player.discord_id, math.nan))


def _elo(what: str, found: int | None, exact: float) -> Iterator[str]:
    if found is None or not abs(found - exact) <= 0.5 + NEARLY_HALF:
        yield f"{what}: {found}, not {exact}"


def _same(what: str, found: object, expected: object) -> Iterator[str]:
    if found != expected:
        yield f"{what}: {found}, not {expected}"

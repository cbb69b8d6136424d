"""Does the database hold what its log says? Everything derived is derived anew and compared."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.models import (
    Event,
    LeaderboardScore,
    PlayerEventStats,
    ScoreSubmission,
    ScoreType,
    WeeklyResult,
    WeeklyRun,
)
from bot.domain import recount
from bot.domain.ratings import Field, RatingScale
from bot.domain.weeks import Week
from bot.services.base import BaseService
from bot.services.event_lookup import describe, statistics_of

TOLERANCE = 1e-9
"""Of a field's spread: how far running statistics may be from those counted in one go."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One row, or one column of it, that is not what the log says."""

    table: str
    row: str
    stored: str
    computed: str

    def __str__(self) -> str:
        return f"{self.table}: {self.row} is {self.stored}, should be {self.computed}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What a comparison of a whole database found.

    Attributes:
        events: leaderboard events compared.
        submissions: rows of the log read.
        differences: each row that differs.
        awaiting: names of events whose stored Elos await a recalculation and were therefore left out.
    """

    events: int
    submissions: int
    differences: tuple[Difference, ...]
    awaiting: tuple[str, ...]


class VerificationService(BaseService):
    """Compares what is stored with what the log says; writes nothing."""

    async def verify(self) -> Verification:
        """Recompute every rating of every event from the log, and name each row that differs.

        Raises:
            Unavailable: the database did not answer.
        """

        async def work(session: AsyncSession) -> Verification:
            differences: list[Difference] = []
            awaiting: list[str] = []
            submissions = 0
            events = (
                await session.scalars(select(Event).where(Event.score_direction.is_not(None)).order_by(Event.id))
            ).all()
            for event in events:
                stored = await _load(session, event)
                submissions += len(stored.log)
                differences += _compare(stored)
                if event.scores_version != event.elo_version and event.score_count > 0:
                    awaiting.append(event.name)
            return Verification(len(events), submissions, tuple(differences), tuple(awaiting))

        return await self._read(work)


@dataclass(frozen=True, slots=True)
class _Stored:
    """One event as the database holds it."""

    event: Event
    log: list[recount.LoggedScore]
    personal_bests: dict[int, recount.Best]
    weekly_bests: dict[tuple[int, int], recount.Best]
    runs: list[recount.ArchivedRun]
    results: dict[int, dict[int, recount.Result]]
    stats: dict[int, PlayerEventStats]


async def _load(session: AsyncSession, event: Event) -> _Stored:
    log = await session.scalars(
        select(ScoreSubmission).where(ScoreSubmission.event_id == event.id).order_by(ScoreSubmission.id)
    )
    scores = (await session.scalars(select(LeaderboardScore).where(LeaderboardScore.event_id == event.id))).all()
    runs = (await session.scalars(select(WeeklyRun).where(WeeklyRun.event_id == event.id))).all()
    weeks = {run.id: run.week_number for run in runs}
    results: dict[int, dict[int, recount.Result]] = {week: {} for week in weeks.values()}
    for row in await session.scalars(select(WeeklyResult).where(WeeklyResult.run_id.in_(weeks))):
        results[weeks[row.run_id]][row.player_id] = recount.Result(
            row.score, row.submitted_at, row.weekly_elo, row.rank
        )
    stats = await session.scalars(select(PlayerEventStats).where(PlayerEventStats.event_id == event.id))
    return _Stored(
        event,
        [
            recount.LoggedScore(row.player_id, row.score, row.week_number, row.submitted_at, row.removed_at)
            for row in log
        ],
        {
            row.player_id: recount.Best(row.score, row.submitted_at)
            for row in scores
            if row.score_type is ScoreType.ALL_TIME
        },
        {
            (row.player_id, row.week_number): recount.Best(row.score, row.submitted_at)
            for row in scores
            if row.week_number is not None
        },
        [
            recount.ArchivedRun(
                run.week_number,
                run.ran_at,
                Field(run.field_size, run.field_origin, run.field_mean, run.field_sd),
                RatingScale(run.base_elo, run.elo_per_sigma, run.missed_week_elo),
            )
            for run in runs
        ],
        results,
        {row.player_id: row for row in stats},
    )


def _compare(stored: _Stored) -> Iterator[Difference]:
    name = f"in event {stored.event.name!r}"
    direction = describe(stored.event).direction
    valid = [logged for logged in stored.log if logged.removed_at is None]
    closed = [run.week for run in stored.runs]
    bests = recount.bests_of(valid, direction)
    yield from _rows("leaderboard_scores", f"personal best {name} of player", stored.personal_bests, bests)
    weekly = recount.weekly_bests_of(valid, direction, closed)
    yield from _rows("leaderboard_scores", f"weekly best {name} of player and week", stored.weekly_bests, weekly)
    yield from _field("events", f"field {name}", statistics_of(stored.event).field, recount.statistics_of(bests).field)
    archive = recount.results_of(stored.log, direction, stored.runs)
    for run in stored.runs:
        week = Week.from_code(run.week)
        yield from _rows("weekly_results", f"{week} {name}, player", stored.results[run.week], archive[run.week])
        counted = {
            player_id: recount.Best(result.score, run.ran_at)
            for player_id, result in archive[run.week].items()
            if result.score is not None
        }
        yield from _field("weekly_runs", f"field of {week} {name}", run.field, recount.statistics_of(counted).field)
    yield from _ratings(stored, bests, recount.averages_of(archive), name)


def _ratings(
    stored: _Stored,
    bests: Mapping[int, recount.Best],
    averages: Mapping[int, recount.WeeklyAverage],
    name: str,
) -> Iterator[Difference]:
    event, table = stored.event, "player_event_stats"
    nothing = recount.WeeklyAverage(0.0, 0)
    rows = {
        player_id: recount.WeeklyAverage(row.weekly_elo_average, row.weeks_participated)
        for player_id, row in stored.stats.items()
    }
    known = {player_id: averages.get(player_id, nothing) for player_id in rows} | dict(averages)
    yield from _rows(table, f"weekly average {name} of player", rows, known)
    if event.elo_version != event.scores_version or event.elo_base is None or event.elo_per_sigma is None:
        return
    scale = RatingScale(event.elo_base, event.elo_per_sigma)
    field, direction = statistics_of(event).field, describe(event).direction
    elos = {player_id: scale.elo(best.score, field, direction) for player_id, best in bests.items()}
    stored_elos = {player_id: row.all_time_leaderboard_elo for player_id, row in stored.stats.items()}
    yield from _rows(table, f"all-time Elo {name} of player", stored_elos, {**dict.fromkeys(rows), **elos})
    event_elos = {
        player_id: scale.event_elo(elos.get(player_id), average.average) if average.weeks else None
        for player_id, average in known.items()
    }
    stored_event_elos = {player_id: row.calculated_event_elo for player_id, row in stored.stats.items()}
    yield from _rows(table, f"event Elo {name} of player", stored_event_elos, event_elos)


def _rows(table: str, what: str, stored: Mapping[Any, object], computed: Mapping[Any, object]) -> Iterator[Difference]:
    for key in sorted(stored.keys() | computed.keys()):
        if stored.get(key) != computed.get(key):
            yield Difference(
                table, f"{what} {key}", _shown(stored.get(key, "missing")), _shown(computed.get(key, "missing"))
            )


def _shown(value: object) -> str:
    if is_dataclass(value):
        return ", ".join(f"{field.name} {getattr(value, field.name)}" for field in fields(value))
    return str(value)


def _field(table: str, what: str, stored: Field, computed: Field) -> Iterator[Difference]:
    """Compare two fields; their Elos must be the same, and for that their last digits need not be."""
    slack = TOLERANCE * computed.sd
    same = (
        stored.size == computed.size
        and math.isclose(stored.sd, computed.sd, rel_tol=TOLERANCE)
        and abs((stored.origin - computed.origin) + (stored.mean - computed.mean)) <= slack
    )
    if not same and (stored.size or computed.size):
        yield Difference(table, what, _shown(stored), _shown(computed))

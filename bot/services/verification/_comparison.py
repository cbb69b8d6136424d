"""Compare what the database stores with what follows from its log, event by event, row by row."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, TypeVar

from sqlalchemy import select

from bot.database.models import (
    Event,
    Excuse,
    LeaderboardScore,
    Member,
    PlayerEventStats,
    ScoreSubmission,
    WeeklyOmission,
    WeeklyResult,
    WeeklyRun,
)
from bot.database.streams import AnyRow, AnySelect, Grouped, Streams
from bot.domain.ratings import Field, RatingScale
from bot.domain.rules import Method
from bot.domain.statistics import RunningStatistics
from bot.domain.verification import (
    ArchivedRun,
    Best,
    Derivation,
    Deviation,
    LoggedScore,
    Ratings,
    Result,
    counted,
    deviations,
)

Key = TypeVar("Key", int, tuple[int, int])
Value = TypeVar("Value")

NO_EVENT = 0


class Kind(IntEnum):
    """The kinds of values to compare, in the order of the report."""

    FIELD = 0
    PERSONAL_BEST = 1
    WEEKLY_BEST = 2
    WEEK_FIELD = 3
    RUN_FIELD = 4
    RESULT = 5
    ELO_FIELD = 6
    RATINGS = 7
    RESULT_OF_NO_RUN = 8


@dataclass(frozen=True, slots=True)
class Wrong:
    """A stored value that differs from what the log implies.

    Attributes:
        event_id: the event, whose name is `event`; `NO_EVENT` and "" for a result without a run.
        key: the player; for weekly bests and results, the week (or run) and the player; for fields, the week or 0.
        stored: the stored value; None if there is no row.
        computed: the correct value; None if there should be no row.
    """

    kind: Kind
    event_id: int
    event: str
    key: Any
    stored: Any
    computed: Any


@dataclass(slots=True)
class Comparison:
    """The result of comparing a range of events.

    Attributes:
        events: how many events were compared.
        submissions: how many rows of the log were read.
        wrong: the values that differ, event by event.
        awaiting: the stale events by key, which await a recalculation; their stored Elos were not compared.
    """

    events: int = 0
    submissions: int = 0
    wrong: list[Wrong] = field(default_factory=list)
    awaiting: dict[int, str] = field(default_factory=dict)


EventRange = tuple[int, int]
"""The keys of the first and the last event."""


def compare(streams: Streams, within: EventRange) -> Comparison:
    """Compare the events of a range.

    It reads every table once, in the order of events and weeks. Memory holds a few numbers for each player of one
    event, and the differences found so far.
    """
    tables = _Tables(streams, within)
    found = Comparison()
    for row in tables.events:
        event = _EventComparison(tables, row)
        found.wrong += sorted(event.compare(), key=lambda one: (one.kind, one.key))
        found.events += 1
        found.submissions += event.submissions
        if not event.is_current and event.submissions:
            found.awaiting[row.id] = row.name
    return found


class _Tables:
    """The rows of every table, ordered by event and, within an event, by week."""

    def __init__(self, streams: Streams, within: EventRange) -> None:
        log, scores, stats, run, result = ScoreSubmission, LeaderboardScore, PlayerEventStats, WeeklyRun, WeeklyResult

        def rows(statement: AnySelect, event_id: Any) -> Iterator[AnyRow]:
            return streams.rows(statement.where(event_id.between(*within)))

        event = select(
            *(Event.id, Event.name, Event.score_direction, Event.statistics, Event.week_number, Event.week_statistics),
            *(Event.scores_version, Event.elo_version, Event.elo_base, Event.elo_per_sigma, Event.rules),
            *(Event.elo_origin, Event.elo_centre, Event.elo_spread),
        )
        self.events = rows(event.order_by(Event.id), Event.id)
        logged = select(
            *(log.event_id, log.week_number, log.id, log.player_id, log.score, log.submitted_at, log.removed_at),
            *(log.is_omitted, log.is_late),
        )
        self.log = Grouped(rows(logged.order_by(log.event_id, log.week_number, log.id), log.event_id), _week_of)
        runs = select(run.event_id, run.week_number, run.id, run.ran_at, run.field, run.scale)
        self.runs = Grouped(rows(runs.order_by(run.event_id, run.week_number), run.event_id), _event_of)
        omissions = select(run.event_id, run.week_number, WeeklyOmission.player_id).join(
            run, run.id == WeeklyOmission.run_id
        )
        self.omissions = Grouped(rows(omissions.order_by(run.event_id, run.week_number), run.event_id), _week_of)
        excused = excused_players().order_by(run.event_id, run.week_number)
        self.excused = Grouped(rows(excused, run.event_id), _week_of)
        self.withdrawn = Grouped(rows(withdrawn_players().order_by(Event.id), Event.id), _event_of)
        best = select(scores.event_id, scores.week_number, scores.player_id, scores.score, scores.submitted_at)
        personal = best.where(scores.week_number.is_(None)).order_by(scores.event_id)
        self.personal_bests = Grouped(rows(personal, scores.event_id), _event_of)
        weekly = best.where(scores.week_number.is_not(None)).order_by(scores.event_id, scores.week_number)
        self.weekly_bests = Grouped(rows(weekly, scores.event_id), _week_of)
        results = select(
            *(run.event_id, run.week_number),
            *(result.player_id, result.score, result.submitted_at, result.weekly_elo, result.rank),
        ).join(run, run.id == result.run_id)
        self.results = Grouped(rows(results.order_by(run.event_id, run.week_number), run.event_id), _week_of)
        ratings = select(
            *(stats.event_id, stats.player_id, stats.weekly_elo_average, stats.weeks_participated),
            *(stats.all_time_leaderboard_elo, stats.calculated_event_elo),
        )
        self.ratings = Grouped(rows(ratings.order_by(stats.event_id), stats.event_id), _event_of)

    def next_week(self, event_id: int, runs: Iterable[int]) -> int | None:
        """Return the next week of an event that has a run or unread rows; None after the last one."""
        heads = (self.log.next_key, self.weekly_bests.next_key)
        weeks = [*runs, *(head[1] for head in heads if head is not None and head[0] == event_id)]
        return min(weeks, default=None)


def _event_of(row: AnyRow) -> int:
    event_id: int = row[0]
    return event_id


def _week_of(row: AnyRow) -> tuple[int, int]:
    return row[0], row[1]


class _EventComparison:
    """Compares one event, whose rows come next in all tables."""

    def __init__(self, tables: _Tables, row: AnyRow) -> None:
        self._tables, self._row = tables, row
        self._runs = {run.week_number: run for run in tables.runs.take(row.id)}
        withdrawn = frozenset(member.player_id for member in tables.withdrawn.take(row.id))
        self._derivation = Derivation(row.score_direction, row.rules, len(self._runs), withdrawn)
        self._bests_of_counted_week: dict[int, Best] = {}
        self.submissions = 0

    @property
    def is_current(self) -> bool:
        """Whether the stored Elos belong to the present scores; otherwise they await a recalculation."""
        row = self._row
        is_rated = row.elo_base is not None and row.elo_per_sigma is not None
        return is_rated and row.elo_version == row.scores_version

    def compare(self) -> Iterator[Wrong]:
        """Yield the values that differ."""
        while (week := self._tables.next_week(self._row.id, self._runs)) is not None:
            run = self._runs.pop(week, None)
            yield from self._compare_open_week(week) if run is None else self._compare_closed_week(week, run)
        yield from self._compare_all_time()

    def _compare_open_week(self, week: int) -> Iterator[Wrong]:
        bests = self._derivation.open_week(self._log(week))
        yield from self._compare_weekly_bests(week, bests)
        if week == self._row.week_number:
            self._bests_of_counted_week = bests

    def _compare_closed_week(self, week: int, run: AnyRow) -> Iterator[Wrong]:
        omitted = frozenset(row.player_id for row in self._tables.omissions.take((self._row.id, week)))
        excused = frozenset(row.player_id for row in self._tables.excused.take((self._row.id, week)))
        archived = ArchivedRun(run.ran_at, run.field, run.scale, omitted, excused)
        run_field, results = self._derivation.closed_week(archived, self._log(week))
        yield from self._compare_weekly_bests(week, {})
        if run_field != run.field:
            yield self._wrong(Kind.RUN_FIELD, week, run.field, run_field)
        rows = self._tables.results.take((self._row.id, week))
        stored = (
            ((week, row.player_id), Result(row.score, row.submitted_at, row.weekly_elo, row.rank)) for row in rows
        )
        keys = [(week, player_id) for player_id in results]
        yield from self._all(Kind.RESULT, deviations(stored, keys, lambda key, _: results.get(key[1])))

    def _compare_weekly_bests(self, week: int, bests: dict[int, Best]) -> Iterator[Wrong]:
        rows = self._tables.weekly_bests.take((self._row.id, week))
        stored = (((week, row.player_id), Best(row.score, row.submitted_at)) for row in rows)
        keys = [(week, player_id) for player_id in bests]
        yield from self._all(Kind.WEEKLY_BEST, deviations(stored, keys, lambda key, _: bests.get(key[1])))

    def _compare_all_time(self) -> Iterator[Wrong]:
        event, derivation = self._row, self._derivation
        if event.week_number is not None:
            of_week = counted(event.week_statistics, self._bests_of_counted_week)
            if of_week != event.week_statistics:
                yield self._wrong(Kind.WEEK_FIELD, event.week_number, event.week_statistics, of_week)
        bests = derivation.personal_bests()
        rows = self._tables.personal_bests.take(event.id)
        stored = ((row.player_id, Best(row.score, row.submitted_at)) for row in rows)
        yield from self._all(Kind.PERSONAL_BEST, deviations(stored, bests, lambda player_id, _: bests.get(player_id)))
        statistics = counted(event.statistics, bests)
        if statistics != event.statistics:
            yield self._wrong(Kind.FIELD, 0, event.statistics, statistics)
        kept = self._kept_field(statistics)
        if event.rules.method is Method.ROBUST and self.is_current:
            elo_field = derivation.field(kept, self._scale)
            if elo_field != kept:
                yield self._wrong(Kind.ELO_FIELD, 0, kept, elo_field)
        rated = ((row.player_id, Ratings(*row[2:])) for row in self._tables.ratings.take(event.id))
        rate = derivation.rating(kept, self._scale, is_current=self.is_current)
        yield from self._all(Kind.RATINGS, deviations(rated, derivation.rated_players(), rate))

    @property
    def _scale(self) -> RatingScale:
        row, default = self._row, RatingScale()
        if row.elo_base is None or row.elo_per_sigma is None:
            return default
        return RatingScale(row.elo_base, row.elo_per_sigma)

    def _kept_field(self, statistics: RunningStatistics) -> Field:
        """Return the field by which the stored all-time Elos were computed, if they belong to these scores."""
        row = self._row
        if row.rules.method is Method.CLASSIC:
            return statistics.field
        return Field(statistics.count, row.elo_origin, row.elo_centre, row.elo_spread)

    def _log(self, week: int) -> Iterator[LoggedScore]:
        for row in self._tables.log.take((self._row.id, week)):
            self.submissions += 1
            yield LoggedScore(*row[2:])

    def _all(self, kind: Kind, found: list[Deviation[Key, Value]]) -> Iterator[Wrong]:
        return (self._wrong(kind, one.key, one.stored, one.computed) for one in found)

    def _wrong(self, kind: Kind, key: Any, stored: Any, computed: Any) -> Wrong:
        return Wrong(kind, self._row.id, self._row.name, key, stored, computed)


def withdrawn_players() -> AnySelect:
    """Return the query for the withdrawn players of each event."""
    members = select(Event.id, Member.player_id).join(Member, Member.guild_id == Event.guild_id)
    return members.where(Member.withdrawn_at.is_not(None))


def excused_players() -> AnySelect:
    """Return the query for excused players, with each event and each closed week that the excuse covers."""
    return (
        select(WeeklyRun.event_id, WeeklyRun.week_number, Excuse.player_id)
        .join(Event, Event.id == WeeklyRun.event_id)
        .join(Excuse, (Excuse.guild_id == Event.guild_id) & (Excuse.week_number == WeeklyRun.week_number))
        .where(Excuse.event_id.is_(None) | (Excuse.event_id == Event.id))
    )


def results_of_no_run(streams: Streams) -> Iterator[Wrong]:
    """Find archived results without a run; no foreign key prevents these."""
    result = WeeklyResult
    statement = (
        select(result.run_id, result.player_id, result.score, result.submitted_at, result.weekly_elo, result.rank)
        .where(~select(WeeklyRun.id).where(WeeklyRun.id == result.run_id).exists())
        .order_by(result.run_id, result.player_id)
    )
    for row in streams.rows(statement):
        yield Wrong(Kind.RESULT_OF_NO_RUN, NO_EVENT, "", (row.run_id, row.player_id), Result(*row[2:]), None)

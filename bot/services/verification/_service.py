"""Recompute from the log what the database stores, report the rows that differ, and repair them on request."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import (
    Event,
    LeaderboardScore,
    PlayerEventStats,
    ScoreSubmission,
    WeeklyOmission,
    WeeklyResult,
    WeeklyRun,
)
from bot.database.streams import Streams, compute_aside
from bot.domain.progress import Progress, Unwatched
from bot.domain.weeks import Week
from bot.services.verification import _missing_log
from bot.services.verification._comparison import (
    NO_EVENT,
    Comparison,
    EventRange,
    Kind,
    Wrong,
    compare,
    excused_players,
    results_of_no_run,
    withdrawn_players,
)
from bot.services.verification._missing_log import MissingRow, missing_rows, unexplained
from bot.services.verification._repair import have_everybody_recalculated, repair


@dataclass(frozen=True, slots=True)
class Difference:
    """A row, or a field within a row, that differs from what the log implies."""

    table: str
    row: str
    stored: str
    computed: str

    def __str__(self) -> str:
        return f"{self.table}: {self.row} is {self.stored}, should be {self.computed}"


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of comparing a whole database.

    Attributes:
        events: how many events were compared.
        submissions: how many rows of the log were read.
        differences: the rows that differ.
        unexplained: those differences with a score, or ratings, that nothing in the log explains.
        awaiting: the names of stale events, which await a recalculation; their stored Elos were not compared.
        is_repaired: whether the differences were corrected.
    """

    events: int
    submissions: int
    differences: tuple[Difference, ...]
    unexplained: tuple[Difference, ...]
    awaiting: tuple[str, ...]
    is_repaired: bool = False


@dataclass(frozen=True, slots=True)
class LogRepair:
    """The result of looking for rows that are missing from the log.

    Attributes:
        missing: the rows that the log needs to explain stored scores.
        unexplained: the rows that no log entry could explain: ratings without any score, and results without a run or a
            player.
        is_written: whether the missing rows were written.
    """

    missing: tuple[Difference, ...]
    unexplained: tuple[Difference, ...]
    is_written: bool = False


class RepairFailed(Exception):
    """A difference would remain after the repair, so nothing was changed."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(str(difference))


class VerificationService:
    """Compares the database with its log."""

    def __init__(self, database: Database, progress: Progress | None = None) -> None:
        self._database = database
        self._progress = progress or Unwatched()

    async def verify(self) -> Verification:
        """Recompute all events from the log, and report each row that differs; write nothing."""

        def work(session: Session) -> Verification:
            return _verification(session, self._compare(session, _all_events(session)))

        return await self._database.read(work)

    async def repair(self, allow: Callable[[Verification], bool] = lambda _: True) -> Verification:
        """Rewrite each row that differs from the log, and report it, all or nothing.

        Nothing is written if a value would be lost that the log does not explain, or if `allow` returns False; `allow`
        gets the report beforehand.

        Raises:
            RepairFailed: a difference would remain.
        """
        return await self._database.write(partial(self._repair, allow=allow))

    async def write_log(self, allow: Callable[[LogRepair], bool] = lambda _: True) -> LogRepair:
        """Add the scores that are missing from the log to it, unless `allow` returns False.

        `allow` gets the report beforehand. The new rows have negative interaction ids. The scores themselves do not
        change.
        """
        return await self._database.write(partial(self._write_log, allow=allow))

    def _repair(self, session: Session, allow: Callable[[Verification], bool]) -> Verification:
        found = self._compare(session, _lock_all_events(session))
        verification = _verification(session, found)
        if not allow(verification) or verification.unexplained:
            return verification
        repair(session, found.wrong, found.awaiting)
        if found.wrong:
            changed = [one.event_id for one in found.wrong]
            left = self._compare(session, (min(changed), max(changed)))
            if left.wrong:
                raise RepairFailed(_difference(left.wrong[0]))
        return replace(verification, is_repaired=True)

    def _write_log(self, session: Session, allow: Callable[[LogRepair], bool]) -> LogRepair:
        found = self._compare(session, _lock_all_events(session))
        unknown = unexplained(session, found.wrong)
        rows = missing_rows(session, unknown)
        told = {(row.event_id, row.player_id) for row in rows}
        left = [one for one in unknown if (one.event_id, _missing_log.player_of(one)) not in told]
        result = LogRepair(tuple(map(_missing, rows)), tuple(map(_difference, left)))
        if not rows or not allow(result):
            return result
        _missing_log.write(session, rows)
        have_everybody_recalculated(session, {row.event_id for row in rows})
        return replace(result, is_written=True)

    def _compare(self, session: Session, within: EventRange) -> Comparison:
        if not isinstance(self._progress, Unwatched):
            self._progress.begin(_count_rows(session, within))

        def compute(streams: Streams) -> Comparison:
            found = compare(streams, within)
            found.wrong += results_of_no_run(streams)
            return found

        return compute_aside(session, compute, self._progress.advance)


def rebuild(session: Session, event: Event) -> None:
    """Recompute everything that follows from the log of a locked event, after rows were written to it directly."""
    found = compute_aside(session, partial(compare, within=(event.id, event.id)))
    repair(session, found.wrong, [event.id])
    # The all-time Elos of the event now await a recalculation.
    event.scores_version += 1


def _all_events(session: Session) -> EventRange:
    first, last = session.execute(select(func.min(Event.id), func.max(Event.id))).one()
    return (first or 0, last or 0)


def _lock_all_events(session: Session) -> EventRange:
    """Lock all events, and thereby everything that belongs to them."""
    locked = session.scalars(select(Event.id).order_by(Event.id).with_for_update(key_share=True)).all()
    return (locked[0], locked[-1]) if locked else (0, 0)


def _count_rows(session: Session, within: EventRange) -> int:
    of_events = [table.event_id for table in (ScoreSubmission, LeaderboardScore, PlayerEventStats, WeeklyRun)]
    counts = [select(func.count()).where(event_id.between(*within)) for event_id in of_events]
    of_runs = [
        select(func.count()).join_from(table, WeeklyRun, WeeklyRun.id == table.run_id)
        for table in (WeeklyResult, WeeklyOmission)
    ]
    counts += [count.where(WeeklyRun.event_id.between(*within)) for count in of_runs]
    counts += [
        select(func.count()).where(Event.id.between(*within)),
        withdrawn_players().where(Event.id.between(*within)).with_only_columns(func.count()),
        excused_players().where(Event.id.between(*within)).with_only_columns(func.count()),
    ]
    return sum(session.scalar(count) or 0 for count in counts)


def _verification(session: Session, found: Comparison) -> Verification:
    def named(wrong: Iterable[Wrong]) -> tuple[Difference, ...]:
        return tuple(map(_difference, wrong))

    unknown = named(unexplained(session, found.wrong))
    return Verification(found.events, found.submissions, named(found.wrong), unknown, tuple(found.awaiting.values()))


_ROWS: dict[Kind, tuple[str, Callable[[Any], str]]] = {
    Kind.FIELD: ("events", lambda _: "field"),
    Kind.PERSONAL_BEST: ("leaderboard_scores", lambda player: f"personal best of player {player}"),
    Kind.WEEKLY_BEST: ("leaderboard_scores", lambda key: f"best of player {key[1]} in {Week.from_code(key[0])}"),
    Kind.WEEK_FIELD: ("events", lambda week: f"field of {Week.from_code(week)}"),
    Kind.RUN_FIELD: ("weekly_runs", lambda week: f"field of {Week.from_code(week)}"),
    Kind.RESULT: ("weekly_results", lambda key: f"result of player {key[1]} in {Week.from_code(key[0])}"),
    Kind.ELO_FIELD: ("events", lambda _: "field of the Elos"),
    Kind.RATINGS: ("player_event_stats", lambda player: f"ratings of player {player}"),
    Kind.RESULT_OF_NO_RUN: ("weekly_results", lambda key: f"run {key[0]}, player {key[1]}"),
}
"""For each kind of value: its table, and a function that names a row."""


def _difference(wrong: Wrong) -> Difference:
    table, describe = _ROWS[wrong.kind]
    row = f"{describe(wrong.key)} in event {wrong.event!r}" if wrong.event_id != NO_EVENT else describe(wrong.key)
    return Difference(table, row, _shown(wrong.stored), _shown(wrong.computed))


def _missing(row: MissingRow) -> Difference:
    name = f"submission of player {row.player_id} for {Week.from_code(row.week)} in event {row.event!r}"
    made = f"score {row.score}, submitted_at {row.submitted_at}, made in {Week.from_code(row.made_in_week)}"
    return Difference("score_submissions", name, "missing", made)


def _shown(value: object) -> str:
    if value is None:
        return "missing"
    if is_dataclass(value):
        return ", ".join(f"{field.name} {getattr(value, field.name)}" for field in fields(value))
    return str(value)

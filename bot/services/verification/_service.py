"""Recompute from the log what the database stores, report each row that differs, and repair it on request."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import partial
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Event, WeeklyResult, WeeklyRun
from bot.domain.verification import Derived
from bot.domain.weeks import Week
from bot.services.verification._stored_event import changed, load_stored, repair


@dataclass(frozen=True, slots=True)
class Difference:
    """A row, or a field kept in one, that differs from what the log says."""

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
        differences: the rows that differ; after a repair, the rows that were repaired.
        awaiting: the names of events that await a recalculation; their stored Elos were not compared.
    """

    events: int
    submissions: int
    differences: tuple[Difference, ...]
    awaiting: tuple[str, ...]


class VerificationService:
    """Compares the database with its log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def verify(self) -> Verification:
        """Recompute all events from the log and report each row that differs; write nothing."""
        return await self._database.read(partial(_verify, with_repair=False))

    async def repair(self) -> Verification:
        """Rewrite each row that differs from the log, and report it; write nothing if a difference would remain."""

        def work(session: Session) -> Verification:
            found = _verify(session, with_repair=True)
            session.expire_all()
            left = _verify(session, with_repair=False)
            if left.differences:
                raise RuntimeError(f"not repaired, and therefore nothing changed: {left.differences[0]}")
            return found

        return await self._database.write(work)


def _verify(session: Session, *, with_repair: bool) -> Verification:
    differences: list[Difference] = []
    awaiting: list[str] = []
    submissions = 0
    wanted = select(Event).order_by(Event.id)
    events = session.scalars(wanted.with_for_update(key_share=True) if with_repair else wanted).all()
    for event in events:
        loaded = load_stored(session, event)
        computed = loaded.compute()
        submissions += len(loaded.log)
        differences += _compare(event.name, loaded.stored, computed)
        if loaded.scale is None and loaded.log:
            awaiting.append(event.name)
        if with_repair:
            repair(session, loaded, computed)
    differences += _results_of_no_run(session, with_repair=with_repair)
    return Verification(len(events), submissions, tuple(differences), tuple(awaiting))


def _results_of_no_run(session: Session, *, with_repair: bool) -> list[Difference]:
    """Report archived results without a run, which no foreign key prevents; a repair deletes them."""
    result = WeeklyResult
    of_no_run = result.run_id.not_in(select(WeeklyRun.id))
    rows = session.scalars(select(result).where(of_no_run).order_by(result.run_id, result.player_id))
    found = [
        Difference("weekly_results", f"run {row.run_id}, player {row.player_id}", f"Elo {row.weekly_elo}", "missing")
        for row in rows
    ]
    if found and with_repair:
        session.execute(delete(result).where(of_no_run).execution_options(synchronize_session=False))
    return found


def _compare(event: str, stored: Derived, computed: Derived) -> Iterator[Difference]:
    if stored.statistics != computed.statistics:
        yield Difference("events", f"field in event {event!r}", _shown(stored.statistics), _shown(computed.statistics))
    for name, (table, describe) in _ROWS.items():
        are, should_be = getattr(stored, name), getattr(computed, name)
        for key in changed(are, should_be):
            row = f"{describe(key)} in event {event!r}"
            yield Difference(table, row, _shown(are.get(key, "missing")), _shown(should_be.get(key, "missing")))


_ROWS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "personal_bests": ("leaderboard_scores", lambda player: f"personal best of player {player}"),
    "weekly_bests": ("leaderboard_scores", lambda key: f"best of player {key[0]} in {Week.from_code(key[1])}"),
    "week_statistics": ("events", lambda week: f"field of {Week.from_code(week)}"),
    "fields": ("weekly_runs", lambda week: f"field of {Week.from_code(week)}"),
    "results": ("weekly_results", lambda key: f"result of player {key[1]} in {Week.from_code(key[0])}"),
    "ratings": ("player_event_stats", lambda player: f"ratings of player {player}"),
}
"""The attributes of `Derived` that have many rows: their table, and what a row is called."""


def _shown(value: object) -> str:
    if is_dataclass(value):
        return ", ".join(f"{field.name} {getattr(value, field.name)}" for field in fields(value))
    return str(value)

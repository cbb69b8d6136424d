"""Read what the database stores of an event, and rewrite the rows that differ from the log."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, ScalarResult, delete, select
from sqlalchemy.orm import Session

from bot.database.models import (
    Event,
    LeaderboardScore,
    PlayerEventStats,
    ScoreSubmission,
    ScoreType,
    WeeklyResult,
    WeeklyRun,
)
from bot.domain.ratings import RatingScale
from bot.domain.verification import ArchivedRun, Best, Derived, LoggedScore, Ratings, Result, derive
from bot.services.ratings import is_personal_best, is_weekly_best, store_week_statistics

Key = TypeVar("Key", int, tuple[int, int])
Table = TypeVar("Table", LeaderboardScore, PlayerEventStats, ScoreSubmission, WeeklyRun)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event with its log, its runs, and the stored values that should follow from them."""

    event: Event
    log: list[LoggedScore]
    runs: Sequence[WeeklyRun]
    stored: Derived

    @property
    def scale(self) -> RatingScale | None:
        """The constants of the stored Elos; None while these await a recalculation."""
        event = self.event
        if event.elo_version != event.scores_version or event.elo_base is None or event.elo_per_sigma is None:
            return None
        return RatingScale(event.elo_base, event.elo_per_sigma)

    def compute(self) -> Derived:
        """Return the values that should be stored."""
        runs = [ArchivedRun(run.week_number, run.ran_at, run.field, run.scale) for run in self.runs]
        return derive(self.log, runs, self.event.score_direction, self.stored, self.scale)


def load_stored(session: Session, event: Event) -> StoredEvent:
    """Read all that is stored of an event."""

    def of_event(table: type[Table]) -> ScalarResult[Table]:
        return session.scalars(select(table).where(table.event_id == event.id).order_by(table.id))

    log = [
        LoggedScore(row.player_id, row.score, row.week_number, row.submitted_at, row.removed_at)
        for row in of_event(ScoreSubmission)
    ]
    runs, scores = of_event(WeeklyRun).all(), of_event(LeaderboardScore).all()
    weeks = {run.id: run.week_number for run in runs}
    results = session.scalars(select(WeeklyResult).where(WeeklyResult.run_id.in_(weeks)))
    stored = Derived(
        personal_bests={row.player_id: _best(row) for row in scores if row.week_number is None},
        weekly_bests={(row.player_id, row.week_number): _best(row) for row in scores if row.week_number is not None},
        statistics=event.statistics,
        week_statistics={} if event.week_number is None else {event.week_number: event.week_statistics},
        fields={run.week_number: run.field for run in runs},
        results={
            (weeks[row.run_id], row.player_id): Result(row.score, row.submitted_at, row.weekly_elo, row.rank)
            for row in results
        },
        ratings={
            row.player_id: Ratings(
                row.weekly_elo_average,
                row.weeks_participated,
                row.all_time_leaderboard_elo,
                row.calculated_event_elo,
            )
            for row in of_event(PlayerEventStats)
        },
    )
    return StoredEvent(event, log, runs, stored)


def _best(row: LeaderboardScore) -> Best:
    return Best(row.score, row.submitted_at)


def changed(stored: Mapping[Key, object], computed: Mapping[Key, object]) -> list[Key]:
    """Return the keys whose values differ or exist on one side only, sorted."""
    return [key for key in sorted(stored.keys() | computed.keys()) if stored.get(key, ...) != computed.get(key, ...)]


def repair(session: Session, loaded: StoredEvent, computed: Derived) -> None:
    """Write the computed values over those of a locked event; leave rows that are right untouched."""
    event, stored = loaded.event, loaded.stored
    wrong_bests = changed(stored.personal_bests, computed.personal_bests)
    if wrong_bests:
        # A running bot compares this version with that of its cached personal bests.
        event.scores_version += 1
        event.elo_version += 1
    # The next recalculation looks at every player, because something other than the bot may have changed scores.
    event.elo_field_version = None
    event.version += 1
    for player_id in wrong_bests:
        _replace_best(session, event, player_id, None, computed.personal_bests.get(player_id))
    for player_id, week in changed(stored.weekly_bests, computed.weekly_bests):
        _replace_best(session, event, player_id, week, computed.weekly_bests.get((player_id, week)))
    event.statistics = computed.statistics
    for week, statistics in computed.week_statistics.items():
        store_week_statistics(event, week, statistics)
    runs = {run.week_number: run for run in loaded.runs}
    for week in changed(stored.fields, computed.fields):
        runs[week].field = computed.fields[week]
    for week, player_id in changed(stored.results, computed.results):
        result = computed.results.get((week, player_id))
        of_player = (WeeklyResult.run_id == runs[week].id) & (WeeklyResult.player_id == player_id)
        _replace(session, WeeklyResult, of_player, result, run_id=runs[week].id, player_id=player_id)
    for player_id in changed(stored.ratings, computed.ratings):
        ratings = computed.ratings.get(player_id)
        of_player = (PlayerEventStats.event_id == event.id) & (PlayerEventStats.player_id == player_id)
        _replace(session, PlayerEventStats, of_player, ratings, event_id=event.id, player_id=player_id)
    session.flush()


def rebuild(session: Session, event: Event) -> None:
    """Write all that follows from the log of a locked event, into which rows were written past the bot's commands."""
    loaded = load_stored(session, event)
    repair(session, loaded, loaded.compute())


def _replace_best(session: Session, event: Event, player_id: int, week: int | None, best: Best | None) -> None:
    score_type = ScoreType.ALL_TIME if week is None else ScoreType.WEEKLY
    of_event = is_personal_best(event.id) if week is None else is_weekly_best(event.id, week)
    keys = {"player_id": player_id, "event_id": event.id, "score_type": score_type, "week_number": week}
    _replace(session, LeaderboardScore, (LeaderboardScore.player_id == player_id) & of_event, best, **keys)


def _replace(
    session: Session, table: type[Any], where: ColumnElement[bool], values: Best | Result | Ratings | None, **keys: Any
) -> None:
    """Delete a row, and write it again with other values, unless there should be none."""
    session.execute(delete(table).where(where))
    if values is not None:
        session.add(table(**keys, **asdict(values)))

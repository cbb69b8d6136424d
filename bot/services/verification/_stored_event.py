"""Read what the database stores of an event, and rewrite the rows that differ from the log."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, delete, select
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
from bot.domain.ratings import Field, RatingScale
from bot.domain.verification import ArchivedRun, Best, Derived, LoggedScore, Result, WeeklyAverage, derive
from bot.services.ratings import (
    is_personal_best,
    is_weekly_best,
    store_week_statistics,
)

Key = TypeVar("Key", int, tuple[int, int])


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event with its log, its runs, and the stored values that follow from them."""

    event: Event
    log: list[LoggedScore]
    runs: Sequence[WeeklyRun]
    derived: Derived

    def derive(self) -> Derived:
        """Return the values that should be stored."""
        runs = [
            ArchivedRun(
                run.week_number,
                run.ran_at,
                _field(run),
                RatingScale(run.base_elo, run.elo_per_sigma, run.missed_week_elo),
            )
            for run in self.runs
        ]
        return derive(self.log, runs, self.event.score_direction, self.derived, _scale_of_elos(self.event))


def load_stored(session: Session, event: Event) -> StoredEvent:
    """Read all that is stored of an event."""
    log = session.scalars(
        select(ScoreSubmission).where(ScoreSubmission.event_id == event.id).order_by(ScoreSubmission.id)
    )
    runs = session.scalars(select(WeeklyRun).where(WeeklyRun.event_id == event.id)).all()
    return StoredEvent(
        event,
        [LoggedScore(row.player_id, row.score, row.week_number, row.submitted_at, row.removed_at) for row in log],
        runs,
        _load_derived(session, event, {run.id: run for run in runs}),
    )


def _load_derived(session: Session, event: Event, runs: dict[int, WeeklyRun]) -> Derived:
    personal_bests: dict[int, Best] = {}
    weekly_bests: dict[tuple[int, int], Best] = {}
    for score in session.scalars(select(LeaderboardScore).where(LeaderboardScore.event_id == event.id)):
        best = Best(score.score, score.submitted_at)
        if score.week_number is None:
            personal_bests[score.player_id] = best
        else:
            weekly_bests[score.player_id, score.week_number] = best
    results: defaultdict[int, dict[int, Result]] = defaultdict(dict)
    for row in session.scalars(select(WeeklyResult).where(WeeklyResult.run_id.in_(runs))):
        result = Result(row.score, row.submitted_at, row.weekly_elo, row.rank)
        results[runs[row.run_id].week_number][row.player_id] = result
    ratings = session.scalars(select(PlayerEventStats).where(PlayerEventStats.event_id == event.id)).all()
    return Derived(
        personal_bests,
        weekly_bests,
        event.statistics,
        {} if event.week_number is None else {event.week_number: event.week_statistics},
        {run.week_number: _field(run) for run in runs.values()},
        dict(results),
        {row.player_id: WeeklyAverage(row.weekly_elo_average, row.weeks_participated) for row in ratings},
        {row.player_id: row.all_time_leaderboard_elo for row in ratings},
        {row.player_id: row.calculated_event_elo for row in ratings},
    )


def _field(run: WeeklyRun) -> Field:
    return Field(run.field_size, run.field_origin, run.field_mean, run.field_sd)


def _scale_of_elos(event: Event) -> RatingScale | None:
    """Return the constants of the stored Elos; None while the event awaits a recalculation."""
    if event.elo_version != event.scores_version or event.elo_base is None or event.elo_per_sigma is None:
        return None
    return RatingScale(event.elo_base, event.elo_per_sigma)


def changed(stored: Mapping[Key, object], computed: Mapping[Key, object]) -> list[Key]:
    """Return the keys whose values differ or exist on one side only, sorted."""
    return [key for key in sorted(stored.keys() | computed.keys()) if stored.get(key, ...) != computed.get(key, ...)]


def repair(session: Session, stored: StoredEvent, computed: Derived) -> None:
    """Write the computed values over those of a locked event; leave rows that are right untouched."""
    if changed(stored.derived.personal_bests, computed.personal_bests):
        # A running bot compares this version with that of its cached personal bests.
        stored.event.scores_version += 1
        stored.event.elo_version += 1
    # The next recalculation looks at every player, because something other than the bot may have changed scores.
    stored.event.elo_field_version = None
    stored.event.version += 1
    _repair_bests(session, stored, computed)
    stored.event.statistics = computed.statistics
    for week_code, statistics in computed.week_statistics.items():
        store_week_statistics(stored.event, week_code, statistics)
    _repair_archive(session, stored, computed)
    _repair_ratings(session, stored, computed)
    session.flush()


def _repair_bests(session: Session, stored: StoredEvent, computed: Derived) -> None:
    event_id = stored.event.id
    for player_id in changed(stored.derived.personal_bests, computed.personal_bests):
        best = computed.personal_bests.get(player_id)
        _replace_best(session, is_personal_best(event_id), event_id, player_id, None, best)
    for player_id, week in changed(stored.derived.weekly_bests, computed.weekly_bests):
        best = computed.weekly_bests.get((player_id, week))
        _replace_best(session, is_weekly_best(event_id, week), event_id, player_id, week, best)


def _replace_best(
    session: Session, stored: ColumnElement[bool], event_id: int, player_id: int, week: int | None, best: Best | None
) -> None:
    session.execute(delete(LeaderboardScore).where(LeaderboardScore.player_id == player_id, stored))
    if best is not None:
        session.add(
            LeaderboardScore(
                player_id=player_id,
                event_id=event_id,
                score_type=ScoreType.ALL_TIME if week is None else ScoreType.WEEKLY,
                week_number=week,
                score=best.score,
                submitted_at=best.submitted_at,
            )
        )


def _repair_archive(session: Session, stored: StoredEvent, computed: Derived) -> None:
    for run in stored.runs:
        week = run.week_number
        field, results = computed.fields[week], computed.results[week]
        if field != stored.derived.fields[week]:
            run.field_size, run.field_origin = field.size, field.origin
            run.field_mean, run.field_sd = field.mean, field.sd
        for player_id in changed(stored.derived.results.get(week, {}), results):
            of_player = (WeeklyResult.run_id == run.id) & (WeeklyResult.player_id == player_id)
            session.execute(delete(WeeklyResult).where(of_player))
            if (result := results.get(player_id)) is not None:
                session.add(
                    WeeklyResult(
                        run_id=run.id,
                        player_id=player_id,
                        score=result.score,
                        submitted_at=result.submitted_at,
                        weekly_elo=result.weekly_elo,
                        rank=result.rank,
                    )
                )


def _repair_ratings(session: Session, stored: StoredEvent, computed: Derived) -> None:
    derived, ratings = stored.derived, PlayerEventStats
    wrong = {
        *changed(derived.averages, computed.averages),
        *changed(derived.all_time_elos, computed.all_time_elos),
        *changed(derived.event_elos, computed.event_elos),
    }
    for player_id in sorted(wrong):
        of_player = (ratings.event_id == stored.event.id) & (ratings.player_id == player_id)
        row = session.scalars(select(ratings).where(of_player)).one_or_none()
        if row is None:
            row = ratings(event_id=stored.event.id, player_id=player_id)
            session.add(row)
        average = computed.averages[player_id]
        row.weekly_elo_average, row.weeks_participated = average.average, average.weeks
        row.all_time_leaderboard_elo = computed.all_time_elos.get(player_id)
        row.calculated_event_elo = computed.event_elos.get(player_id)

"""One event as the database holds it: its log, its runs, and what is derived from them."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.models import Event, LeaderboardScore, PlayerEventStats, ScoreSubmission, WeeklyResult, WeeklyRun
from bot.domain.ratings import Field, RatingScale
from bot.domain.statistics import RunningStatistics
from bot.domain.verification import (
    ArchivedRun,
    Best,
    Derived,
    LoggedScore,
    Result,
    WeeklyAverage,
    derive,
)
from bot.services.events import describe
from bot.services.ratings import statistics_of, week_statistics_of


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """What is stored of an event.

    Attributes:
        scale: the constants of the stored Elos; None where these await a recalculation.
        run_ids: the key of each week's run.
    """

    event: Event
    log: list[LoggedScore]
    runs: list[ArchivedRun]
    run_ids: dict[int, int]
    derived: Derived
    scale: RatingScale | None

    def derive(self) -> Derived:
        """Derive from the log and the runs what should be stored."""
        return derive(self.log, self.runs, describe(self.event).direction, self.derived, self.scale)


def load_stored(session: Session, event: Event) -> StoredEvent:
    """Read everything that is stored of an event."""
    log = session.scalars(
        select(ScoreSubmission).where(ScoreSubmission.event_id == event.id).order_by(ScoreSubmission.id)
    )
    runs = session.scalars(select(WeeklyRun).where(WeeklyRun.event_id == event.id)).all()
    return StoredEvent(
        event,
        [LoggedScore(row.player_id, row.score, row.week_number, row.submitted_at, row.removed_at) for row in log],
        [ArchivedRun(run.week_number, run.ran_at, _field(run), _scale(run)) for run in runs],
        {run.week_number: run.id for run in runs},
        _load_derived(session, event, {run.id: run for run in runs}),
        _scale_of_elos(event),
    )


def _week_statistics(event: Event) -> dict[int, RunningStatistics]:
    kept = week_statistics_of(event, event.week_number)
    return {} if event.week_number is None or kept is None else {event.week_number: kept}


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
        statistics_of(event),
        _week_statistics(event),
        {run.week_number: _field(run) for run in runs.values()},
        dict(results),
        {row.player_id: WeeklyAverage(row.weekly_elo_average, row.weeks_participated) for row in ratings},
        {row.player_id: row.all_time_leaderboard_elo for row in ratings},
        {row.player_id: row.calculated_event_elo for row in ratings},
    )


def _field(run: WeeklyRun) -> Field:
    return Field(run.field_size, run.field_origin, run.field_mean, run.field_sd)


def _scale(run: WeeklyRun) -> RatingScale:
    return RatingScale(run.base_elo, run.elo_per_sigma, run.missed_week_elo)


def _scale_of_elos(event: Event) -> RatingScale | None:
    if event.elo_version != event.scores_version or event.elo_base is None or event.elo_per_sigma is None:
        return None
    return RatingScale(event.elo_base, event.elo_per_sigma)

"""Compute from the log what the database should hold."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.ratings import Field, RatingScale
from bot.domain.scores import ScoreDirection
from bot.domain.statistics import RunningStatistics

TOLERANCE = 1e-9
"""How far running statistics may be from a new count, relative to the spread of the field."""


@dataclass(frozen=True, slots=True)
class LoggedScore:
    """A submission in the log.

    Attributes:
        score: in points or seconds.
        week: the code of the week that it counts for.
        removed_at: when an admin removed it, or None.
    """

    player_id: int
    score: float
    week: int
    submitted_at: datetime
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ArchivedRun:
    """A weekly run in the archive, without its results.

    Attributes:
        week: the code of the week.
        field: the field of its Elos.
        scale: the constants of its Elos.
    """

    week: int
    ran_at: datetime
    field: Field
    scale: RatingScale


@dataclass(frozen=True, slots=True)
class Best:
    """A best score with the time of its submission."""

    score: float
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a player in a weekly run; a missed week has no score and no rank."""

    score: float | None
    submitted_at: datetime | None
    weekly_elo: int
    rank: int | None


@dataclass(frozen=True, slots=True)
class WeeklyAverage:
    """The mean of a player's weekly Elos, with the number of weeks."""

    average: float
    weeks: int


@dataclass(frozen=True, slots=True)
class Derived:
    """Everything that follows from the log of an event.

    Attributes:
        personal_bests: by player.
        weekly_bests: by player and week, for weeks that have not been run.
        statistics: the running statistics of the personal bests.
        week_statistics: the running statistics of weekly bests, by week, for weeks that have them.
        fields: the fields of weekly runs, by week.
        results: the results of weekly runs, by week, then by player.
        averages: by player; an average over 0 weeks if no run has counted the player.
        all_time_elos: by player; None without a personal best.
        event_elos: by player; None before the player's first closed week.
    """

    personal_bests: dict[int, Best]
    weekly_bests: dict[tuple[int, int], Best]
    statistics: RunningStatistics
    week_statistics: dict[int, RunningStatistics]
    fields: dict[int, Field]
    results: dict[int, dict[int, Result]]
    averages: dict[int, WeeklyAverage]
    all_time_elos: dict[int, int | None]
    event_elos: dict[int, int | None]


def derive(
    log: Sequence[LoggedScore],
    runs: Sequence[ArchivedRun],
    direction: ScoreDirection,
    stored: Derived,
    scale: RatingScale | None,
) -> Derived:
    """Compute what the database should hold about an event.

    Args:
        log: every submission, in order.
        runs: every weekly run.
        direction: the direction of the event.
        stored: what the database holds. A stored field stays if it differs from a new count only by rounding. The
            stored weeks say which ones have running statistics.
        scale: the constants of the stored Elos; None while these await a recalculation, which keeps them as they are.
    """
    valid = [logged for logged in log if logged.removed_at is None]
    bests = bests_of(valid, direction)
    statistics = _counted(stored.statistics, bests)
    fields = {run.week: statistics_of(counted_in(run, log, direction)).field for run in runs}
    fields |= {week: field for week, field in stored.fields.items() if is_same_field(field, fields[week])}
    results = results_of(log, direction, [replace(run, field=fields[run.week]) for run in runs])
    averages = dict.fromkeys(stored.averages, WeeklyAverage(0.0, 0)) | averages_of(results)
    all_time_elos, event_elos = stored.all_time_elos, stored.event_elos
    if scale is not None:
        field = statistics.field
        elos = {player_id: scale.elo(best.score, field, direction) for player_id, best in bests.items()}
        all_time_elos = {**dict.fromkeys(averages), **elos}
        event_elos = {
            player_id: scale.event_elo(elos.get(player_id), average.average) if average.weeks else None
            for player_id, average in averages.items()
        }
    weekly_bests = weekly_bests_of(valid, direction, fields)
    week_statistics = {
        code: _counted(kept, {player_id: best for (player_id, week), best in weekly_bests.items() if week == code})
        for code, kept in stored.week_statistics.items()
    }
    return Derived(
        bests, weekly_bests, statistics, week_statistics, fields, results, averages, all_time_elos, event_elos
    )


def is_same_field(one: Field, other: Field) -> bool:
    """Tell whether two fields are equal except for rounding."""
    return one.size == other.size and (
        one.size == 0
        or (
            math.isclose(one.sd, other.sd, rel_tol=TOLERANCE)
            and abs((one.origin - other.origin) + (one.mean - other.mean)) <= TOLERANCE * other.sd
        )
    )


def bests_of(scores: Iterable[LoggedScore], direction: ScoreDirection) -> dict[int, Best]:
    """Return each player's best of `scores`, which are in order of submission; the first of equal scores."""
    bests: dict[int, Best] = {}
    for logged in scores:
        best = bests.get(logged.player_id)
        if best is None or direction.is_better(logged.score, best.score):
            bests[logged.player_id] = Best(logged.score, logged.submitted_at)
    return bests


def weekly_bests_of(
    scores: Iterable[LoggedScore], direction: ScoreDirection, closed: Iterable[int]
) -> dict[tuple[int, int], Best]:
    """Return the bests of each week that is not in `closed`, by player and week."""
    weeks: defaultdict[int, list[LoggedScore]] = defaultdict(list)
    for logged in scores:
        weeks[logged.week].append(logged)
    return {
        (player_id, week): best
        for week in weeks.keys() - set(closed)
        for player_id, best in bests_of(weeks[week], direction).items()
    }


def results_of(
    scores: Sequence[LoggedScore], direction: ScoreDirection, runs: Sequence[ArchivedRun]
) -> dict[int, dict[int, Result]]:
    """Return the results that the archive should hold, by week, then by player."""
    archive: dict[int, dict[int, Result]] = {}
    first_week: dict[int, int] = {}
    for run in sorted(runs, key=lambda run: run.week):
        bests = counted_in(run, scores, direction)
        archive[run.week] = {player_id: _rated(best, bests, run, direction) for player_id, best in bests.items()}
        missed = Result(None, None, run.scale.missed_week_elo, None)
        archive[run.week] |= {player_id: missed for player_id in first_week if player_id not in bests}
        first_week |= {player_id: run.week for player_id in bests if player_id not in first_week}
    return archive


def counted_in(run: ArchivedRun, scores: Iterable[LoggedScore], direction: ScoreDirection) -> dict[int, Best]:
    """Return the bests that a run counted: those of its week that nobody had removed before the run."""
    counted = (s for s in scores if s.week == run.week and (s.removed_at is None or s.removed_at > run.ran_at))
    return bests_of(counted, direction)


def averages_of(archive: Mapping[int, Mapping[int, Result]]) -> dict[int, WeeklyAverage]:
    """Return the weekly average of each player in the archive."""
    elos: defaultdict[int, list[int]] = defaultdict(list)
    for results in archive.values():
        for player_id, result in results.items():
            elos[player_id].append(result.weekly_elo)
    return {player_id: WeeklyAverage(sum(weekly) / len(weekly), len(weekly)) for player_id, weekly in elos.items()}


def statistics_of(bests: Mapping[int, Best]) -> RunningStatistics:
    """Return the statistics of the scores of `bests`."""
    return RunningStatistics.of(best.score for best in bests.values())


def _counted(kept: RunningStatistics, bests: Mapping[int, Best]) -> RunningStatistics:
    """Return the `kept` statistics if they differ from a new count only by rounding, else the new count."""
    counted = statistics_of(bests)
    return kept if is_same_field(kept.field, counted.field) else counted


def _rated(best: Best, bests: Mapping[int, Best], run: ArchivedRun, direction: ScoreDirection) -> Result:
    rank = 1 + sum(direction.is_better(other.score, best.score) for other in bests.values())
    return Result(best.score, best.submitted_at, run.scale.elo(best.score, run.field, direction), rank)

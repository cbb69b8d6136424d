"""Everything that is derived from the log, derived anew: what the database should hold."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.ratings import Field, RatingScale, ScoreDirection
from bot.domain.statistics import RunningStatistics

TOLERANCE = 1e-9
"""Of a field's spread: how far running statistics may be from those counted in one go."""


@dataclass(frozen=True, slots=True)
class LoggedScore:
    """One submission of the log.

    Attributes:
        week: the code of the week it counts for.
        removed_at: when an admin removed it, or None.
    """

    player_id: int
    score: float
    week: int
    submitted_at: datetime
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ArchivedRun:
    """One weekly run as it is archived, without its results.

    Attributes:
        week: the code of the week.
        field: the field its Elos were computed with.
        scale: the constants, likewise.
    """

    week: int
    ran_at: datetime
    field: Field
    scale: RatingScale


@dataclass(frozen=True, slots=True)
class Best:
    """A best score and when it was submitted."""

    score: float
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """What a weekly run should say of one player; a missed week has neither score nor rank."""

    score: float | None
    submitted_at: datetime | None
    weekly_elo: int
    rank: int | None


@dataclass(frozen=True, slots=True)
class WeeklyAverage:
    """The mean of a player's weekly Elos over the weeks counted."""

    average: float
    weeks: int


@dataclass(frozen=True, slots=True)
class Derived:
    """All that follows from the log of one event.

    Attributes:
        personal_bests: by player.
        weekly_bests: by player and week, of the weeks that have not been run.
        statistics: of the personal bests.
        week_statistics: by week, of the weekly bests of a week of which they are kept.
        fields: of each week that was run.
        results: by week that was run, then by player.
        averages: by player; of 0 weeks for those whom no run has counted.
        all_time_elos: by player; None without a personal best.
        event_elos: by player; None before the first run.
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
    """Derive anew what is stored of an event.

    Args:
        log: every submission, in order.
        runs: every weekly run.
        direction: which of two scores is better.
        stored: of this, fields are kept whose last digits alone are not those of a new count; they have no better.
            Of weeks it says which have running statistics.
        scale: the constants of the stored Elos; None where these await a recalculation and are therefore kept.
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
    """Tell whether two fields give the same Elos; for that their last digits need not be the same."""
    return one.size == other.size and (
        one.size == 0
        or (
            math.isclose(one.sd, other.sd, rel_tol=TOLERANCE)
            and abs((one.origin - other.origin) + (one.mean - other.mean)) <= TOLERANCE * other.sd
        )
    )


def bests_of(scores: Iterable[LoggedScore], direction: ScoreDirection) -> dict[int, Best]:
    """Return each player's best of `scores`, which come in order of submission; of equal ones the first."""
    bests: dict[int, Best] = {}
    for logged in scores:
        best = bests.get(logged.player_id)
        if best is None or direction.is_better(logged.score, best.score):
            bests[logged.player_id] = Best(logged.score, logged.submitted_at)
    return bests


def weekly_bests_of(
    scores: Iterable[LoggedScore], direction: ScoreDirection, closed: Iterable[int]
) -> dict[tuple[int, int], Best]:
    """Return the bests of every week that has not been run, by player and week."""
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
    """Return what the archive should hold: for each week that was run, the result of each player counted."""
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
    """Return the bests that a run counted: those of its week that had not been removed by then."""
    counted = (s for s in scores if s.week == run.week and (s.removed_at is None or s.removed_at > run.ran_at))
    return bests_of(counted, direction)


def averages_of(archive: Mapping[int, Mapping[int, Result]]) -> dict[int, WeeklyAverage]:
    """Return each counted player's weekly average: the sum of the weekly Elos over the weeks counted."""
    elos: defaultdict[int, list[int]] = defaultdict(list)
    for results in archive.values():
        for player_id, result in results.items():
            elos[player_id].append(result.weekly_elo)
    return {player_id: WeeklyAverage(sum(weekly) / len(weekly), len(weekly)) for player_id, weekly in elos.items()}


def statistics_of(bests: Mapping[int, Best]) -> RunningStatistics:
    """Return the statistics of a field."""
    return RunningStatistics.of(best.score for best in bests.values())


def _counted(kept: RunningStatistics, bests: Mapping[int, Best]) -> RunningStatistics:
    """Return the statistics of a field: those that are kept, if its last digits alone are not those of a new count."""
    counted = statistics_of(bests)
    return kept if is_same_field(kept.field, counted.field) else counted


def _rated(best: Best, bests: Mapping[int, Best], run: ArchivedRun, direction: ScoreDirection) -> Result:
    rank = 1 + sum(direction.is_better(other.score, best.score) for other in bests.values())
    return Result(best.score, best.submitted_at, run.scale.elo(best.score, run.field, direction), rank)

"""Compute from the log what the database should hold."""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
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
class Ratings:
    """The ratings of a player in an event, by the names of their columns.

    Attributes:
        weekly_elo_average: 0 before the player's first closed week.
        weeks_participated: the weeks counted, missed ones included.
        all_time_leaderboard_elo: None without a personal best.
        calculated_event_elo: None before the player's first closed week.
    """

    weekly_elo_average: float = 0.0
    weeks_participated: int = 0
    all_time_leaderboard_elo: int | None = None
    calculated_event_elo: int | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """Everything that follows from the log of an event.

    Attributes:
        personal_bests: by player.
        weekly_bests: by player and week, for weeks that have not been run.
        statistics: the running statistics of the personal bests.
        week_statistics: the running statistics of weekly bests, by week, for weeks that have them.
        fields: the fields of weekly runs, by week.
        results: the results of weekly runs, by week and player.
        ratings: by player.
    """

    personal_bests: dict[int, Best]
    weekly_bests: dict[tuple[int, int], Best]
    statistics: RunningStatistics
    week_statistics: dict[int, RunningStatistics]
    fields: dict[int, Field]
    results: dict[tuple[int, int], Result]
    ratings: dict[int, Ratings]


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
    weeks = _by_week(log)
    valid = [logged for logged in log if logged.removed_at is None]
    bests = bests_of(valid, direction)
    statistics = _counted(stored.statistics, bests)
    counted = {run.week: bests_of(counted_in(run, weeks[run.week]), direction) for run in runs}
    fields = {week: statistics_of(bests_of_week).field for week, bests_of_week in counted.items()}
    fields |= {run.week: run.field for run in runs if is_same_field(run.field, fields[run.week])}
    results = results_of(counted, [replace(run, field=fields[run.week]) for run in runs], direction)
    weekly_bests = weekly_bests_of(valid, direction, closed=counted)
    week_statistics = {
        code: _counted(kept, {player_id: best for (player_id, week), best in weekly_bests.items() if week == code})
        for code, kept in stored.week_statistics.items()
    }
    averages = averages_of(results)
    ratings = {}
    for player_id in {**stored.ratings, **bests, **averages}:
        average, number = averages.get(player_id, (0.0, 0))
        before = stored.ratings.get(player_id, Ratings())
        of_player = replace(before, weekly_elo_average=average, weeks_participated=number)
        if scale is not None:
            of_player = _rated(of_player, bests.get(player_id), statistics.field, direction, scale)
        ratings[player_id] = of_player
    return Derived(bests, weekly_bests, statistics, week_statistics, fields, results, ratings)


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
    scores: Iterable[LoggedScore], direction: ScoreDirection, closed: Container[int]
) -> dict[tuple[int, int], Best]:
    """Return the bests of each week that is not in `closed`, by player and week."""
    return {
        (player_id, week): best
        for week, of_week in _by_week(scores).items()
        if week not in closed
        for player_id, best in bests_of(of_week, direction).items()
    }


def counted_in(run: ArchivedRun, scores_of_week: Iterable[LoggedScore]) -> list[LoggedScore]:
    """Return the scores of its week that a run counted: those that nobody had removed before the run."""
    return [one for one in scores_of_week if one.removed_at is None or one.removed_at > run.ran_at]


def results_of(
    counted: Mapping[int, Mapping[int, Best]], runs: Sequence[ArchivedRun], direction: ScoreDirection
) -> dict[tuple[int, int], Result]:
    """Return the results that the archive should hold, by week and player, given the bests that each run counted."""
    archive: dict[tuple[int, int], Result] = {}
    known: set[int] = set()
    for run in sorted(runs, key=lambda run: run.week):
        bests, sign = counted[run.week], direction.sign
        best_first = sorted(-sign * best.score for best in bests.values())
        for player_id, best in bests.items():
            rank = 1 + bisect_left(best_first, -sign * best.score)
            elo = run.scale.elo(best.score, run.field, direction)
            archive[run.week, player_id] = Result(best.score, best.submitted_at, elo, rank)
        missed = Result(None, None, run.scale.missed_week_elo, None)
        archive |= {(run.week, player_id): missed for player_id in known.difference(bests)}
        known |= bests.keys()
    return archive


def averages_of(archive: Mapping[tuple[int, int], Result]) -> dict[int, tuple[float, int]]:
    """Return the weekly average of each player in the archive, and over how many weeks."""
    elos: defaultdict[int, list[int]] = defaultdict(list)
    for (_, player_id), result in archive.items():
        elos[player_id].append(result.weekly_elo)
    return {player_id: (sum(weekly) / len(weekly), len(weekly)) for player_id, weekly in elos.items()}


def statistics_of(bests: Mapping[int, Best]) -> RunningStatistics:
    """Return the statistics of the scores of `bests`."""
    return RunningStatistics.of(best.score for best in bests.values())


def _by_week(scores: Iterable[LoggedScore]) -> defaultdict[int, list[LoggedScore]]:
    weeks: defaultdict[int, list[LoggedScore]] = defaultdict(list)
    for logged in scores:
        weeks[logged.week].append(logged)
    return weeks


def _counted(kept: RunningStatistics, bests: Mapping[int, Best]) -> RunningStatistics:
    """Return the `kept` statistics if they differ from a new count only by rounding, else the new count."""
    counted = statistics_of(bests)
    return kept if is_same_field(kept.field, counted.field) else counted


def _rated(ratings: Ratings, best: Best | None, field: Field, direction: ScoreDirection, scale: RatingScale) -> Ratings:
    all_time = None if best is None else scale.elo(best.score, field, direction)
    event_elo = scale.event_elo(all_time, ratings.weekly_elo_average) if ratings.weeks_participated else None
    return replace(ratings, all_time_leaderboard_elo=all_time, calculated_event_elo=event_elo)

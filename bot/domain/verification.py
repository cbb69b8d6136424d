"""Compute from the log what the database should hold, one week of an event after the other."""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from bot.domain.ratings import Field, RatingScale
from bot.domain.scores import ScoreDirection
from bot.domain.statistics import RunningStatistics

TOLERANCE = 1e-9
"""How far running statistics may be from a new count, relative to the spread of the field."""

Key = TypeVar("Key", int, tuple[int, int])
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class LoggedScore:
    """A submission in the log.

    Attributes:
        id: its place in the order of submission.
        score: in points or seconds.
        removed_at: when an admin removed it, or None.
        is_omitted: whether the run of its week does not count it, though nobody had removed it before.
        is_late: whether an admin had it count in the run of its week afterwards.
    """

    id: int
    player_id: int
    score: float
    submitted_at: datetime
    removed_at: datetime | None = None
    is_omitted: bool = False
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class ArchivedRun:
    """A weekly run in the archive, without its results.

    Attributes:
        field: the field of its Elos.
        scale: the constants of its Elos.
        omitted: the players whom it left out: withdrawn, or without any score, when it was made.
        excused: the players for whom the week does not count as missed.
    """

    ran_at: datetime
    field: Field
    scale: RatingScale
    omitted: frozenset[int] = frozenset()
    excused: frozenset[int] = frozenset()


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
class Deviation(Generic[Key, Value]):
    """A stored value that is not what the log says; None is the absence of a row."""

    key: Key
    stored: Value | None
    computed: Value | None


class Derivation:
    """Follows the log of an event.

    It takes the weeks in order, and each week's submissions in order. It holds a few numbers for each player, however
    many submissions and weeks there are.
    """

    def __init__(self, direction: ScoreDirection, withdrawn: frozenset[int] = frozenset()) -> None:
        """Follow the log of an event with this direction; `withdrawn` players have no bests now."""
        self._direction = direction
        self._withdrawn = withdrawn
        self._bests: dict[int, LoggedScore] = {}
        # The sum of the weekly Elos, and the number of weeks, of everybody who took part in a closed week.
        self._weeks: dict[int, tuple[int, int]] = {}

    def open_week(self, log: Iterable[LoggedScore]) -> dict[int, Best]:
        """Take the log of a week that has not been run, and return its bests by player."""
        return self._take(log, run=None)

    def closed_week(self, run: ArchivedRun, log: Iterable[LoggedScore]) -> tuple[Field, dict[int, Result]]:
        """Take the log of a week that was run, and return the field and the results that the archive should hold.

        The field of the run stays if it differs from a new count only by rounding. Nobody misses a week without scores,
        as is left when all that a run counted was removed from it.
        """
        bests = self._take(log, run)
        counted = statistics_of(bests).field
        field = run.field if is_same_field(run.field, counted) else counted
        missed = Result(None, None, run.scale.missed_week_elo, None)
        if not bests:
            return field, {}
        gone = run.omitted | run.excused
        results = {player_id: missed for player_id in self._weeks if player_id not in gone}
        results |= results_of(bests, replace(run, field=field), self._direction)
        for player_id, result in results.items():
            elos, weeks = self._weeks.get(player_id, (0, 0))
            self._weeks[player_id] = elos + result.weekly_elo, weeks + 1
        return field, results

    def personal_bests(self) -> dict[int, Best]:
        """Return the personal bests after all weeks, by player."""
        return {player_id: _best(logged) for player_id, logged in self._bests.items()}

    def rated_players(self) -> set[int]:
        """Return the players who should have ratings."""
        return self._bests.keys() | self._weeks.keys()

    def ratings(self, player_id: int, stored: Ratings | None, field: Field, scale: RatingScale | None) -> Ratings:
        """Return the ratings that a player should have after all weeks.

        Args:
            player_id: the player.
            stored: the ratings that the database holds, or None.
            field: the field of the personal bests.
            scale: the constants of the Elos; None while these await a recalculation, which keeps the stored ones.
        """
        elos, weeks = self._weeks.get(player_id, (0, 0))
        average = elos / weeks if weeks else 0.0
        ratings = replace(stored or Ratings(), weekly_elo_average=average, weeks_participated=weeks)
        if scale is None:
            return ratings
        best = self._bests.get(player_id)
        all_time = None if best is None else scale.elo(best.score, field, self._direction)
        event_elo = scale.event_elo(all_time, average) if weeks else None
        return replace(ratings, all_time_leaderboard_elo=all_time, calculated_event_elo=event_elo)

    def _take(self, log: Iterable[LoggedScore], run: ArchivedRun | None) -> dict[int, Best]:
        bests: dict[int, LoggedScore] = {}
        for logged in log:
            counts = logged.removed_at is None and logged.player_id not in self._withdrawn
            if counts:
                self._improve(self._bests, logged)
            if counts if run is None else was_counted(logged, run):
                self._improve(bests, logged)
        return {player_id: _best(logged) for player_id, logged in bests.items()}

    def _improve(self, bests: dict[int, LoggedScore], logged: LoggedScore) -> None:
        best = bests.get(logged.player_id)
        if (
            best is None
            or self._direction.is_better(logged.score, best.score)
            # Of equal scores the first is the best, whichever week it counts for.
            or (logged.score == best.score and logged.id < best.id)
        ):
            bests[logged.player_id] = logged


def was_counted(logged: LoggedScore, run: ArchivedRun) -> bool:
    """Tell whether the run of its week counts a submission: what it found, and what admins had it count since."""
    was_there = logged.removed_at is None or logged.removed_at > run.ran_at
    was_found = was_there and logged.player_id not in run.omitted
    return (was_found or logged.is_late) and not logged.is_omitted


def results_of(bests: Mapping[int, Best], run: ArchivedRun, direction: ScoreDirection) -> dict[int, Result]:
    """Return the results of those who took part in a run, by player, given the bests that it counted."""
    best_first = sorted(-direction.sign * best.score for best in bests.values())
    return {
        player_id: Result(
            best.score,
            best.submitted_at,
            run.scale.elo(best.score, run.field, direction),
            1 + bisect_left(best_first, -direction.sign * best.score),
        )
        for player_id, best in bests.items()
    }


def statistics_of(bests: Mapping[int, Best]) -> RunningStatistics:
    """Return the statistics of the scores of `bests`."""
    return RunningStatistics.of(best.score for best in bests.values())


def counted(kept: RunningStatistics, bests: Mapping[int, Best]) -> RunningStatistics:
    """Return the `kept` statistics if they differ from a new count only by rounding, else the new count."""
    statistics = statistics_of(bests)
    return kept if is_same_field(kept.field, statistics.field) else statistics


def is_same_field(one: Field, other: Field) -> bool:
    """Tell whether two fields are equal except for rounding."""
    return one.size == other.size and (
        one.size == 0
        or (
            math.isclose(one.spread, other.spread, rel_tol=TOLERANCE)
            and abs((one.origin - other.origin) + (one.centre - other.centre)) <= TOLERANCE * other.spread
        )
    )


def deviations(
    stored: Iterable[tuple[Key, Value]], keys: Iterable[Key], compute: Callable[[Key, Value | None], Value | None]
) -> list[Deviation[Key, Value]]:
    """Return what is not as it should be, in the order of keys.

    Args:
        stored: the rows that there are; each key once.
        keys: the keys of the rows that there should be.
        compute: what a row should be, given the stored one; None for no row.
    """
    missing = set(keys)
    found = []
    for key, value in stored:
        missing.discard(key)
        if (computed := compute(key, value)) != value:
            found.append(Deviation(key, value, computed))
    found += [Deviation(key, None, compute(key, None)) for key in missing]
    return sorted(found, key=lambda deviation: deviation.key)


def _best(logged: LoggedScore) -> Best:
    return Best(logged.score, logged.submitted_at)

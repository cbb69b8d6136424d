"""Compute from the log what the database should store, one week of an event at a time."""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from bot.domain.attendance import ClosedWeeks
from bot.domain.methods import Rating, elos_of
from bot.domain.ratings import Field, RatingScale
from bot.domain.rules import Rules
from bot.domain.scores import ScoreDirection
from bot.domain.statistics import RunningStatistics

TOLERANCE = 1e-9
"""The accepted difference between running statistics and a recount, relative to the spread of the field."""

Key = TypeVar("Key", int, tuple[int, int])
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class LoggedScore:
    """A submission in the log.

    Attributes:
        id: its place in the order of submission.
        score: in points or seconds.
        removed_at: when an admin removed it, or None.
        is_omitted: whether the run of its week does not count it although nobody had removed it before.
        is_late: whether an admin added it to the run of its week later.
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
        omitted: the players whom it left out, because they were withdrawn or had no score at the time.
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
    """The result of a player in a weekly run; a missed week has no score and no rank, an unrated week has no Elo."""

    score: float | None
    submitted_at: datetime | None
    weekly_elo: int | None
    rank: int | None


@dataclass(frozen=True, slots=True)
class Ratings:
    """The ratings of a player in an event, under the names of their columns.

    Attributes:
        weekly_elo_average: 0 before the player's first closed week.
        weeks_participated: the number of counted weeks, including missed ones.
        all_time_leaderboard_elo: None without a personal best.
        calculated_event_elo: None before the player's first closed week.
    """

    weekly_elo_average: float = 0.0
    weeks_participated: int = 0
    all_time_leaderboard_elo: int | None = None
    calculated_event_elo: int | None = None


@dataclass(frozen=True, slots=True)
class Deviation(Generic[Key, Value]):
    """A stored value that differs from what the log implies; None means that there is no row."""

    key: Key
    stored: Value | None
    computed: Value | None


class Derivation:
    """Recomputes the state of an event from its log.

    It reads the weeks in order, and the submissions of each week in order. It keeps a few numbers for each player,
    however many submissions and weeks there are; under *best* also the Elos of as many weeks as count.
    """

    def __init__(
        self, direction: ScoreDirection, rules: Rules, weeks: int, withdrawn: frozenset[int] = frozenset()
    ) -> None:
        """Begin with an empty log.

        Args:
            direction: the direction of the event.
            rules: the rules of the event.
            weeks: the number of weeks with a run.
            withdrawn: the withdrawn players, who have no bests.
        """
        self._direction = direction
        self._rules = rules
        self._withdrawn = withdrawn
        self._bests: dict[int, LoggedScore] = {}
        self._weeks = ClosedWeeks(rules, weeks)

    def open_week(self, log: Iterable[LoggedScore]) -> dict[int, Best]:
        """Read the log of a week without a run, and return its bests by player."""
        return self._take(log, run=None)

    def closed_week(self, run: ArchivedRun, log: Iterable[LoggedScore]) -> tuple[Field, dict[int, Result]]:
        """Read the log of a week with a run, and return the field and the results that the archive should hold.

        The stored field of the run is kept if it differs from a recount only by rounding. Nobody misses a week without
        scores, as it is left after all scores of a run were removed.
        """
        bests, rating = self._take(log, run), Rating(self._direction, self._rules, run.scale)
        kept, rated = _elos(rating, run.field, {player_id: best.score for player_id, best in bests.items()})
        if not bests:
            return kept, {}
        is_rated, gone = rating.rates_week(len(bests)), run.omitted | run.excused
        missed = Result(None, None, rating.missed_week_elo if is_rated else None, None)
        results = {player_id: missed for player_id in self._weeks.players if player_id not in gone}
        results |= results_of(bests, rated if is_rated else None, self._direction)
        if is_rated:
            self._weeks.count(rated, rating.missed_week_elo, gone)
        else:
            self._weeks.meet(bests)
        return kept, results

    def personal_bests(self) -> dict[int, Best]:
        """Return the personal bests after all weeks, by player."""
        return {player_id: _best(logged) for player_id, logged in self._bests.items()}

    def rated_players(self) -> set[int]:
        """Return the players who should have ratings."""
        return self._bests.keys() | set(self._weeks.players)

    def field(self, kept: Field, scale: RatingScale) -> Field:
        """Return the field of the personal bests; it is `kept` if that differs from a recount only by rounding."""
        rating = Rating(self._direction, self._rules, scale)
        found = rating.kept_field(logged.score for logged in self._bests.values())
        return _kept_if_same(kept, found)

    def rating(
        self, kept: Field, scale: RatingScale, *, is_current: bool = True
    ) -> Callable[[int, Ratings | None], Ratings]:
        """Return a function that computes the ratings of a player after all weeks, given the stored ones or None.

        Args:
            kept: the field by which the stored all-time Elos were computed; it is used if it differs from a recount
                only by rounding.
            scale: the constants of the Elos.
            is_current: False while the Elos await a recalculation. Then the stored all-time Elos of players with a best
                are kept, and the event Elo follows them if anything else is wrong.
        """
        rating, weeks = Rating(self._direction, self._rules, scale), self._weeks
        scores = {player_id: logged.score for player_id, logged in self._bests.items()}
        elos = _elos(rating, kept, scores)[1] if is_current else {}

        def ratings(player_id: int, stored: Ratings | None) -> Ratings:
            counted, average = weeks.weeks(player_id), weeks.average(player_id, scale.base_elo)
            kept = stored or Ratings()
            if is_current:
                all_time = elos.get(player_id)
            else:
                all_time = kept.all_time_leaderboard_elo if player_id in scores else None
            told = replace(
                kept, weekly_elo_average=average, weeks_participated=counted, all_time_leaderboard_elo=all_time
            )
            if told == stored and not is_current:
                return told
            return replace(told, calculated_event_elo=rating.event_elo(all_time, average) if counted else None)

        return ratings

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
    """Tell whether the run of its week counts a submission: the run found it, or an admin added it later."""
    was_there = logged.removed_at is None or logged.removed_at > run.ran_at
    was_found = was_there and logged.player_id not in run.omitted
    return (was_found or logged.is_late) and not logged.is_omitted


def results_of(
    bests: Mapping[int, Best], elos: Mapping[int, int] | None, direction: ScoreDirection
) -> dict[int, Result]:
    """Return the results of those who took part in a run, by player.

    Args:
        bests: the scores that the run counted.
        elos: the weekly Elos; None in an unrated week.
        direction: which scores are better.
    """
    best_first = sorted(-direction.sign * best.score for best in bests.values())
    return {
        player_id: Result(
            best.score,
            best.submitted_at,
            None if elos is None else elos[player_id],
            1 + bisect_left(best_first, -direction.sign * best.score),
        )
        for player_id, best in bests.items()
    }


def statistics_of(bests: Mapping[int, Best]) -> RunningStatistics:
    """Return the statistics of the scores of `bests`."""
    return RunningStatistics.of(best.score for best in bests.values())


def counted(kept: RunningStatistics, bests: Mapping[int, Best]) -> RunningStatistics:
    """Return the `kept` statistics if they differ from a recount only by rounding, else the recount."""
    statistics = statistics_of(bests)
    return kept if is_same_field(kept.field, statistics.field) else statistics


def _elos(rating: Rating, kept: Field, scores: Mapping[int, float]) -> tuple[Field, dict[int, int]]:
    """Return the field of scores in the form that the database stores, and their Elos, by player.

    The `kept` field is used if it differs from a recount only by rounding.
    """
    field = rating.field_of(scores.values())
    if not isinstance(field, Field):
        return field.kept, elos_of(rating, field, scores)
    counted = _kept_if_same(kept, field)
    return counted, elos_of(rating, counted, scores)


def _kept_if_same(kept: Field, found: Field) -> Field:
    return kept if is_same_field(kept, found) else found


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
    """Return the rows that differ from what they should be, in the order of keys.

    Args:
        stored: the existing rows, each key once.
        keys: the keys of the rows that should exist.
        compute: returns what a row should be, given the stored one; None for no row.
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

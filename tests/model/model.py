"""A model of an event by its rules, in plain Python: no database, no shortcuts, exact arithmetic."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from statistics import NormalDist, fmean, median

from bot.domain.rules import DEFAULT_RULES, Attendance, Method, Rules


@dataclass(eq=False)
class Entry:
    """A submission in the log, with the weeks that were run before it and not undone since."""

    player: int
    score: float
    made_in: int
    closed: set[int]
    removed: bool = False

    @property
    def week(self) -> int:
        """The week that it counts for: the first week, from the one in which it was made, without such a run."""
        return first_open(self.made_in, self.closed)


@dataclass
class Model:
    """One event: its rules, its log, and the scores of each week that was run, in the order of the runs.

    `withdrawn` are the withdrawn players, `excused` the weeks that players do not miss. `taken` are the submissions
    that the run of a week counts, `omitted` the players whom it left out.
    """

    high: bool
    withdrawn: set[int] = field(default_factory=set)
    excused: set[tuple[int, int]] = field(default_factory=set)
    log: list[Entry] = field(default_factory=list)
    runs: dict[int, dict[int, float]] = field(default_factory=dict)
    omitted: dict[int, set[int]] = field(default_factory=dict)
    rules: Rules = DEFAULT_RULES
    taken: dict[int, set[Entry]] = field(default_factory=dict)
    first: int = 0
    last: int = 999999

    def submit(self, player: int, score: float, week: int) -> None:
        self.log.append(Entry(player, score, week, set(self.runs)))

    def add(self, player: int, score: float, week: int, closed: set[int]) -> Entry:
        """Add a score made in a week when the weeks in `closed` were closed; a week closed since then counts it."""
        entry = Entry(player, score, week, closed)
        self.log.append(entry)
        self.rerun(entry, counts=True)
        return entry

    def is_outside(self, week: int) -> int:
        """Return whether a week takes no scores: -1 before the first week, 1 after the last, 0 if it takes them."""
        return -1 if week < self.first else int(week > self.last)

    def open_week(self, week: int) -> int:
        return first_open(week, self.runs)

    def bests(self, week: int | None = None) -> dict[int, float]:
        """Return each player's best of one week or of all time."""
        scores = [(e.player, e.score) for e in self.log if self.counts(e) and week in (None, e.week)]
        better = max if self.high else min
        return {player: better(score for who, score in scores if who == player) for player, _ in scores}

    def counts(self, entry: Entry) -> bool:
        return not entry.removed and entry.player not in self.withdrawn

    def open_weeks(self) -> list[int]:
        """Return the weeks with scores but without a run."""
        return sorted({entry.week for entry in self.log if self.counts(entry)} - self.runs.keys())

    def of(self, player: int, *, removed: bool = False) -> list[Entry]:
        """Return a player's submissions, removed or not, the latest first."""
        return [entry for entry in reversed(self.log) if (entry.player, entry.removed) == (player, removed)]

    def run(self, week: int) -> None:
        self.taken[week] = {entry for entry in self.log if self.counts(entry) and entry.week == week}
        self.omitted[week] = {entry.player for entry in self.log} - self.bests().keys()
        self._rate(week)

    def rerun(self, entry: Entry, *, counts: bool) -> None:
        """Rerun the week of a submission with or without it, if the week is closed."""
        if entry.week in self.runs:
            (self.taken[entry.week].add if counts else self.taken[entry.week].discard)(entry)
            self._rate(entry.week)

    def _rate(self, week: int) -> None:
        better, bests = max if self.high else min, dict[int, float]()
        for entry in self.taken[week]:
            bests[entry.player] = better(entry.score, bests.get(entry.player, entry.score))
        self.runs[week] = bests

    def rename(self, player: int, former: int) -> None:
        """Change the number by which a player is known."""
        for entry in self.log:
            entry.player = former if entry.player == player else entry.player
        for bests in self.runs.values():
            if player in bests:
                bests[former] = bests.pop(player)
        names = {player: former}
        self.omitted = {week: {names.get(who, who) for who in left} for week, left in self.omitted.items()}
        self.excused = {(names.get(who, who), week) for who, week in self.excused}

    def undo(self) -> int:
        week, _ = self.runs.popitem()
        del self.omitted[week], self.taken[week]
        for entry in self.log:
            entry.closed.discard(week)
        return week

    def archive(self, player: int) -> dict[int, tuple[float | None, int | None]]:
        """Return a player's weeks: those played, and those missed since the first one.

        Nobody misses a week that left them out or excuses them, or a week without scores.
        """
        played = [week for week in self.runs if player in self.runs[week]]
        since_first = [week for week in sorted(self.runs) if played and week >= min(played)]
        missed = {
            week
            for week in since_first
            if self.runs[week] and player not in self.omitted[week] and (player, week) not in self.excused
        }
        return {week: self.result(week, player) for week in since_first if week in missed.union(played)}

    def result(self, week: int, player: int) -> tuple[float | None, int | None]:
        """Return a player's score and Elo in a week that was run; the Elo is None in a week with too few players."""
        bests = self.runs[week]
        if len(bests) < self.rules.min_field:
            return bests.get(player), None
        if player not in bests:
            return None, self.rules.missed_week_elo or 0
        return bests[player], round_half_up(self.rated(bests)[player])

    def rated(self, bests: dict[int, float]) -> dict[int, float]:
        return rated(bests, high=self.high, rules=self.rules)

    def counted(self, player: int) -> list[tuple[float | None, int]]:
        """Return the weeks that count for a player, in order."""
        return [(score, elo) for score, elo in self.archive(player).values() if elo is not None]

    def average(self, player: int) -> float | None:
        weeks = self.counted(player)
        elos = [elo for _, elo in weeks]
        if self.rules.attendance is Attendance.BEST:
            elos = sorted(elos[-self.rules.last_weeks :], reverse=True)[: self.rules.best_of]
        if self.rules.attendance is Attendance.PLAYED:
            elos = [elo for score, elo in weeks if score is not None] + [1000, 1000]
        return fmean(elos) if weeks else None


def rated(bests: dict[int, float], *, high: bool, rules: Rules = DEFAULT_RULES) -> dict[int, float]:
    """Return each player's Elo before rounding."""
    if rules.method is Method.ROBUST:
        return robust(bests, high=high, of_logarithms=rules.uses_logarithm)
    if rules.method is Method.RANKS:
        return normal(bests, high=high)
    mean, variance = moments(bests.values())
    sign = 1 if high else -1
    return {
        player: 1000 + 200 * sign * float(Fraction(score) - mean) / math.sqrt(variance) if variance else 1000.0
        for player, score in bests.items()
    }


def robust(bests: dict[int, float], *, high: bool, of_logarithms: bool) -> dict[int, float]:
    values = {player: Fraction(math.log(score) if of_logarithms else score) for player, score in bests.items()}
    if not values:
        return {}
    middle = median(values.values())
    deviations = [abs(value - middle) for value in values.values()]
    spread = Fraction(1.4826) * median(deviations) or Fraction(1.2533) * sum(deviations, Fraction()) / len(values)
    shrunk = Fraction(len(values), len(values) + 2) if len(values) < 8 else 1

    def z(value: Fraction) -> Fraction:
        return max(Fraction(-4), min(Fraction(4), (value - middle) / spread if spread else Fraction())) * shrunk

    return {player: float(1000 + (200 if high else -200) * z(value)) for player, value in values.items()}


def normal(bests: dict[int, float], *, high: bool) -> dict[int, float]:
    """Return each player's normal score: the share of players beaten, with ties counting half, as a z-score."""

    def beaten(score: float) -> float:
        below = sum(other < score if high else other > score for other in bests.values())
        return below + sum(other == score for other in bests.values()) / 2

    return {player: 1000 + 200 * NormalDist().inv_cdf(beaten(score) / len(bests)) for player, score in bests.items()}


def moments(scores: Iterable[float]) -> tuple[Fraction, float]:
    """Return the mean and the population variance; only the last step rounds."""
    exact = [Fraction(score) for score in scores]
    mean = sum(exact, Fraction()) / max(len(exact), 1)
    return mean, float(sum(((score - mean) ** 2 for score in exact), Fraction()) / max(len(exact), 1))


def round_half_up(value: float) -> int:
    return math.floor(value + 0.5)


def first_open(week: int, closed: Container[int]) -> int:
    return first_open(following(week), closed) if week in closed else week


def following(week: int) -> int:
    return code_of(date.fromisocalendar(week // 100, week % 100, 1) + timedelta(weeks=1))


def week_after(week: int, weeks: int) -> int:
    return code_of(date.fromisocalendar(week // 100, week % 100, 1) + timedelta(weeks=weeks))


def code_of(day: date) -> int:
    year, number, _ = day.isocalendar()
    return year * 100 + number

"""An event as the rules describe it, in plain Python: no database, no shortcut, exact arithmetic."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from statistics import fmean


@dataclass
class Entry:
    """A submission in the log, with the weeks that were run before it and are not undone since."""

    player: int
    score: float
    made_in: int
    closed: set[int]
    removed: bool = False

    @property
    def week(self) -> int:
        """The week that it counts for: the first one, from that which it was made in, that no run keeps it out of."""
        return first_open(self.made_in, self.closed)


@dataclass
class Model:
    """One event: its log, and of each week that was run, in order of the runs, each player's score and Elo.

    `withdrawn` are the players who are withdrawn now, `omitted` those whom the run of a week left out.
    """

    high: bool
    withdrawn: set[int] = field(default_factory=set)
    log: list[Entry] = field(default_factory=list)
    runs: dict[int, dict[int, tuple[float, int]]] = field(default_factory=dict)
    omitted: dict[int, set[int]] = field(default_factory=dict)

    def submit(self, player: int, score: float, week: int) -> None:
        self.log.append(Entry(player, score, week, set(self.runs)))

    def open_week(self, week: int) -> int:
        return first_open(week, self.runs)

    def bests(self, week: int | None = None) -> dict[int, float]:
        """Each player's best of one week or of all."""
        scores = [(e.player, e.score) for e in self.log if self.counts(e) and week in (None, e.week)]
        better = max if self.high else min
        return {player: better(score for who, score in scores if who == player) for player, _ in scores}

    def counts(self, entry: Entry) -> bool:
        return not entry.removed and entry.player not in self.withdrawn

    def open_weeks(self) -> list[int]:
        """The weeks that have scores and were not run."""
        return sorted({entry.week for entry in self.log if self.counts(entry)} - self.runs.keys())

    def of(self, player: int, *, removed: bool = False) -> list[Entry]:
        """A player's submissions, removed or not, the latest first."""
        return [entry for entry in reversed(self.log) if (entry.player, entry.removed) == (player, removed)]

    def run(self, week: int) -> None:
        bests = self.bests(week)
        elos = rated(bests, high=self.high)
        self.runs[week] = {player: (score, round_half_up(elos[player])) for player, score in bests.items()}
        self.omitted[week] = {entry.player for entry in self.log} - self.bests().keys()

    def undo(self) -> int:
        week, _ = self.runs.popitem()
        del self.omitted[week]
        for entry in self.log:
            entry.closed.discard(week)
        return week

    def archive(self, player: int) -> dict[int, tuple[float | None, int]]:
        """A player's weeks: those played, and those missed since the first, unless the run left the player out."""
        played = [week for week in self.runs if player in self.runs[week]]
        since_first = [week for week in self.runs if played and week >= min(played)]
        return {
            week: self.runs[week].get(player, (None, 0)) for week in since_first if player not in self.omitted[week]
        }

    def average(self, player: int) -> float | None:
        weeks = self.archive(player)
        return fmean(elo for _, elo in weeks.values()) if weeks else None


def rated(bests: dict[int, float], *, high: bool) -> dict[int, float]:
    """Each player's Elo, not yet rounded."""
    mean, variance = moments(bests.values())
    sign = 1 if high else -1
    return {
        player: 1000 + 200 * sign * float(Fraction(score) - mean) / math.sqrt(variance) if variance else 1000.0
        for player, score in bests.items()
    }


def moments(scores: Iterable[float]) -> tuple[Fraction, float]:
    """The mean, and the population variance, of which only the last step is rounded."""
    exact = [Fraction(score) for score in scores]
    mean = sum(exact, Fraction()) / max(len(exact), 1)
    return mean, float(sum(((score - mean) ** 2 for score in exact), Fraction()) / max(len(exact), 1))


def round_half_up(value: float) -> int:
    return math.floor(value + 0.5)


def first_open(week: int, closed: Container[int]) -> int:
    return first_open(following(week), closed) if week in closed else week


def following(week: int) -> int:
    return code_of(date.fromisocalendar(week // 100, week % 100, 1) + timedelta(weeks=1))


def code_of(day: date) -> int:
    year, number, _ = day.isocalendar()
    return year * 100 + number

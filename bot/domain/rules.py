"""The rules of an event: how a field becomes Elos, and how weeks become a weekly average."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from bot.errors import Rule, RuleOutOfRange

MOST_WEEKS = 520
"""No rule looks back further than ten years."""
MOST_PLAYERS = 1_000
"""No event asks for more players in a week."""
GREATEST_ELO = 1_000_000
"""No missed week counts for more, or for less than its negative."""
SMALL_FIELD = 3
"""In a field of fewer players an Elo says who is ahead and no more: it is provisional."""
WEEKS_ADDED = 2
"""Under *played*, so many weeks at the base Elo count as if they had been played too."""


class Method(StrEnum):
    """How a field becomes Elos; `bot.domain.methods` has the formulas."""

    CLASSIC = "classic"
    """By mean and standard deviation."""
    ROBUST = "robust"
    """By median and median deviation, which one absurd score does not move."""
    RANKS = "ranks"
    """By the share of players beaten."""


class Attendance(StrEnum):
    """How the weeks of a player become a weekly average."""

    ZERO = "zero"
    """The mean of all weeks; a missed one counts the Elo of a missed week."""
    BEST = "best"
    """The mean of the best weeks among the latest ones."""
    PLAYED = "played"
    """The mean of the weeks played, and of two weeks at the base Elo."""


class CountedWeek(NamedTuple):
    """A closed week of a player: the weekly Elo, and whether it is that of a missed week."""

    elo: int
    is_missed: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """What an admin chooses for an event.

    Attributes:
        method: how a field becomes Elos.
        uses_logarithm: whether *robust* rates the logarithms of the scores.
        attendance: how weeks become a weekly average.
        best_of: how many weeks count under *best*, 1 to `last_weeks`.
        last_weeks: among how many of the latest weeks, at most `MOST_WEEKS`.
        all_time_weight: the part of the all-time Elo in the event Elo, 0 to 1; the weekly average has the rest.
        missed_week_elo: the weekly Elo of a missed week; None for that of the bot's settings.
        min_weeks: after how many closed weeks a player has a rank on the overall board, 1 to `MOST_WEEKS`.
        min_field: of how many players a week needs scores to be rated, 1 to `MOST_PLAYERS`.
    """

    method: Method = Method.CLASSIC
    uses_logarithm: bool = False
    attendance: Attendance = Attendance.ZERO
    best_of: int = 6
    last_weeks: int = 10
    all_time_weight: float = 0.5
    missed_week_elo: int | None = None
    min_weeks: int = 1
    min_field: int = 1

    @property
    def rates_logarithms(self) -> bool:
        """Whether scores are compared by their logarithms: *robust* alone may."""
        return self.uses_logarithm and self.method is Method.ROBUST

    def check(self) -> None:
        """Check that each number is in its range.

        Raises:
            RuleOutOfRange: one is not.
        """
        ranges: dict[Rule, tuple[float | None, float, float]] = {
            Rule.LAST_WEEKS: (self.last_weeks, 1, MOST_WEEKS),
            Rule.BEST_OF: (self.best_of, 1, self.last_weeks),
            Rule.ALL_TIME_WEIGHT: (self.all_time_weight, 0, 1),
            Rule.MISSED_WEEK_ELO: (self.missed_week_elo, -GREATEST_ELO, GREATEST_ELO),
            Rule.MIN_WEEKS: (self.min_weeks, 1, MOST_WEEKS),
            Rule.MIN_FIELD: (self.min_field, 1, MOST_PLAYERS),
        }
        for rule, (value, least, greatest) in ranges.items():
            if value is not None and not least <= value <= greatest:
                raise RuleOutOfRange(rule, least, greatest)

    def weekly_average(self, weeks: Sequence[CountedWeek], base_elo: int) -> float:
        """Return a player's weekly average; 0 without weeks.

        Args:
            weeks: all weeks that count for the player, from the first on, in order, missed ones included.
            base_elo: the Elo of an average score.
        """
        if not weeks:
            return 0.0
        elos = self.averaged_elos(weeks, base_elo)
        return sum(elos) / len(elos)

    def averaged_elos(self, weeks: Sequence[CountedWeek], base_elo: int) -> list[int]:
        """Return the Elos whose mean is the weekly average of a player with at least one week."""
        elos = [week.elo for week in weeks]
        if self.attendance is Attendance.BEST:
            return sorted(elos[-self.last_weeks :])[-self.best_of :]
        if self.attendance is Attendance.PLAYED:
            return [week.elo for week in weeks if not week.is_missed] + WEEKS_ADDED * [base_elo]
        return elos


DEFAULT_RULES = Rules()
"""What every event has unless an admin chose otherwise."""

"""The rules of an event: how a field becomes Elos, and how weeks become a weekly average."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from bot.errors import Rule, RuleOutOfRange

MOST_WEEKS = 520
"""The longest period that a rule may cover: ten years."""
MOST_PLAYERS = 1_000
"""The highest number of players that an event may require for a rated week."""
GREATEST_ELO = 1_000_000
"""The highest Elo of a missed week; its negative is the lowest."""
SMALL_FIELD = 3
"""In a field with fewer players, an Elo is provisional: it says who is ahead, but not by how much."""
WEEKS_ADDED = 2
"""Under *played*, this many weeks at the base Elo count in addition to the weeks played."""


class Method(StrEnum):
    """How a field becomes Elos; `bot.domain.methods` has the formulas."""

    CLASSIC = "classic"
    """Rates by mean and standard deviation."""
    ROBUST = "robust"
    """Rates by median and median deviation, which one absurd score hardly moves."""
    RANKS = "ranks"
    """Rates by the share of players beaten."""


class Attendance(StrEnum):
    """How the weeks of a player become a weekly average."""

    ZERO = "zero"
    """The mean of all weeks; a missed week counts with its Elo."""
    BEST = "best"
    """The mean of the best weeks among the latest ones."""
    PLAYED = "played"
    """The mean of the weeks played and of `WEEKS_ADDED` weeks at the base Elo."""


class CountedWeek(NamedTuple):
    """A closed week of a player: the weekly Elo, and whether the week was missed."""

    elo: int
    is_missed: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that an admin chooses for an event.

    Attributes:
        method: how a field becomes Elos.
        uses_logarithm: whether *robust* rates the logarithms of the scores.
        attendance: how weeks become a weekly average.
        best_of: how many weeks count under *best*, 1 to `last_weeks`.
        last_weeks: how many of the latest weeks *best* chooses from, at most `MOST_WEEKS`.
        all_time_weight: the share of the all-time Elo in the event Elo, 0 to 1; the weekly average has the rest.
        missed_week_elo: the weekly Elo of a missed week; None for the value of the bot's settings.
        min_weeks: how many closed weeks a player needs for a rank on the overall board, 1 to `MOST_WEEKS`.
        min_field: how many players a week needs to be rated, 1 to `MOST_PLAYERS`.
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
        """Whether scores are compared by their logarithms, which only *robust* does."""
        return self.uses_logarithm and self.method is Method.ROBUST

    def check(self) -> None:
        """Check that each number is in its range.

        Raises:
            RuleOutOfRange: a number is out of range.
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
            weeks: all weeks that count for the player, in order, including missed ones.
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
"""The rules of every event, unless an admin has chosen others."""

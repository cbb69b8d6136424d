"""Find the score that a player needs to reach a goal; each score also moves the field that rates it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import Protocol

from bot.domain.events import EventInfo
from bot.domain.moving_fields import MovingField, Sweep
from bot.domain.rules import CountedWeek
from bot.domain.scores import ScoreBounds, ScoreDirection
from bot.domain.servers import PlayerName
from bot.domain.standings import Board
from bot.domain.weeks import Week

MOST_WEEKS_AHEAD = 10
"""The most weeks with the same score to look ahead, for a goal that one week cannot reach."""


class GoalKind(StrEnum):
    """The kinds of goals."""

    RANK = "rank"
    ELO = "elo"
    PLAYER = "player"
    """To overtake another player."""


class Outcome(StrEnum):
    """Whether a score reaches a goal, and which."""

    NEEDED = "needed"
    """Some scores do; the needed one is the worst of them."""
    ANY = "any"
    """Every score does."""
    REACHED = "reached"
    """The player has already reached it."""
    UNREACHABLE = "unreachable"
    """No score does."""
    TOO_FEW_WEEKS = "too-few-weeks"
    """A rank on the overall board, and to be ahead of somebody there, requires more than one further closed week."""
    NOT_RATED = "not-rated"
    """The player has no event Elo yet, and the week has too few players to be rated."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A player's goal on a board.

    Attributes:
        value: the rank, from 1; the Elo; or Discord's id of the other player.
    """

    kind: GoalKind
    value: int


@dataclass(frozen=True, slots=True)
class Target:
    """The score that a player needs to reach a goal.

    Attributes:
        rival: the player to overtake, if that is the goal; else None.
        score: the needed score, in points or seconds. If one week is not enough, the score that reaches the goal in
            each of `weeks` weeks. None if there is neither.
        until: the best score that, like `score`, reaches the goal, if better ones do not; else None.
        weeks: in how many weeks the player must make the score, including this one.
        best: the player's personal best; None for none.
        best_of_week: the player's best of the week for which a score counts; None for none.
        elo: the player's Elo on the board with the needed score or, if no score is enough, with the best possible one.
            None on boards by score, unless the goal is an Elo.
        others: the number of other players with a score in the field that rates the score: of all time, or of the week.
        weeks_left: how many more closed weeks a rank requires.
        is_near: whether only players near the rank were considered, because the event has too many.
        is_for_next_week: whether a score counts for the next week, because the current one is closed already.
        left_out: on the overall board, the latest earlier week with scores that is not closed yet, so that its results
            are left out; None for none.
    """

    event: EventInfo
    board: Board
    goal: Goal
    outcome: Outcome = Outcome.UNREACHABLE
    rival: PlayerName | None = None
    score: float | None = None
    until: float | None = None
    weeks: int = 1
    best: float | None = None
    best_of_week: float | None = None
    elo: int | None = None
    others: int = 0
    weeks_left: int = 0
    is_near: bool = False
    is_for_next_week: bool = False
    left_out: Week | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """The scores that an event takes, with a fixed number of decimals, each at a place: 0 for the worst.

    Attributes:
        decimals: the number of decimals, 0 or more.
        worst: the worst score, in units of the last decimal.
        size: the number of scores.
    """

    direction: ScoreDirection
    decimals: int
    worst: int
    size: int

    @classmethod
    def of(cls, bounds: ScoreBounds, direction: ScoreDirection, scores: Iterable[float]) -> "Grid":
        """Return the scores within bounds, with as many decimals as the given scores and the bounds have."""
        exact = [Decimal(repr(score)).normalize() for score in (*scores, bounds.least, bounds.greatest)]
        decimals = max(0, *(-int(score.as_tuple().exponent) for score in exact))
        least, greatest = (int(Decimal(repr(one)).scaleb(decimals)) for one in (bounds.least, bounds.greatest))
        least, greatest = least + (not bounds.takes_least), greatest - (not bounds.takes_greatest)
        worst = least if direction is ScoreDirection.HIGH else greatest
        return cls(direction, decimals, worst, max(0, greatest - least + 1))

    def score(self, place: int) -> float:
        """Return the score at a place."""
        return float(Decimal(self.worst + self.direction.sign * place).scaleb(-self.decimals))

    def beyond(self, score: float | None) -> int:
        """Return the place of the worst score that beats another one; the first place for None."""
        if score is None:
            return 0
        exact, sign = Decimal(repr(score)).scaleb(self.decimals), self.direction.sign
        whole = int(exact.to_integral_value(ROUND_FLOOR if sign > 0 else ROUND_CEILING))
        return max(0, sign * (whole - self.worst) + 1)

    def find(self, first: int, outlook: "Outlook", goal: "Goal", *, reached: bool = True, weeks: int = 1) -> int | None:
        """Return the place of the worst score, from `first` on, that reaches a goal; None if there is none.

        Args:
            first: the first place to consider.
            outlook: the board of the goal.
            goal: the goal.
            reached: False to find the worst score that does not reach the goal.
            weeks: the number of weeks with this score.
        """
        waiting = [(outlook, first, self.size - 1)] if first < self.size else []
        while waiting:
            known, worse, better = waiting.pop()
            found = known.reaches(goal, self.score(worse), self.score(better), weeks)
            if found is reached:
                return worse
            if not isinstance(found, bool):
                middle = (worse + better) // 2
                waiting += [(found, middle + 1, better), (found, worse, middle)]
        return None


@dataclass(frozen=True, slots=True)
class Contender:
    """Another player on the overall board.

    Attributes:
        best: the personal best.
        average: the weekly average; 0.0 without weeks.
        best_of_week: the best of the open week; None for a player who has not played it, whose average then stays.
        weeks: all weeks that count, in order, if `best_of_week` is not None.
    """

    best: float
    average: float
    best_of_week: float | None = None
    weeks: Sequence[CountedWeek] = ()


class Outlook(Protocol):
    """A board as it would be with any score that one player may still submit."""

    def elo(self, score: float | None, weeks: int = 1) -> int | None:
        """Return the player's Elo after `weeks` weeks with this score.

        None if the player has no Elo, or if the goal does not depend on it.
        """

    def reaches(self, goal: Goal, worse: float, better: float, weeks: int = 1) -> "bool | Outlook":
        """Tell whether all scores from a worse one to a better one reach a goal, in `weeks` weeks.

        True: all of them reach it. False: none does. If neither is certain, the result is an outlook narrowed to these
        scores. For a single score it is always a bool.
        """


@dataclass(frozen=True, slots=True)
class ByScore:
    """A board by score.

    Attributes:
        field: the field that rates its scores; None if the goal is not an Elo.
        bars: the scores of others to compare with: that of the player at the rank, if any, or of the player to
            overtake.
    """

    direction: ScoreDirection
    field: MovingField | None = None
    bars: Sequence[float] = ()

    def elo(self, score: float | None, weeks: int = 1) -> int | None:
        """Return the Elo of the player with a score."""
        return None if self.field is None else self.field.elo(score)

    def reaches(self, goal: Goal, worse: float, better: float, weeks: int = 1) -> "bool | ByScore":
        """Tell whether scores reach a goal; an equal score shares a rank, but does not overtake."""
        hardest, easiest = (self._reaches(goal, score, weeks) for score in (worse, better))
        return hardest if hardest == easiest else self

    def _reaches(self, goal: Goal, score: float, weeks: int) -> bool:
        if goal.kind is GoalKind.ELO:
            elo = self.elo(score, weeks)
            return elo is not None and elo >= goal.value
        if goal.kind is GoalKind.RANK:
            return not any(self.direction.is_better(bar, score) for bar in self.bars)
        return all(self.direction.is_better(score, bar) for bar in self.bars)


@dataclass(frozen=True, slots=True)
class Overall:
    """The overall board after a close of the open week with the scores that it has.

    Players without a score in the week are treated as missing nothing, because the week still goes on.

    Attributes:
        bests: the personal bests.
        week: the bests of the open week.
        weeks: the closed weeks of the player, in order.
        contenders: the other players on whose event Elos the goal depends.
        ahead: how many further players are certainly ahead.
    """

    bests: MovingField
    week: MovingField
    weeks: Sequence[CountedWeek]
    contenders: Sequence[Contender] = ()
    ahead: int = 0

    @property
    def rates_week(self) -> bool:
        """Whether the week will be rated, once the player has a score in it."""
        return self.bests.rating.rates_week(self.week.size)

    def elo(self, score: float | None, weeks: int = 1) -> int | None:
        """Return the event Elo; None before the first rated week. A better score never lowers it."""
        rating, counted = self.bests.rating, [*self.weeks]
        if self.rates_week and (elo := self.week.elo(score)) is not None:
            counted += weeks * [CountedWeek(elo, is_missed=False)]
        return rating.event_elo(self.bests.elo(score), rating.weekly_average(counted)) if counted else None

    def reaches(self, goal: Goal, worse: float, better: float, weeks: int = 1) -> "bool | Overall":
        """Tell whether event Elos reach a goal; an equal Elo shares a rank, but does not overtake."""
        least, most = self.elo(worse, weeks), self.elo(better, weeks)
        if least is None or most is None:
            return False
        if goal.kind is GoalKind.ELO:
            return least >= goal.value if (least >= goal.value) == (most >= goal.value) else self
        is_strict = goal.kind is GoalKind.PLAYER
        may_be_ahead = 0 if is_strict else goal.value - 1
        bests, week = self.bests.sweep(worse, better), self.week.sweep(worse, better)
        ahead, open_ones = self.ahead, []
        for one in self.contenders:
            low, high = self._elos_of(one, bests, week)
            if low + is_strict > most:
                ahead += 1
            elif high + is_strict > least:
                open_ones.append(one)
        if ahead > may_be_ahead:
            return False
        return ahead + len(open_ones) <= may_be_ahead or replace(self, contenders=open_ones, ahead=ahead)

    def _elos_of(self, one: Contender, bests: Sweep, week: Sweep) -> tuple[int, int]:
        """Return the lowest and the highest event Elo of another player."""
        rating, averages = self.bests.rating, (one.average, one.average)
        if one.best_of_week is not None and self.rates_week:
            low, high = week.elos(one.best_of_week)
            least = self._average(one, low)
            averages = (least, least if low == high else self._average(one, high))
        low, high = bests.elos(one.best)
        return rating.event_elo(low, averages[0]), rating.event_elo(high, averages[1])

    def _average(self, one: Contender, elo: int) -> float:
        return self.bests.rating.weekly_average([*one.weeks, CountedWeek(elo, is_missed=False)])


def aim(target: Target, outlook: Outlook, grid: Grid, own: float | None) -> Target:
    """Find the worst score by which a player reaches the goal of a target.

    Args:
        target: the goal, and further known values.
        outlook: the board of the goal.
        grid: the scores that the event takes.
        own: the score on the board that a better one would replace; None for none.
    """
    goal = target.goal
    if own is not None and outlook.reaches(goal, own, own):
        return replace(target, outcome=Outcome.REACHED, elo=outlook.elo(own))
    first = grid.beyond(own)
    place = grid.find(first, outlook, goal)
    if place is not None:
        score, end = grid.score(place), grid.find(place, outlook, goal, reached=False)
        outcome = Outcome.ANY if own is None and place == 0 and end is None else Outcome.NEEDED
        until = None if end is None else grid.score(end - 1)
        return replace(target, outcome=outcome, score=score, until=until, elo=outlook.elo(score))
    if first >= grid.size:
        return replace(target, elo=outlook.elo(own))
    best = replace(target, elo=outlook.elo(grid.score(grid.size - 1)))
    if target.board is not Board.OVERALL:
        return best
    for weeks in range(2, MOST_WEEKS_AHEAD + 1):
        place = grid.find(first, outlook, goal, weeks=weeks)
        if place is not None:
            return replace(best, score=grid.score(place), weeks=weeks)
    return best

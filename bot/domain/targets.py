"""What a player must score to reach a goal, where each score of the player moves the field that rates it."""

from array import array
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from functools import partial
from itertools import islice
from typing import Protocol

from bot.domain.events import EventInfo
from bot.domain.methods import AnyField, Rating, method_of
from bot.domain.rules import CountedWeek, Method
from bot.domain.scores import ScoreBounds, ScoreDirection
from bot.domain.servers import PlayerName
from bot.domain.standings import Board
from bot.domain.statistics import RunningStatistics

MOST_WEEKS_AHEAD = 10
"""For how many weeks with the same score a goal is looked for that one week cannot reach."""
WIDENING = 8
"""How much wider each look is than the one before, where a better score may be worth less again."""


class GoalKind(StrEnum):
    """What a player can aim at."""

    RANK = "rank"
    ELO = "elo"
    PLAYER = "player"
    """To be ahead of another player."""


class Outcome(StrEnum):
    """Whether a score reaches a goal."""

    NEEDED = "needed"
    """One does, and worse ones do not."""
    ANY = "any"
    """Any score does."""
    REACHED = "reached"
    """The player's scores do already."""
    UNREACHABLE = "unreachable"
    """No score does."""
    TOO_FEW_WEEKS = "too-few-weeks"
    """A rank on the overall board takes more closed weeks than one more."""
    NOT_RATED = "not-rated"
    """The player has no event Elo yet, and the week has too few players to be rated."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a player aims at on a board.

    Attributes:
        value: the rank, from 1; the Elo; or Discord's id of the other player.
    """

    kind: GoalKind
    value: int


@dataclass(frozen=True, slots=True)
class Target:
    """What a player must score to reach a goal.

    Attributes:
        rival: the player to be ahead of, if that is the goal; else None.
        score: the score that is needed, in points or seconds; if none reaches the goal, the one that does in each of
            `weeks` weeks. None for neither.
        weeks: how many weeks that takes, this one included.
        best: the player's personal best; None for none.
        best_of_week: the player's best of the week that a score counts for; None for none.
        elo: the Elo of the board that the needed score makes or, if none reaches the goal, the best score; None on
            boards by score, unless the goal is an Elo.
        others: how many other players have a score in the field that rates the score: of all time, or of that week.
        weeks_left: how many more closed weeks a rank takes.
    """

    event: EventInfo
    board: Board
    goal: Goal
    outcome: Outcome = Outcome.UNREACHABLE
    rival: PlayerName | None = None
    score: float | None = None
    weeks: int = 1
    best: float | None = None
    best_of_week: float | None = None
    elo: int | None = None
    others: int = 0
    weeks_left: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """The scores that an event takes, with so many decimals, each at a place: 0 for the worst.

    Attributes:
        decimals: of a score; 0 or more.
        worst: the worst score, in units of the last decimal.
        size: how many scores there are.
    """

    direction: ScoreDirection
    decimals: int
    worst: int
    size: int

    @classmethod
    def of(cls, bounds: ScoreBounds, direction: ScoreDirection, scores: Iterable[float]) -> "Grid":
        """Return the scores within bounds with as many decimals as some scores, and the bounds, have."""
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
        """Return the place of the worst score that beats another one; the first for None."""
        if score is None:
            return 0
        exact, sign = Decimal(repr(score)).scaleb(self.decimals), self.direction.sign
        whole = int(exact.to_integral_value(ROUND_FLOOR if sign > 0 else ROUND_CEILING))
        return max(0, sign * (whole - self.worst) + 1)

    def worst_reaching(self, first: int, reaches: Callable[[float], bool], *, around: int | None = None) -> int | None:
        """Return the place of a score that reaches a goal, where the score before does not, or is before `first`.

        If better scores never lose what worse ones reach, it is the worst score that reaches the goal.

        Args:
            first: where to begin.
            reaches: tells whether a score does.
            around: the place beyond which a better score may lose the goal again: the search then looks at scores ever
                further beyond it, too. None if none does.
        """
        if first >= self.size:
            return None
        looks, distance = {first, self.size - 1}, 1
        while around is not None and around + distance < self.size:
            looks.add(max(first, around + distance))
            distance *= WIDENING
        below = first - 1
        for place in sorted(looks):
            if reaches(self.score(place)):
                return self._first_reaching(below, place, reaches)
            below = place
        return None

    def _first_reaching(self, below: int, place: int, reaches: Callable[[float], bool]) -> int:
        """Return a place that reaches, after one that does not, between one that does not and one that does."""
        while place - below > 1:
            middle = (below + place) // 2
            if reaches(self.score(middle)):
                place = middle
            else:
                below = middle
        return place


def values_of(scores: Iterable[float], rating: Rating) -> "array[float]":
    """Return what a method other than *classic* compares of scores, in ascending order."""
    return array("d", sorted(map(method_of(rating.rules).value_of, scores)))


@dataclass(frozen=True, slots=True)
class MovingField:
    """The scores of a field, of which those of one player may become better.

    Attributes:
        own: the score of that player; None for none.
        statistics: of all scores, `own` included. Only *classic* needs them.
        others: what the method compares of the other scores, in ascending order. *classic* needs none.
    """

    rating: Rating
    own: float | None
    statistics: RunningStatistics
    others: "array[float]"

    @classmethod
    def of(
        cls, rating: Rating, own: float | None, statistics: RunningStatistics, values: "array[float]"
    ) -> "MovingField":
        """Return a field with these values, that of `own` included; see `values_of`."""
        others = values[:]
        if own is not None and others:
            del others[bisect_left(others, method_of(rating.rules).value_of(own))]
        return cls(rating, own, statistics, others)

    @property
    def size(self) -> int:
        """The number of scores, once the player has one."""
        return self.statistics.count + (self.own is None)

    def best_with(self, score: float | None) -> float | None:
        """Return the score of the player once they submit another one."""
        if self.own is None or score is None:
            return self.own if score is None else score
        return score if self.rating.direction.is_better(score, self.own) else self.own

    def with_score(self, score: float | None) -> AnyField:
        """Return the field once the player submits a score; None for the field as it is."""
        best, method = self.best_with(score), method_of(self.rating.rules)
        if self.rating.rules.method is Method.CLASSIC:
            return (self.statistics if best == self.own else self.statistics.change(self.own, best)).field
        values = self.others[:]
        if best is not None:
            insort(values, method.value_of(best))
        field: AnyField = method.field_of_ordered(values)
        return field

    def elo(self, score: float | None, field: AnyField | None = None) -> int | None:
        """Return the Elo of the player once they submit a score; None without one.

        Args:
            score: the score.
            field: `with_score` of it, if that is there already.
        """
        best = self.best_with(score)
        if best is None:
            return None
        return self.rating.elo(best, self.with_score(score) if field is None else field)


@dataclass(frozen=True, slots=True)
class Contender:
    """Another player on the overall board.

    Attributes:
        best: the personal best.
        average: the weekly average; 0.0 without weeks.
        best_of_week: the best of the open week; None for who has not played it, whose average then stays.
        weeks: if `best_of_week` is not None, all weeks that count, in order.
    """

    best: float
    average: float
    best_of_week: float | None = None
    weeks: Sequence[CountedWeek] = ()


class Outlook(Protocol):
    """A board, for each score that one player may still submit."""

    def elo(self, score: float | None, weeks: int = 1) -> int | None:
        """Return the Elo of the player after so many weeks with a score; None if they have none, or it is no matter."""

    def reaches(self, goal: Goal, score: float, weeks: int = 1) -> bool:
        """Tell whether the player reaches a goal by a score in each of so many weeks."""


@dataclass(frozen=True, slots=True)
class ByScore:
    """A board by score.

    Attributes:
        field: what rates its scores; None if the goal is no Elo.
        bars: scores of others: the one that a rank takes, if there is one, or that of the player to be ahead of.
    """

    direction: ScoreDirection
    field: MovingField | None = None
    bars: Sequence[float] = ()

    def elo(self, score: float | None, weeks: int = 1) -> int | None:
        """Return the Elo of the score."""
        return None if self.field is None else self.field.elo(score)

    def reaches(self, goal: Goal, score: float, weeks: int = 1) -> bool:
        """Tell whether a score reaches a goal; an equal score shares a rank, but is not ahead."""
        if goal.kind is GoalKind.ELO:
            elo = self.elo(score, weeks)
            return elo is not None and elo >= goal.value
        if goal.kind is GoalKind.RANK:
            return not any(self.direction.is_better(bar, score) for bar in self.bars)
        return all(self.direction.is_better(score, bar) for bar in self.bars)


@dataclass(frozen=True, slots=True)
class Overall:
    """The overall board once the open week is closed with the scores that it has.

    Who has no score in the week is taken to miss nothing, since the week still goes on.

    Attributes:
        bests: the personal bests.
        week: the bests of the open week.
        weeks: the closed weeks of the player, in order.
        contenders: the others whose event Elos the goal depends on.
        ahead: how many more are surely ahead.
    """

    bests: MovingField
    week: MovingField
    weeks: Sequence[CountedWeek]
    contenders: Sequence[Contender] = ()
    ahead: int = 0

    @property
    def rates_week(self) -> bool:
        """Whether the week is rated, once the player has a score in it."""
        return self.bests.rating.rates_week(self.week.size)

    def elo(self, score: float | None, weeks: int = 1) -> int | None:
        """Return the event Elo; None before the first rated week."""
        return self._elo(score, self.bests.with_score(score), self.week.with_score(score), weeks)

    def reaches(self, goal: Goal, score: float, weeks: int = 1) -> bool:
        """Tell whether the event Elo reaches a goal; an equal one shares a rank, but is not ahead."""
        bests, week = self.bests.with_score(score), self.week.with_score(score)
        own = self._elo(score, bests, week, weeks)
        if own is None or goal.kind is GoalKind.ELO:
            return own is not None and own >= goal.value
        others = (self._elo_of(one, bests, week) for one in self.contenders)
        if goal.kind is GoalKind.PLAYER:
            return all(own > other for other in others)
        may_be_ahead = goal.value - 1 - self.ahead
        ahead = (other for other in others if other > own)
        return may_be_ahead >= 0 and next(islice(ahead, may_be_ahead, None), None) is None

    def _elo(self, score: float | None, bests: AnyField, week: AnyField, weeks: int) -> int | None:
        rating, counted = self.bests.rating, [*self.weeks]
        if self.rates_week and (elo := self.week.elo(score, week)) is not None:
            counted += weeks * [CountedWeek(elo, is_missed=False)]
        return rating.event_elo(self.bests.elo(score, bests), rating.weekly_average(counted)) if counted else None

    def _elo_of(self, one: Contender, bests: AnyField, week: AnyField) -> int:
        rating, average = self.bests.rating, one.average
        if one.best_of_week is not None and self.rates_week:
            this_week = CountedWeek(rating.elo(one.best_of_week, week), is_missed=False)
            average = rating.weekly_average([*one.weeks, this_week])
        return rating.event_elo(rating.elo(one.best, bests), average)


def aim(target: Target, outlook: Outlook, grid: Grid, own: float | None, *, around: float | None = None) -> Target:
    """Return what a player must score to reach the goal of a target.

    Args:
        target: the goal, and what else is known.
        outlook: the board of the goal.
        grid: the scores that the event takes.
        own: the score that a better one replaces on the board; None for none.
        around: the score beyond which a better one may lose the goal again, if there is one.
    """
    goal = target.goal
    if own is not None and outlook.reaches(goal, own):
        return replace(target, outcome=Outcome.REACHED, elo=outlook.elo(own))
    first, beyond = grid.beyond(own), None if around is None else grid.beyond(around)
    place = grid.worst_reaching(first, partial(outlook.reaches, goal), around=beyond)
    if place is not None:
        score = grid.score(place)
        outcome = Outcome.ANY if own is None and place == 0 else Outcome.NEEDED
        return replace(target, outcome=outcome, score=score, elo=outlook.elo(score))
    if first >= grid.size:
        return replace(target, elo=outlook.elo(own))
    best = replace(target, elo=outlook.elo(grid.score(grid.size - 1)))
    if target.board is not Board.OVERALL:
        return best
    for weeks in range(2, MOST_WEEKS_AHEAD + 1):
        place = grid.worst_reaching(first, partial(outlook.reaches, goal, weeks=weeks))
        if place is not None:
            return replace(best, score=grid.score(place), weeks=weeks)
    return best

"""Explain how an event Elo is made up, and by how much each cause has changed it since a week was closed.

The explanation proceeds in steps. First other players move the field, the greatest moves first. Then the player's own
best changes. Then weeks are closed, one by one. Each step is the difference between two event Elos, each rounded as
users see it, so the steps add up to the whole change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from bot.domain.events import EventInfo
from bot.domain.methods import AnyField, Rating, method_of, most_spreads
from bot.domain.ratings import RatingScale
from bot.domain.rules import SMALL_FIELD, CountedWeek, Method, Rules
from bot.domain.servers import PlayerName
from bot.domain.weeks import Week

MOST_NAMED = 2
"""The most other players to name: those who move the Elo furthest."""
NAMED_AMONG = 20
"""If more other players than this have changed bests, none of them is named."""


@dataclass(frozen=True, slots=True)
class RatedWeek:
    """A closed week of a player.

    Attributes:
        elo: the weekly Elo, or the Elo of a missed week.
        is_missed: whether the player had no score.
        without: for a missed week, the event Elo that the player would have without it; None if no other week counts.
    """

    week: Week
    elo: int
    is_missed: bool
    without: int | None = None

    @property
    def counted(self) -> CountedWeek:
        """The week in the form that averages use."""
        return CountedWeek(self.elo, self.is_missed)


class BestChange(NamedTuple):
    """The best of a player at the close and at present; None for no best."""

    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Part:
    """One cause of a change, and its effect.

    The cause is another player's best, the player's own best, a closed week, or all further bests together.

    Attributes:
        points: how many points it moved the event Elo; not 0.
        key: for another player's best, the key of that player.
        player: for another player's best, the name of that player, once it is looked up.
        best: for another player's best and for the player's own, the best at the close and at present.
        week: for a closed week, the week.
    """

    points: int = 0
    key: int | None = None
    player: PlayerName | None = None
    best: BestChange | None = None
    week: RatedWeek | None = None


@dataclass(frozen=True, slots=True)
class RulesChanged:
    """A change of the rules of an event; `actor_id` is Discord's id of the admin."""

    at: datetime
    actor_id: int


@dataclass(frozen=True, slots=True)
class EloChange:
    """How an event Elo has changed since a week was closed.

    Attributes:
        since: the week.
        points: the change in points, which is the sum of the parts.
        parts: in the order in which they are counted.
        rules: the latest change of the event's rules since then, if any. It is not a part, because the earlier Elo is
            computed by the present rules.
        lacks_others: whether the parts of other players are missing, because their earlier bests are unknown.
    """

    since: Week
    points: int
    parts: tuple[Part, ...]
    rules: RulesChanged | None = None
    lacks_others: bool = False


@dataclass(frozen=True, slots=True)
class PlayerRating:
    """An explanation of a player's event Elo.

    Attributes:
        best: the personal best, in points or seconds.
        rank: by personal best, from 1.
        players: the number of players with a personal best.
        all_time_elo: the Elo of `best`.
        scale: the constants that turn `spreads` into an Elo.
        middle: the score in the centre of the field, which has the base Elo; None under *ranks*.
        spread: the size of one spread, 0 in a field without any; None under *ranks*, and where logarithms are rated.
        spreads: how many spreads `best` is better than `middle`, negative if worse; or None.
        beaten: under *ranks*, how many others have a worse best; else None.
        weeks: all closed weeks that count for the player, the latest first; empty before the first one.
        averaged: the Elos whose mean is `weekly_average`, by the rules of the event; empty before the first closed
            week.
        weekly_average: None before the first closed week.
        event_elo: None before the first closed week.
        change: the change since a close; None if it is not explained.
        takes_scores: whether a new score could change the rating.
    """

    event: EventInfo
    player: PlayerName
    rules: Rules
    best: float
    rank: int
    players: int
    all_time_elo: int
    scale: RatingScale
    middle: float | None
    spread: float | None
    spreads: float | None
    beaten: int | None
    weeks: tuple[RatedWeek, ...]
    averaged: tuple[int, ...]
    weekly_average: float | None
    event_elo: int | None
    change: EloChange | None = None
    takes_scores: bool = True

    @property
    def is_bounded(self) -> bool:
        """Whether `best` is so far from the middle that its z-score is cut off."""
        is_robust = self.rules.method is Method.ROBUST and self.spreads is not None
        return is_robust and abs(self.spreads or 0.0) >= most_spreads(self.players)

    def elo_beside(self, middle: float, spread: float) -> int:
        """Return the Elo of `best` for another middle and spread, without cut-off."""
        return self.scale.elo_of(self.event.direction.sign * (self.best - middle) / spread)

    @property
    def weeks_left(self) -> int:
        """How many closed weeks the player still needs for a rank on the overall board."""
        return max(0, self.rules.min_weeks - len(self.weeks))

    @property
    def is_settling(self) -> bool:
        """Whether the Elo still rests on too few weeks, or on too few players, to say much."""
        return self.weeks_left > 0 or self.players < SMALL_FIELD


@dataclass(frozen=True, slots=True)
class Grounds:
    """The basis of a player's event Elo, at a close and at present.

    Attributes:
        rating: how the event rates.
        best: the player's best at the close.
        best_now: the player's present best.
        all_time_elo: the present all-time Elo, as users see it.
        weeks: the weeks that counted for the player at the close, in any order.
        closed: the weeks closed since, in the order of their closes.
    """

    rating: Rating
    best: float
    best_now: float
    all_time_elo: int
    weeks: tuple[RatedWeek, ...]
    closed: tuple[RatedWeek, ...]


def parts_by_player(grounds: Grounds, bests: Mapping[int, float], moved: Mapping[int, BestChange]) -> tuple[Part, ...]:
    """Return the parts of a change, with other players as separate parts.

    Args:
        grounds: the basis of the player's event Elo.
        bests: the present bests of all other players, by key.
        moved: the changes of those bests that differed at the close.
    """
    rating, best = grounds.rating, grounds.best
    before = dict(bests)
    for key, change in moved.items():
        _put(before, key, change.before)

    def all_time_elo(others: Mapping[int, float]) -> int:
        return rating.elo(best, rating.field_of([*others.values(), best]))

    is_new = best != grounds.best_now
    after_others = all_time_elo(bests) if is_new else grounds.all_time_elo
    at_close = all_time_elo(before) if moved else after_others
    steps: list[tuple[Part, int]] = []
    named = _furthest(grounds, before, moved)
    for key in named:
        _put(before, key, moved[key].after)
        steps.append((Part(key=key, best=moved[key]), all_time_elo(before)))
    if len(named) < len(moved):
        steps.append((Part(), after_others))
    elif named:
        steps[-1] = (steps[-1][0], after_others)
    return _add_up(grounds, at_close, steps)


def parts_in_all(grounds: Grounds, at_close: int | None, after_others: int) -> tuple[Part, ...]:
    """Return the parts of a change, with all other players as one part.

    Args:
        grounds: the basis of the player's event Elo.
        at_close: the all-time Elo at the close; None if unknown, which leaves out the part of the others.
        after_others: the all-time Elo of the player's best at the close among all others' present bests.
    """
    if at_close is None:
        return _add_up(grounds, after_others, [])
    return _add_up(grounds, at_close, [(Part(), after_others)])


def _add_up(grounds: Grounds, at_close: int, steps: Sequence[tuple[Part, int]]) -> tuple[Part, ...]:
    """Return the parts that change the event Elo.

    Args:
        grounds: the basis of the player's event Elo.
        at_close: the all-time Elo at the close.
        steps: the parts of other players, each with the all-time Elo after it.
    """
    if grounds.best != grounds.best_now:
        own = Part(best=BestChange(grounds.best, grounds.best_now))
        steps = [*steps, (own, grounds.all_time_elo)]
    weeks = list(grounds.weeks)

    def event_elo(all_time_elo: int) -> int:
        counted = [one.counted for one in sorted(weeks, key=lambda one: one.week)]
        return grounds.rating.event_elo(all_time_elo, grounds.rating.weekly_average(counted))

    parts, last = [], event_elo(at_close)
    for part, all_time_elo in steps:
        reached = event_elo(all_time_elo)
        parts.append(replace(part, points=reached - last))
        last = reached
    for week in grounds.closed:
        weeks.append(week)
        reached = event_elo(grounds.all_time_elo)
        parts.append(Part(reached - last, week=week))
        last = reached
    return tuple(part for part in parts if part.points)


def _furthest(grounds: Grounds, before: Mapping[int, float], moved: Mapping[int, BestChange]) -> list[int]:
    """Return the players who would each move the all-time Elo furthest on their own, the furthest first."""
    if len(moved) > NAMED_AMONG:
        return []
    rating, best = grounds.rating, grounds.best

    def spreads(others: Mapping[int, float]) -> float:
        field: AnyField = rating.field_of([*others.values(), best])
        return method_of(rating.rules).z_score(best, field, rating.direction)

    at_close, moves = spreads(before), dict[int, float]()
    for key, change in moved.items():
        alone = dict(before)
        _put(alone, key, change.after)
        moves[key] = abs(spreads(alone) - at_close)
    ordered = sorted((key for key in moves if moves[key] > 0), key=lambda key: (-moves[key], key))
    return ordered[:MOST_NAMED]


def _put(bests: dict[int, float], key: int, best: float | None) -> None:
    if best is None:
        bests.pop(key, None)
    else:
        bests[key] = best

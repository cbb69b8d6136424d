"""Compare the effects of two sets of rules on an event."""

import heapq
import zlib
from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from bot.domain.events import EventInfo
from bot.domain.fairness import TOP, Fairness, Rated
from bot.domain.methods import Rating
from bot.domain.ratings import Field
from bot.domain.rules import GREATEST_ELO, Attendance, Method, Rules
from bot.domain.scores import ScoreDirection
from bot.domain.servers import PlayerName
from bot.domain.standings import Board
from bot.domain.weeks import Week
from bot.errors import ButtonOutdated, Rule, RuleOutOfRange

GREATEST_MOVES = 3
"""How many of the players with the largest moves are named."""
DEFAULT = "default"
"""What an admin types to give missed weeks the Elo of the bot's settings."""
_PART = ","
_MISSED_WEEK_ELO = "missed_week_elo"


@dataclass(frozen=True, slots=True)
class Proposal:
    """The rules that an admin proposes; None for rules that stay. `Rules` describes each.

    Attributes:
        direction: whether higher or lower scores are better.
        missed_week: the weekly Elo of a missed week as typed, or `default` for the value of the bot's settings.
    """

    method: Method | None = None
    uses_logarithm: bool | None = None
    attendance: Attendance | None = None
    best_of: int | None = None
    last_weeks: int | None = None
    all_time_weight: float | None = None
    missed_week: str | None = None
    min_weeks: int | None = None
    min_field: int | None = None
    direction: ScoreDirection | None = None

    def over(self, rules: Rules) -> Rules:
        """Return the given rules with the proposed changes.

        Raises:
            RuleOutOfRange: a number is out of range, or not a number.
        """
        named = {rule.name: getattr(self, rule.name) for rule in fields(Rules) if rule.name != _MISSED_WEEK_ELO}
        proposed = replace(rules, **{name: value for name, value in named.items() if value is not None})
        if self.missed_week is not None:
            proposed = replace(proposed, missed_week_elo=_read_missed_week(self.missed_week))
        proposed.check()
        return proposed


@dataclass(frozen=True, slots=True)
class RankedPlayer:
    """A player on a board under some rules.

    Attributes:
        rank: from 1; ties share a rank.
        elo: the Elo shown on the board.
        other_rank: the rank under the other rules; None if the player has none there.
        other_elo: the Elo under them.
    """

    player: PlayerName
    rank: int
    elo: int
    other_rank: int | None
    other_elo: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The effect of some rules on an event.

    Attributes:
        direction: whether higher or lower scores are better.
        players: how many players are ranked.
        top: the first ten players, with their ranks and Elos under the other rules.
        fairness: the factors besides skill.
    """

    direction: ScoreDirection
    rules: Rules
    players: int
    top: tuple[RankedPlayer, ...]
    fairness: Fairness


@dataclass(frozen=True, slots=True)
class Moves:
    """How Elos differ between two sets of rules, among the players ranked under both.

    Attributes:
        risen: how many players have a higher Elo.
        fallen: how many players have a lower Elo.
        most: the largest move of an Elo, in points.
    """

    risen: int
    fallen: int
    most: int


@dataclass(frozen=True, slots=True)
class OtherLogarithm:
    """The effect of *robust* on an event with the other choice of whether to use logarithms.

    Attributes:
        rules: the proposed rules with the other choice.
        moves: the moves relative to the present rules.
        absurd_moves: the most points by which one absurd score would move another player.
        leader: the first player on the board; None if nobody is ranked.
    """

    rules: Rules
    moves: Moves
    absurd_moves: int
    leader: PlayerName | None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The effect that other rules would have on an event.

    Attributes:
        board: the compared board: *overall*, or *all-time* before the first closed week.
        weeks: how many closed weeks were replayed.
        before: the outcome under the present rules.
        after: the outcome under the proposed rules.
        moves: the moves from `before` to `after`.
        greatest: the players with the largest moves of their Elo, with ranks and Elos of `after`.
        other_logarithm: None unless the proposed method is *robust* and the event takes only scores above 0.
    """

    event: EventInfo
    board: Board
    weeks: int
    before: Outcome
    after: Outcome
    moves: Moves
    greatest: tuple[RankedPlayer, ...]
    other_logarithm: OtherLogarithm | None

    @property
    def is_change(self) -> bool:
        """Whether anything would change."""
        before, after = self.before, self.after
        return (before.direction, before.rules) != (after.direction, after.rules)


@dataclass(frozen=True, slots=True)
class Weighing:
    """What influences the ratings of an event besides skill, for its admins.

    Attributes:
        fairness: the factors; None in an event that is too large to weigh at once.
    """

    event: EventInfo
    fairness: Fairness | None


@dataclass(frozen=True, slots=True)
class WeekExplanation:
    """How the scores of a closed week were rated.

    Attributes:
        field: the field that the weekly Elos are relative to.
        rating: the rules of the event, and the constants of the run.
        is_rated: whether the week had as many players as the event requires; an unrated week counts for nobody.
        weighing: the factors besides skill in the event; None for non-admins.
    """

    event: EventInfo
    week: Week
    field: Field
    rating: Rating
    is_rated: bool
    weighing: Weighing | None = None


Ratings = Mapping[int, Rated]
"""The ratings of players under some rules, by player."""


def moves_between(before: Ratings, after: Ratings) -> Moves:
    """Return how Elos differ."""
    changes = [after[player].elo - before[player].elo for player in before.keys() & after.keys()]
    return Moves(
        risen=sum(change > 0 for change in changes),
        fallen=sum(change < 0 for change in changes),
        most=max(map(abs, changes), default=0),
    )


def moved_most(before: Ratings, after: Ratings) -> list[int]:
    """Return the few players whose Elo moves most, in descending order, without players whose Elo stays."""

    def distance(player: int) -> tuple[int, int]:
        return abs(after[player].elo - before[player].elo), -player

    moved = (player for player in before.keys() & after.keys() if before[player].elo != after[player].elo)
    return heapq.nlargest(GREATEST_MOVES, moved, key=distance)


def first_of(ratings: Ratings) -> list[int]:
    """Return the first ten players of a board, in order."""
    return heapq.nsmallest(TOP, ratings, key=lambda player: (-ratings[player].key, player))


def ranks_of(players: Collection[int], ratings: Ratings) -> dict[int, int]:
    """Return the ranks of those players whom the ratings rank, by player."""
    ordered = sorted(rating.key for rating in ratings.values())
    ranked = [player for player in players if player in ratings]
    return {player: 1 + len(ordered) - bisect_right(ordered, ratings[player].key) for player in ranked}


def _read_missed_week(typed: str) -> int | None:
    text = typed.strip().casefold()
    if text == DEFAULT:
        return None
    try:
        return int(text)
    except ValueError:
        raise RuleOutOfRange(Rule.MISSED_WEEK_ELO, -GREATEST_ELO, GREATEST_ELO) from None


def write_rules(direction: ScoreDirection, rules: Rules) -> str:
    """Write a direction and rules in the form that a button carries, in at most 74 characters."""
    return _PART.join(
        (
            *(direction, rules.method, str(int(rules.uses_logarithm)), rules.attendance, str(rules.best_of)),
            *(str(rules.last_weeks), str(rules.all_time_weight)),
            *("" if rules.missed_week_elo is None else str(rules.missed_week_elo),),
            *(str(rules.min_weeks), str(rules.min_field)),
        )
    )


def read_rules(text: str) -> tuple[ScoreDirection, Rules]:
    """Parse the text of `write_rules`.

    Raises:
        ButtonOutdated: the text has another form, as on a message of another version.
        RuleOutOfRange: a number is out of range.
    """
    try:
        direction, *others = text.split(_PART)
        read = ScoreDirection(direction), _read(*others)
    except (TypeError, ValueError):
        raise ButtonOutdated from None
    read[1].check()
    return read


def digest_of(direction: ScoreDirection, rules: Rules) -> str:
    """Return five characters by which a button recognizes the rules that its rehearsal has compared with others."""
    return f"x{zlib.crc32(write_rules(direction, rules).encode()) & 0xFFFF:04x}"


def _read(*parts: str) -> Rules:
    method, logarithm, attendance, best_of, last_weeks, weight, missed, min_weeks, min_field = parts
    values: dict[str, Any] = {
        "method": Method(method),
        "uses_logarithm": bool(int(logarithm)),
        "attendance": Attendance(attendance),
        "best_of": int(best_of),
        "last_weeks": int(last_weeks),
        "all_time_weight": float(weight),
        "missed_week_elo": int(missed) if missed else None,
        "min_weeks": int(min_weeks),
        "min_field": int(min_field),
    }
    return Rules(**values)

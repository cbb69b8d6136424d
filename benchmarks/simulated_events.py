"""Simulate events whose players' skill is known, to compare ratings with it.

A player's skill is drawn from the normal distribution, and so is the luck of each week. Together they determine the
score, which is skewed as real scores are: its logarithm is normal. How often a player takes part is drawn independently
of skill. The same seed produces the same event.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from random import Random

from bot.domain.scores import ScoreDirection


@dataclass(frozen=True, slots=True)
class Simulation:
    """A kind of event to simulate.

    Attributes:
        name: the kind of community, in a word or two.
        players: how many players there are, at least 2.
        weeks: how many weeks are played.
        attendance: the share of the weeks that a player takes part in on average, above 0 and at most 1.
        skew: the spread of the logarithms of the scores; a greater one sets the best further apart from the others.
        luck: the spread of a week's luck, relative to that of the skill.
    """

    name: str
    direction: ScoreDirection
    players: int
    weeks: int
    attendance: float
    skew: float
    luck: float

    def play(self, seed: int) -> "SimulatedEvent":
        """Return an event of this kind; a different seed gives different players, luck and absences."""
        random = Random(f"{self.name} {seed}")
        skills = [random.gauss(0, 1) for _ in range(self.players)]
        spread = min(self.attendance, 1 - self.attendance)
        willing = [random.uniform(self.attendance - spread, self.attendance + spread) for _ in skills]
        weeks = [self._week(skills, willing, random) for _ in range(self.weeks)]
        return SimulatedEvent(self, tuple(skills), tuple(weeks))

    def _week(self, skills: Sequence[float], willing: Sequence[float], random: Random) -> dict[int, float]:
        return {
            player: self._score(skill, random)
            for player, (skill, share) in enumerate(zip(skills, willing, strict=True))
            if random.random() < share
        }

    def _score(self, skill: float, random: Random) -> float:
        strength = skill + self.luck * random.gauss(0, 1)
        return max(0.1, round(1_000 * math.exp(self.direction.sign * self.skew * strength), 1))


@dataclass(frozen=True, slots=True)
class SimulatedEvent:
    """A played event.

    Attributes:
        skills: the skill of each player; higher is better.
        weeks: for each week, the best score of each player who took part. All scores are above 0.
    """

    simulation: Simulation
    skills: tuple[float, ...]
    weeks: tuple[dict[int, float], ...]


CLUB = Simulation("a club of friends", ScoreDirection.HIGH, 12, 10, attendance=0.9, skew=0.3, luck=1.0)
COMMUNITY = Simulation("a community", ScoreDirection.LOW, 60, 26, attendance=0.6, skew=0.6, luck=1.0)
CROWD = Simulation("a crowd", ScoreDirection.HIGH, 200, 30, attendance=0.35, skew=1.2, luck=1.0)
SIMULATIONS = (CLUB, COMMUNITY, CROWD)


def rank_correlation(one: Mapping[int, float], other: Mapping[int, float]) -> float:
    """Return Spearman's rank correlation of two orders of the same players, from -1 to 1.

    It is Pearson's correlation of the ranks, where equal values share their mean rank. If all values on one side are
    equal, it is 0, because such an order says nothing.

    Source: C. Spearman, "The proof and measurement of association between two things", American Journal of Psychology
    15 (1904), 72-101.
    """
    ranks, other_ranks = mean_ranks(one), mean_ranks(other)
    middle = (len(ranks) + 1) / 2
    together = math.fsum((ranks[player] - middle) * (other_ranks[player] - middle) for player in ranks)
    squares = [math.fsum((rank - middle) ** 2 for rank in side.values()) for side in (ranks, other_ranks)]
    return together / math.sqrt(squares[0] * squares[1]) if all(squares) else 0.0


def mean_ranks(values: Mapping[int, float]) -> dict[int, float]:
    """Return the rank of each value, from 1 for the least; equal values share their mean rank."""
    ordered = sorted(values, key=lambda player: values[player])
    ranks: dict[int, float] = {}
    for _, tied in groupby(ordered, key=lambda player: values[player]):
        players = list(tied)
        ranks |= dict.fromkeys(players, len(ranks) + (len(players) + 1) / 2)
    return ranks

"""Passed players and neighbours of a personal best: exact, alone and in a crowd, from the database and the cache."""

import asyncio
import random
import statistics
from math import floor

import pytest
from sqlalchemy import URL

from bot.domain.scores import ScoreDirection, score_beyond
from bot.domain.submissions import Neighbour, Rival, SubmissionResult
from tests.backends import DeadProcess, open_test_backend, with_recalculation

SEED = 20261128
PLAYERS, ROUNDS, CROWD = 9, 14, 5
SCORES = range(1, 12)
"""So few scores that many are equal."""

HIGH, LOW = ScoreDirection


@pytest.mark.parametrize("direction", ["HIGH", "LOW"])
async def test_each_is_told_what_a_count_of_all_scores_says(database_url: URL, direction: str) -> None:
    chance, bests = random.Random(SEED), dict[int, float]()
    async with open_test_backend(database_url) as real:
        backend = with_recalculation(real, DeadProcess())
        await backend.create_event(direction)
        for number in range(ROUNDS):
            # The first rounds are too few to load the event.
            crowd = {
                chance.randint(1, PLAYERS): float(chance.choice(SCORES)) for _ in range(CROWD if number % 2 else 1)
            }
            told = await asyncio.gather(*(backend.submit(player, score) for player, score in crowd.items()))
            for player, score, result in zip(crowd, crowd.values(), told, strict=True):
                assert_told(bests, player, score, result, ScoreDirection(direction))


def assert_told(
    bests: dict[int, float], player: int, score: float, result: SubmissionResult, direction: ScoreDirection
) -> None:
    """Compare a result with the bests before it, and add the score to them."""
    before = dict(bests)
    previous = bests.get(player)
    if previous is None or direction.is_better(score, previous):
        bests[player] = score
    was = None if previous is None else (rank(before, player, direction), elo(before, player, direction))
    assert (result.previous_rank, result.previous_elo) == (was or (None, None))
    assert (result.rank, result.elo) == (rank(bests, player, direction), elo(bests, player, direction))
    if not result.is_personal_best:
        assert result.neighbour is None
        return
    others = {other: best for other, best in bests.items() if other != player}
    better = [best for best in others.values() if direction.is_better(best, score)]
    if not others:
        assert result.neighbour is None
        return
    worst_first = sorted(better or others.values(), key=lambda best: direction.sign * best)
    expected = worst_first[0] if better else worst_first[-1]
    assert result.neighbour is not None
    assert result.neighbour.rival.score == expected
    assert result.neighbour.rival.name in {f"Player {other}" for other, best in others.items() if best == expected}
    beaten_by = sum(direction.is_better(best, expected) for best in bests.values())
    assert result.neighbour.rank == 1 + beaten_by


def rank(bests: dict[int, float], player: int, direction: ScoreDirection) -> int:
    return 1 + sum(direction.is_better(best, bests[player]) for best in bests.values())


def elo(bests: dict[int, float], player: int, direction: ScoreDirection) -> int:
    spread = statistics.pstdev(bests.values())
    z = direction.sign * (bests[player] - statistics.fmean(bests.values())) / spread if spread else 0.0
    return floor(1000 + 200 * z + 0.5)


@pytest.mark.parametrize(
    ("score", "other", "direction", "beyond"),
    [
        (16_400, 15_800, HIGH, 16_401),
        (58.34, 60, LOW, 58.33),
        (60, 58.5, LOW, 59.9),
        (0.1, 0.2, LOW, 0.0),
        (-3, -5, HIGH, -2),
        (2_000_000, 1, HIGH, 2_000_001),
        (1e-7, 1, HIGH, 2e-7),
    ],
)
def test_one_more_in_the_last_place_beats_a_score(
    score: float, other: float, direction: ScoreDirection, beyond: float
) -> None:
    assert score_beyond(score, other, direction) == beyond
    assert direction.is_better(beyond, score)


def test_a_rank_is_won_from_all_who_share_it() -> None:
    dario, ana = Rival("Dario", 90), Rival("Ana", 95)
    assert Neighbour.of(80, 6, [(dario, 3), (ana, 1)], HIGH) == Neighbour(dario, 3)
    assert Neighbour.of(95, 1, [(dario, 3), (ana, 1)], HIGH) == Neighbour(ana, 1)
    assert Neighbour.of(99, 1, [(dario, 3), (ana, 1)], HIGH) == Neighbour(ana, 2)
    assert Neighbour.of(99, 1, [], HIGH) is None

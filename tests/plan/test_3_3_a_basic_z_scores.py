"""Suite A of section 3.3, basic z-score calculation: cases A1 to A4, for computed and for stored Elos."""

from collections.abc import Mapping

import pytest

from tests import tables
from tests.backends import TestBackend


async def rate(backend: TestBackend, direction: str, scores: Mapping[int, float]) -> dict[int, int | None]:
    """Let players submit, and return their Elos, after checking that the stored ones equal the displayed ones."""
    event = await backend.create_event(direction)
    await backend.submit_all(scores)
    await backend.real.scoring.recalculate(event.id)
    shown = await backend.elos()
    assert await tables.stored_elos(backend.database, event.id) == shown
    return shown


async def test_a1_a_single_player_has_the_base_elo(backend: TestBackend) -> None:
    assert await rate(backend, "HIGH", {1: 100}) == {1: 1000}


async def test_a2_of_two_players_the_higher_score_has_the_higher_elo(backend: TestBackend) -> None:
    assert await rate(backend, "HIGH", {1: 50, 2: 100}) == {1: 800, 2: 1200}


async def test_a3_of_two_players_the_lower_time_has_the_higher_elo(backend: TestBackend) -> None:
    assert await rate(backend, "LOW", {1: 50, 2: 100}) == {1: 1200, 2: 800}


@pytest.mark.parametrize(
    ("direction", "elos"), [("HIGH", [717, 859, 1000, 1141, 1283]), ("LOW", [1283, 1141, 1000, 859, 717])]
)
async def test_a4_five_players_lie_symmetrically_about_the_base(
    backend: TestBackend, direction: str, elos: list[int]
) -> None:
    assert await rate(backend, direction, {player: 100 * player for player in range(1, 6)}) == dict(enumerate(elos, 1))

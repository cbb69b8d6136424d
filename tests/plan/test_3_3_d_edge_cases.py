"""Suite D of section 3.3, edge cases: D2, identical scores; D3, a single score."""

import pytest

from tests import tables
from tests.backends import TestBackend


@pytest.mark.parametrize("direction", ["HIGH", "LOW"])
async def test_d2_identical_scores_all_have_the_base_elo(backend: TestBackend, direction: str) -> None:
    event = await backend.create_event(direction)
    await backend.submit_all(dict.fromkeys((1, 2, 3), 250))
    await backend.real.scoring.recalculate(event.id)
    assert await backend.elos() == {1: 1000, 2: 1000, 3: 1000}
    assert await tables.stored_elos(backend.database, event.id) == {1: 1000, 2: 1000, 3: 1000}


@pytest.mark.parametrize("score", [0.5, 999_999_999])
async def test_d3_a_single_score_has_the_base_elo_however_small_or_great(backend: TestBackend, score: float) -> None:
    await backend.create_event()
    assert (await backend.submit(1, score)).elo == 1000
    await backend.settle_ratings()
    assert await backend.differences() == []

"""Suite E of section 3.3, integration testing: E1, personal best updates."""

from tests import tables
from tests.backends import TestBackend


async def test_e1_a_new_personal_best_moves_the_elo_of_everyone(backend: TestBackend) -> None:
    event = await backend.create_event()
    await backend.submit_all({1: 50, 2: 100})
    assert await backend.elos() == {1: 800, 2: 1200}

    assert (await backend.submit(1, 150)).elo == 1200
    assert await backend.elos() == {1: 1200, 2: 800}

    assert (await backend.submit(1, 120)).elo == 1200
    assert await backend.elos() == {1: 1200, 2: 800}

    await backend.real.scoring.recalculate(event.id)
    assert await tables.stored_elos(backend.database, event.id) == {1: 1200, 2: 800}

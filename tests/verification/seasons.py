"""The season to verify: three players, two closed weeks, and an open one."""

import asyncio

from sqlalchemy import URL

from tests.backends import DeadProcess, open_test_backend, with_recalculation

ANA, BOB, CAI = 1, 2, 3
# A repair does not restore keys of rows, their times of writing, how a field was counted, and the numbers of changes.
NOT_THE_SAME = {
    *("id", "updated_at", "version", "scores_version", "elo_version", "elo_field_version"),
    *("score_origin", "score_mean", "score_m2", "score_m2_peak"),
    *("field_origin", "field_centre", "field_spread"),
}


def play_a_season(url: URL) -> None:
    """Three players; 2026-W45 and 2026-W46 were run, the latter without Bob; 2026-W47 is open."""

    async def play() -> None:
        async with open_test_backend(url) as opened:
            # A recalculation may restart a new player's batch, which uses up a key; the tests name keys.
            backend = with_recalculation(opened, DeadProcess())
            await backend.create_event()
            await backend.play({ANA: 50, BOB: 100}, {ANA: 80, CAI: 70}, {ANA: 60, BOB: 120})
            await backend.run()
            await backend.real.scoring.recalculate(1)

    asyncio.run(play())

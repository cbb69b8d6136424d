"""Where one player stands on each board of an event."""

import pytest

from bot.domain.results import PlayerName, PlayerStanding, Standing
from bot.errors import EventNotFound
from tests.backends import EVENT, GUILD, TestBackend

ANA, BOB, CAI = 1, 2, 3


async def standing(backend: TestBackend, player: int, guild_id: int = GUILD) -> PlayerStanding:
    return await backend.real.services.standings.standing(guild_id, EVENT, player)


async def test_a_player_stands_on_the_boards_they_have_a_row_on(backend: TestBackend) -> None:
    event = await backend.create_event()
    await backend.play({ANA: 50, BOB: 100}, {BOB: 80, CAI: 60})
    await backend.run()
    ana, bob = PlayerName(ANA, "Player 1"), PlayerName(BOB, "Player 2")
    assert await standing(backend, ANA) == PlayerStanding(
        event,
        all_time=Standing(3, ana, 50, 815),
        week=None,
        overall=Standing(2, ana, 50, 808, all_time_elo=815, weekly_average=800),
    )
    assert await standing(backend, BOB) == PlayerStanding(
        event,
        all_time=Standing(1, bob, 100, 1278),
        week=Standing(1, bob, 80, 1200),
        overall=Standing(1, bob, 100, 1239, all_time_elo=1278, weekly_average=1200),
    )


async def test_before_the_first_weekly_run_nobody_has_a_rank_overall(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(ANA, 50)
    overall = (await standing(backend, ANA)).overall
    assert overall is not None
    assert (overall.rank, overall.elo, overall.score, overall.weekly_average) == (None, None, 50, None)


async def test_a_player_without_a_score_stands_nowhere(backend: TestBackend) -> None:
    event = await backend.create_event()
    await backend.submit(ANA, 50)
    assert await standing(backend, BOB) == PlayerStanding(event, None, None, None)


async def test_nobody_stands_in_an_event_of_another_server(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(ANA, 50)
    with pytest.raises(EventNotFound):
        await standing(backend, ANA, guild_id=2002)

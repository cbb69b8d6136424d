"""The configuration of section 3.3: `LEADERBOARD_BASE_ELO` and `ELO_PER_SIGMA` are the constants of every Elo."""

import pytest
from sqlalchemy import URL

from bot.config import SettingsError, load_settings
from bot.domain.standings import Board
from tests import tables
from tests.backends import open_test_backend


def test_the_constants_are_read_and_have_the_plans_defaults(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("LEADERBOARD_BASE_ELO", "ELO_PER_SIGMA"):
        monkeypatch.delenv(name, raising=False)
    scale = load_settings(env_file=None).scale
    assert (scale.base_elo, scale.elo_per_sigma) == (1000, 200)

    monkeypatch.setenv("LEADERBOARD_BASE_ELO", "1500")
    monkeypatch.setenv("ELO_PER_SIGMA", "62.5")
    scale = load_settings(env_file=None).scale
    assert (scale.base_elo, scale.elo_per_sigma) == (1500, 62.5)


def test_points_per_sigma_must_be_above_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELO_PER_SIGMA", "0")
    with pytest.raises(SettingsError, match="ELO_PER_SIGMA"):
        load_settings(env_file=None)


async def test_every_elo_is_computed_with_the_constants(database_url: URL) -> None:
    async with open_test_backend(database_url, leaderboard_base_elo=1500, elo_per_sigma=62.5) as backend:
        event = await backend.create_event()
        await backend.submit(1, 50)
        # Half an Elo point is rounded up: 1562.5 and 1437.5.
        assert (await backend.submit(2, 100)).elo == 1563
        await backend.real.scoring.recalculate(event.id)
        assert await tables.stored_elos(backend.database, event.id) == {1: 1438, 2: 1563}
        assert await backend.elos(Board.WEEK) == {1: 1438, 2: 1563}
        [week] = await backend.run()
        assert {row.player.discord_id: row.elo for row in await backend.results(week.week)} == {1: 1438, 2: 1563}
        assert await backend.elos(Board.OVERALL) == {1: 1438, 2: 1563}

"""Suite A of section 3.1, database model validation: directions, names, scores, weekly fields."""

from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from bot.database.models import Event, LeaderboardScore, Member, Player, PlayerEventStats, ScoreType
from bot.domain.scores import ScoreDirection
from tests.backends import GUILD, TestBackend
from tests.plan.writes import write
from tests.sessions import reading, writing


@pytest.mark.parametrize(("direction", "stored"), [(ScoreDirection.HIGH, "HIGH"), (ScoreDirection.LOW, "LOW")])
async def test_an_event_says_which_score_is_better(
    backend: TestBackend, direction: ScoreDirection, stored: str
) -> None:
    async with writing(backend.database) as session:
        session.add(Event(guild_id=GUILD, name="Blitz", name_key="blitz", score_direction=direction))
    assert await _value(backend, "SELECT score_direction FROM events") == stored
    async with reading(backend.database) as session:
        assert (await session.get_one(Event, 1)).score_direction is direction


@pytest.mark.parametrize("missing", ["guild_id", "score_direction"])
async def test_every_event_has_a_server_and_a_direction(backend: TestBackend, missing: str) -> None:
    event = {"guild_id": GUILD, "name": "Blitz", "name_key": "blitz", "score_direction": ScoreDirection.HIGH}
    with pytest.raises(IntegrityError):
        await write(backend, insert(Event).values({**event, missing: None}))


async def test_a_player_has_one_name_in_each_server(backend: TestBackend) -> None:
    await _add_player_and_event(backend)
    for guild_id, name in ((GUILD, "Ana"), (2002, "Anabel")):
        await write(backend, insert(Member).values(guild_id=guild_id, player_id=1, display_name=name))
    with pytest.raises(IntegrityError):
        await write(backend, insert(Member).values(guild_id=GUILD, player_id=1, display_name="Ana B."))


async def test_a_score_is_of_all_time_without_a_week_or_of_one_week(backend: TestBackend) -> None:
    await _add_player_and_event(backend)
    async with writing(backend.database) as session:
        session.add(LeaderboardScore(player_id=1, event_id=1, score=5.5, score_type=ScoreType.ALL_TIME))
        session.add(
            LeaderboardScore(player_id=1, event_id=1, score=5.5, score_type=ScoreType.WEEKLY, week_number=202647)
        )
    assert await _value(backend, "SELECT week_number FROM leaderboard_scores WHERE score_type = 'weekly'") == 202647
    assert await _value(backend, "SELECT week_number FROM leaderboard_scores WHERE score_type = 'all_time'") is None
    async with reading(backend.database) as session:
        assert (await session.get_one(LeaderboardScore, 1)).submitted_at.tzinfo is not None


async def test_a_players_ratings_begin_without_elos_and_without_weeks(backend: TestBackend) -> None:
    await _add_player_and_event(backend)
    async with writing(backend.database) as session:
        session.add(PlayerEventStats(player_id=1, event_id=1))
    async with reading(backend.database) as session:
        stats = await session.get_one(PlayerEventStats, 1)
        assert (stats.weekly_elo_average, stats.weeks_participated) == (0.0, 0)
        assert (stats.all_time_leaderboard_elo, stats.calculated_event_elo) == (None, None)


async def _add_player_and_event(backend: TestBackend) -> None:
    async with writing(backend.database) as session:
        session.add(Player(discord_id=7, username="ana"))
        session.add(Event(guild_id=GUILD, name="Blitz", name_key="blitz", score_direction=ScoreDirection.HIGH))


async def _value(backend: TestBackend, query: str) -> Any:
    async with reading(backend.database) as session:
        return await session.scalar(text(query))

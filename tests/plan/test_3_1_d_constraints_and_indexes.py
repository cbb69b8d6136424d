"""Suite D of section 3.1, constraint and index testing: unique bests, and the indexes that keep them unique."""

from collections.abc import Collection
from typing import Any

import pytest
from sqlalchemy import Connection, insert, inspect
from sqlalchemy.exc import IntegrityError

from bot.database.models import LeaderboardScore
from tests.backends import TestBackend
from tests.plan.writes import write
from tests.sessions import reading

ALL_TIME: dict[str, Any] = {"score_type": "all_time", "week_number": None}
WEEKLY: dict[str, Any] = {"score_type": "weekly", "week_number": 202647}


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        (ALL_TIME, "uq_all_time_scores"),
        (WEEKLY, "uq_weekly_scores"),
        ({**ALL_TIME, "week_number": 202648}, "type_week_consistency"),
        ({**WEEKLY, "week_number": None}, "type_week_consistency"),
    ],
)
async def test_a_player_has_one_best_of_all_time_and_one_of_each_week(
    backend: TestBackend, row: dict[str, Any], constraint: str
) -> None:
    await backend.create_event()
    await backend.submit(1, 100)
    score = insert(LeaderboardScore).values(player_id=1, event_id=1, score=200)
    await write(backend, score.values(WEEKLY | {"week_number": 202648}))
    with pytest.raises(IntegrityError) as refusal:
        await write(backend, score.values(row))
    # SQLite names the columns of a violated unique index instead of the index.
    assert constraint in str(refusal.value) or "UNIQUE constraint failed: leaderboard_scores.player_id" in str(
        refusal.value
    )


async def test_the_plans_indexes_exist_and_those_of_the_bests_are_unique(backend: TestBackend) -> None:
    def indexes(connection: Connection) -> Collection[Any]:
        return inspect(connection).get_indexes("leaderboard_scores")

    async with reading(backend.database) as session:
        found = await (await session.connection()).run_sync(indexes)
    assert {index["name"]: (index["column_names"], bool(index["unique"])) for index in found} == {
        "idx_leaderboard_scores_event": (["event_id", "score_type"], False),
        "idx_leaderboard_scores_week": (
            ["event_id", "score_type", "week_number", "score", "submitted_at", "player_id"],
            False,
        ),
        "uq_all_time_scores": (["player_id", "event_id"], True),
        "uq_weekly_scores": (["player_id", "event_id", "week_number"], True),
    }

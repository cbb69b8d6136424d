"""Suite C of section 3.1, database integration testing: rows that belong together, and rows without their parent."""

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from bot.database.models import LeaderboardScore, Player, PlayerEventStats, ScoreSubmission, ScoreType
from tests import tables
from tests.backends import TestBackend
from tests.plan.writes import write


async def test_one_submission_fills_every_table_it_belongs_to(backend: TestBackend) -> None:
    event = await backend.create_event()
    await backend.submit(1, 100)
    await backend.settle_ratings()
    [player] = await tables.rows(backend.database, Player)
    best, weekly = sorted(
        await tables.rows(backend.database, LeaderboardScore), key=lambda row: row["score_type"] is ScoreType.WEEKLY
    )
    assert (best["player_id"], best["event_id"], best["score"], best["week_number"]) == (
        player["id"],
        event.id,
        100,
        None,
    )
    assert (weekly["player_id"], weekly["event_id"], weekly["score"], weekly["week_number"]) == (
        player["id"],
        event.id,
        100,
        202647,
    )
    [logged] = await tables.rows(backend.database, ScoreSubmission)
    assert (logged["player_id"], logged["event_id"], logged["score"]) == (player["id"], event.id, 100)
    assert await tables.stored_elos(backend.database, event.id) == {1: 1000}


@pytest.mark.parametrize(("player_id", "event_id"), [(1, 999), (999, 1)])
async def test_a_row_of_a_player_or_an_event_that_does_not_exist_is_refused(
    backend: TestBackend, player_id: int, event_id: int
) -> None:
    await backend.create_event()
    await backend.submit(1, 100)
    for row in (
        insert(LeaderboardScore).values(
            player_id=player_id, event_id=event_id, score=1, score_type=ScoreType.WEEKLY, week_number=202601
        ),
        insert(PlayerEventStats).values(player_id=player_id, event_id=event_id),
    ):
        with pytest.raises(IntegrityError):
            await write(backend, row)

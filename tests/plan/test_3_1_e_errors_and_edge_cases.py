"""Suite E of section 3.1, error handling and edge cases: values that the database itself refuses."""

import math
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.backends import TestBackend
from tests.sessions import writing

SCORE = (
    "INSERT INTO leaderboard_scores (player_id, event_id, score, score_type, week_number)"
    " VALUES (1, 1, :score, :score_type, 202601)"
)


async def write(backend: TestBackend, **values: Any) -> None:
    async with writing(backend.database) as session:
        await session.execute(text(SCORE), {"score": 5.0, "score_type": "weekly"} | values)


async def test_a_score_outside_the_limits_is_refused_by_the_database_itself(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(1, 100)
    for score in (math.nan, math.inf, -math.inf, -(2.0**53), 2.0**53, None):
        with pytest.raises(IntegrityError):
            await write(backend, score=score)
    await write(backend, score=1.0)


async def test_the_smallest_and_the_greatest_score_are_taken(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit_all({1: 1e-9, 2: 999_999_999.999})
    assert [row.score for row in (await backend.page()).standings] == [999_999_999.999, 1e-9]


async def test_a_kind_of_score_that_does_not_exist_is_refused(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(1, 100)
    await write(backend)
    with pytest.raises(IntegrityError):
        await write(backend, score_type="monthly")

"""What every use case shares: a lost race is begun again, bounded; a mistake of the user's is not."""

import pytest
from sqlalchemy.exc import DBAPIError

from bot.database.models import ScoreSubmission
from bot.errors import EventNotFound, InvalidScore, Unavailable
from tests import tables
from tests.backends import TestBackend
from tests.outages import statements_fail, statements_seen


class LostRace(Exception):
    """What PostgreSQL's driver raises in a transaction that could not be serialized."""

    sqlstate = "40001"


def lose_race() -> None:
    raise DBAPIError("COMMIT", {}, LostRace())


async def test_a_transaction_that_lost_a_race_is_begun_again_from_scratch(backend: TestBackend) -> None:
    await backend.create_event()
    losses = iter(range(2))

    def lose_two_races() -> None:
        if next(losses, None) is not None:
            lose_race()

    with statements_seen("INSERT INTO score_submissions", lose_two_races) as attempts:
        assert (await backend.submit(1, 100)).is_personal_best
    assert len(attempts) == 3
    assert len(await tables.rows(backend.database, ScoreSubmission)) == 1


async def test_a_race_that_is_always_lost_is_given_up_after_six_attempts(backend: TestBackend) -> None:
    await backend.create_event()
    with statements_seen("INSERT INTO score_submissions", lose_race) as attempts, pytest.raises(Unavailable):
        await backend.submit(1, 100)
    assert len(attempts) == 6
    assert await tables.rows(backend.database, ScoreSubmission) == []


async def test_a_mistake_of_the_users_is_not_tried_again(backend: TestBackend) -> None:
    await backend.create_event()
    with statements_seen("SELECT events.") as attempts:
        with pytest.raises(InvalidScore):
            await backend.submit(1, "fast")
        with pytest.raises(EventNotFound):
            await backend.submit(1, 100, "Chess")
    assert len(attempts) == 2


async def test_a_connection_that_cannot_be_made_is_not_asked_for_again(backend: TestBackend) -> None:
    await backend.create_event()
    with statements_fail("SELECT events.") as attempts, pytest.raises(Unavailable) as refusal:
        await backend.page()
    assert len(attempts) == 1
    assert "broke the connection" not in str(refusal.value)

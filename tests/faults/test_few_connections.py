"""A PostgreSQL that allows the bot few connections: transactions wait for one of the bot's own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from sqlalchemy import URL, event, text

from bot.database.database import Database
from tests.backends import open_test_backend
from tests.patience import UNTIL_IT_HANGS
from tests.sessions import pool_of, reading, writing
from tests.wire.waiting import until

Limited = Callable[[int], AbstractAsyncContextManager[URL]]


@pytest.fixture
def limited(server_url: URL) -> Limited:
    """Provide the URL of a database for a user with a limited number of connections."""

    @asynccontextmanager
    async def limited(connections: int) -> AsyncIterator[URL]:
        role = f"few_{server_url.database}"
        owner = Database(server_url)
        async with writing(owner) as session:
            await session.execute(text(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT {connections}"))
            for kind in ("TABLES", "SEQUENCES"):
                await session.execute(text(f"GRANT ALL ON ALL {kind} IN SCHEMA public TO {role}"))
        yield server_url.set(username=role, password=None)
        async with writing(owner) as session:
            await session.execute(text(f"DROP OWNED BY {role}"))
            await session.execute(text(f"DROP ROLE {role}"))
        await owner.close()

    return limited


@pytest.mark.parametrize("connections", [1, 5])
async def test_a_crowd_is_answered_over_few_connections(limited: Limited, connections: int) -> None:
    async with limited(connections) as url, open_test_backend(url) as backend:
        events = [f"Event {number}" for number in range(6)]
        for name in events:
            await backend.create_event(name=name)
        boards = [backend.page(event=events[number % 6]) for number in range(12)]
        submissions = [backend.submit(number, 100, event=name) for number, name in enumerate(events, 1)]
        answers = await asyncio.gather(*boards, *submissions)
        assert len(answers) == 18
        assert (await backend.page(event=events[5])).players == 1


async def test_a_submission_waits_for_the_connection_that_another_program_has(limited: Limited) -> None:
    async with limited(1) as url, open_test_backend(url) as backend:
        await backend.create_event()
        engine = pool_of(backend.real.scoring._database)
        await engine.dispose()
        refusals: list[object] = []
        event.listen(engine.sync_engine, "handle_error", refusals.append)
        other = Database(url)
        async with reading(other) as session:
            await session.execute(text("SELECT 1"))
            submission = asyncio.create_task(backend.submit(1, 100))
            await until(lambda: len(refusals) > 1, UNTIL_IT_HANGS, lambda: "the submission to try again")
            assert not submission.done()
        await other.close()
        assert (await submission).is_personal_best

"""A server behind a pooler: what the bot sends, and what it keeps between transactions."""

from sqlalchemy import URL

from tests.backends import TestBackend, open_test_backend
from tests.protocol import watched


async def play(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({1: 100, 2: 200}, {1: 150, 2: 180, 3: 90})
    await backend.run()
    await backend.page()
    assert await backend.differences() == []


async def test_a_pooler_need_not_keep_anything_between_transactions(server_url: URL) -> None:
    with watched() as watch:
        async with open_test_backend(server_url) as backend:
            await play(backend)
    assert watch.sent
    assert watch.violations == []


async def test_a_server_keeps_only_statements_whose_plan_no_value_changes(server_url: URL) -> None:
    with watched(as_pooler=False) as watch:
        async with open_test_backend(server_url, database_pool_size=1) as backend:
            await play(backend)
    assert watch.kept
    assert all("json_to_recordset" in statement for statement in watch.kept)
    # Each statement is sent once.
    assert len(watch.kept) == len(set(watch.kept))
    assert not set(watch.kept) & {statement for statement in watch.sent if watch.sent.count(statement) > 1}

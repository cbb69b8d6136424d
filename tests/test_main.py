"""The backend is built and torn down without Discord."""

import asyncio

import pytest
from sqlalchemy import URL

from bot.services.ratings._locks import ProcessLock
from tests.backends import open_test_backend
from tests.patience import SOON, UNTIL_IT_HANGS, set_limits


async def test_the_backend_closes_although_a_library_swallows_a_cancellation(
    file_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = asyncio.Event()

    async def acquire(_lock: ProcessLock, _event_id: int) -> float:
        waiting.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return 2 * UNTIL_IT_HANGS
        return 0.0

    monkeypatch.setattr(ProcessLock, "acquire", acquire)
    set_limits(monkeypatch.setattr, {"LAST_RECALCULATIONS_SECONDS": SOON})
    closed = asyncio.timeout(UNTIL_IT_HANGS)
    async with closed, open_test_backend(file_url) as backend:
        await backend.create_event()
        await backend.submit(1, 100)
        await waiting.wait()

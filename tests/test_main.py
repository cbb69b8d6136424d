"""The backend as it is built and taken down, without Discord."""

import asyncio
import time

import pytest
from sqlalchemy import URL

from bot.services.ratings import ProcessLock
from tests.backends import open_test_backend


async def test_the_backend_closes_although_a_library_swallows_a_cancellation(
    file_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = asyncio.Event()

    async def acquire(_lock: ProcessLock, _event_id: int) -> float:
        waiting.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return 60.0
        return 0.0

    monkeypatch.setattr(ProcessLock, "acquire", acquire)
    async with open_test_backend(file_url) as backend:
        await backend.create_event()
        await backend.submit(1, 100)
        await waiting.wait()
        began = time.monotonic()
    assert time.monotonic() - began < 3

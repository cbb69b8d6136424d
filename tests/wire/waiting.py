"""Wait for something outside this process, for a limited time, and say what is missing if it does not happen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from tests.patience import UNTIL_IT_HANGS


async def until(happened: Callable[[], bool], seconds: float, what: Callable[[], str]) -> None:
    """Return as soon as ``happened()`` is true; after ``seconds``, raise AssertionError with ``what()``."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what()}"
        await asyncio.sleep(0.002)


async def until_told(happened: Callable[[], Awaitable[bool]], what: str) -> None:
    """Wait like `until` for a condition that needs a request; raise AssertionError if it never holds."""
    deadline = time.monotonic() + UNTIL_IT_HANGS
    while not await happened():
        assert time.monotonic() < deadline, f"waited {UNTIL_IT_HANGS} s for {what}"
        await asyncio.sleep(0.02)

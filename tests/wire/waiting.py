"""Waiting for something outside this process: bounded, and with a reason where it does not come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from tests.patience import UNTIL_IT_HANGS


async def until(happened: Callable[[], bool], seconds: float, what: Callable[[], str]) -> None:
    """Returns as soon as ``happened()``; AssertionError after so many seconds, with ``what()``."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what()}"
        await asyncio.sleep(0.002)


async def until_told(happened: Callable[[], Awaitable[bool]], what: str) -> None:
    """Likewise, of what somebody has to be asked for each time; AssertionError if it never happens."""
    deadline = time.monotonic() + UNTIL_IT_HANGS
    while not await happened():
        assert time.monotonic() < deadline, f"waited {UNTIL_IT_HANGS} s for {what}"
        await asyncio.sleep(0.02)

"""Waiting for something outside this process: bounded, and with a reason where it does not come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


async def until(happened: Callable[[], bool], seconds: float, what: Callable[[], str]) -> None:
    """Returns as soon as ``happened()``; AssertionError after so many seconds, with ``what()``."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what()}"
        await asyncio.sleep(0.002)

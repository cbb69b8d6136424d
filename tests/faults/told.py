"""How users are told that something does not work: in a sentence, and in time."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

from bot.errors import Unavailable

TOLD_WITHIN_SECONDS = 5.0


async def unavailable(*uses: Coroutine[Any, Any, Any]) -> None:
    """Have users do things at once of which each is refused in time, since the database is away."""
    began = time.monotonic()
    outcomes = await asyncio.gather(*uses, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Unavailable] * len(uses)
    assert time.monotonic() - began < TOLD_WITHIN_SECONDS

"""Users learn that something does not work: with a sentence, and without waiting for ever."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from bot.errors import Unavailable
from tests.patience import SOON, UNTIL_IT_HANGS, hasty


async def unavailable(*uses: Coroutine[Any, Any, Any]) -> None:
    """Use the bot concurrently; each use is refused, because the database is away."""
    async with asyncio.timeout(UNTIL_IT_HANGS):
        outcomes = await asyncio.gather(*uses, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Unavailable] * len(uses)


async def unavailable_by_silence(*uses: Coroutine[Any, Any, Any]) -> None:
    """Do the same while no answer of the database arrives, for which the bot has little patience."""
    with hasty(PATIENCE_SECONDS=SOON, PROBE_SECONDS=SOON):
        await unavailable(*uses)

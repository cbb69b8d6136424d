"""How users are told that something does not work: in a sentence, and not by waiting for ever."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from bot.errors import Unavailable
from tests.patience import SOON, UNTIL_IT_HANGS, hasty


async def unavailable(*uses: Coroutine[Any, Any, Any]) -> None:
    """Have users do things at once of which each is refused, since the database is away."""
    async with asyncio.timeout(UNTIL_IT_HANGS):
        outcomes = await asyncio.gather(*uses, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Unavailable] * len(uses)


async def unavailable_by_silence(*uses: Coroutine[Any, Any, Any]) -> None:
    """Likewise, while no answer of the database comes through, for which the bot has little patience."""
    with hasty(PATIENCE_SECONDS=SOON, PROBE_SECONDS=SOON):
        await unavailable(*uses)

"""A bot that is told to stop while its commands cannot end: each user is told, and nothing is saved behind them."""

import asyncio

from sqlalchemy import URL, update

from bot.database.models import Event
from tests import tables
from tests.backends import open_test_backend
from tests.wire.bots import (
    busy,
    finish,
    running,
    settings,
)
from tests.wire.discord_stub import DiscordStub


async def test_a_recalculation_that_waits_for_a_locked_file_does_not_keep_the_bot(
    discord: DiscordStub, file_url: URL
) -> None:
    async with open_test_backend(file_url) as backend:
        await backend.create_event()
        await backend.submit(1, 100)
        await backend.settle_ratings()
        await tables.execute(backend.database, update(Event).values(scores_version=Event.scores_version + 1))
    async with busy(file_url), running(discord, settings(discord, file_url)) as [bot]:
        # The sweep at the start has begun to wait by now.
        await asyncio.sleep(0.5)
        bot.terminate()
        await finish(bot)

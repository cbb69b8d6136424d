"""What users see of a database that is away, and that the bot can still be stopped."""

from __future__ import annotations

import asyncio

from sqlalchemy import URL

from tests.patience import SOON, hasty, limits
from tests.proxy import Proxy, through
from tests.wire.bots import create_event, running, settings, submit, told
from tests.wire.discord_stub import DiscordStub, User
from tests.world import open_world

SENTENCE = "The leaderboard cannot reach its records right now. Please try again in a minute"


async def test_users_are_told_in_a_sentence_for_them_alone(way: Proxy, server_url: URL) -> None:
    async with open_world(through(way, server_url)) as world:
        await world.create_event()
        await world.submit("Ana", 100)
        way.swallow()
        for using in (
            world.submit("Bob", 200),
            world.board(who="Bob"),
            world.reset(),
            world.use(world.admin, "event list"),
        ):
            with hasty(PATIENCE_SECONDS=SOON, PROBE_SECONDS=SOON):
                seen = await using
            assert seen.is_private
            assert seen.alone.startswith(f"⚠️ {SENTENCE}")
        way.release()
        assert "New Personal Best!" in await world.submit("Bob", 200)


async def test_a_bot_whose_database_is_silent_ends_when_it_is_told_to(way: Proxy, server_url: URL) -> None:
    soon = limits(LAST_COMMANDS_SECONDS=SOON, LAST_RECALCULATIONS_SECONDS=SOON, CLOSE_SECONDS=SOON)
    async with DiscordStub() as discord, running(discord, settings(discord, through(way, server_url), **soon)) as [bot]:
        await create_event(discord)
        way.swallow()
        replies = await asyncio.gather(*(submit(discord, User(f"player{n}"), "100") for n in range(5)))
        bot.terminate()
        assert await bot.wait_exit() == 0
        for reply in replies:
            await told(reply, "try again in a minute")

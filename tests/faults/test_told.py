"""What users see while the database is away; and the bot can still be stopped."""

from __future__ import annotations

import asyncio
import re

import pytest
from sqlalchemy import URL

from tests.patience import SOON, hasty, limits, set_limits
from tests.proxy import Proxy, through
from tests.wire.bots import ADMIN, EVENT, create_event, running, settings, submit, told
from tests.wire.discord_stub import DiscordStub, User
from tests.wire.forked_bot import forked
from tests.world import open_world

USERS = 30
SENTENCE = "The leaderboard cannot reach its records right now. Please try again in a minute"


async def test_users_are_told_in_a_sentence_for_them_alone(
    way: Proxy, server_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A connection that leads nowhere cannot be closed, however long one waits.
    set_limits(monkeypatch.setattr, {"CLOSE_SECONDS": SOON})
    async with open_world(through(way, server_url)) as world:
        await world.create_event()
        await world.submit("Ana", 100)
        way.swallow()
        for using in (
            world.submit("Bob", 200),
            world.board(who="Bob"),
            world.reset(),
            world.use(world.admin, "events"),
        ):
            with hasty(PATIENCE_SECONDS=SOON, PROBE_SECONDS=SOON):
                seen = await using
            assert seen.is_private
            assert seen.alone.startswith(f"⚠️ {SENTENCE}")
        way.release()
        assert "🎉" in await world.submit("Bob", 200)


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


async def test_an_outage_takes_two_lines_of_the_log_however_many_users_it_meets(
    way: Proxy, server_url: URL, discord: DiscordStub
) -> None:
    async with forked(discord, settings(discord, through(way, server_url))) as bot:
        await create_event(discord)
        way.cut()
        replies = [await discord.slash(User(f"player{n}"), "leaderboard", event=EVENT) for n in range(USERS)]
        await asyncio.gather(*(told(reply, SENTENCE) for reply in replies))
        await way.open()
        while "works again" not in bot.output:
            await told(await discord.slash(ADMIN, "leaderboard", event=EVENT), "")
        troubles = [line for line in bot.output.splitlines() if " INFO " not in line]
    assert len(troubles) == 2, troubles
    began, ended = troubles
    assert "the database failed: " in began
    # The bot would have shown notices to the user who created the event; that may have failed too.
    failed = re.search(r"failed transactions: (\d+), in ", ended)
    assert failed is not None
    assert int(failed[1]) in (USERS, USERS + 1)

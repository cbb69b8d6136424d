"""Every way in which a process of the bot ends, or fails to start."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import URL

from tests.patience import SOON, limits

from .bots import EVENT, busy, create_event, finish, running, submit, told
from .discord_stub import DiscordStub, Fault, User
from .forked_bot import ForkedBot
from .process import BotProcess


@pytest.mark.parametrize("stop", [BotProcess.terminate, BotProcess.interrupt])
async def test_a_bot_that_is_told_to_stop_answers_what_is_running(
    discord: DiscordStub, environment: dict[str, str], file_url: URL, stop: Callable[[BotProcess], None]
) -> None:
    # The bot soon asks each user for patience, and waits for its commands until they end.
    async with BotProcess("run", env=environment | limits(DIRECT_ANSWER_SECONDS=SOON)) as bot:
        await bot.while_running(discord.wait_ready())
        await create_event(discord)
        async with busy(file_url):
            reply = await (await submit(discord, User("bob"), "100")).acknowledged()
            assert reply.deferred
            stop(bot)
            await bot.wait_output("stopping: ")
            refused = await discord.slash(User("cy"), "leaderboard", event=EVENT)
        assert "The bot is just restarting" in refused.text
        assert refused.ephemeral
        await told(reply, "🎉")
        await finish(bot)
    await discord.wait_gone()
    assert discord.refused == []


async def test_an_answer_that_discord_does_not_take_does_not_keep_the_bot(
    discord: DiscordStub, environment: dict[str, str]
) -> None:
    soon = limits(LAST_COMMANDS_SECONDS=SOON, LAST_ANSWERS_SECONDS=SOON)
    async with running(discord, environment | soon) as [bot]:
        await create_event(discord)
        discord.fail_next("/callback", Fault.SILENCE)
        await submit(discord, User("bob"), "100")
        await discord.wait_failed()
        bot.terminate()
        await finish(bot)
    assert "commands without an answer: 1" in bot.output


@pytest.mark.parametrize("silent", ["api", "gateway"])
async def test_a_bot_stops_while_it_still_waits_for_discord(
    discord: DiscordStub, environment: dict[str, str], silent: str
) -> None:
    called = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.set()
        # Read to the end of the first request, and of everything that may follow.
        await reader.read()
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1") as server:
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        if silent == "api":
            environment["DISCORD_API_URL"] = f"http://{address}/api/v10"
        else:
            discord.lead_bots_to(f"ws://{address}/")
        async with ForkedBot("run", env=environment | limits(GOODBYE_SECONDS=SOON)) as bot:
            await bot.while_running(called.wait())
            bot.terminate()
            assert await bot.wait_exit() == 0


async def test_a_token_that_discord_refuses_is_named_and_not_shown(
    discord: DiscordStub, environment: dict[str, str]
) -> None:
    token = "hunter2-hunter2"
    async with ForkedBot("run", env={**environment, "DISCORD_TOKEN": token, "LOG_LEVEL": "DEBUG"}) as bot:
        assert await bot.wait_exit() == 78
    assert bot.output.endswith(
        "The bot cannot run:\n  - DISCORD_TOKEN was refused by Discord. Copy it anew from the developer portal.\n"
    )
    assert "Traceback" not in bot.output
    assert token not in bot.output


async def test_a_token_that_is_replaced_while_the_bot_runs_ends_it(
    discord: DiscordStub, environment: dict[str, str]
) -> None:
    token = discord.token
    async with running(discord, environment) as [bot]:
        await discord.replace_token("another token")
        assert await bot.wait_exit() == 78
    assert "DISCORD_TOKEN was refused by Discord" in bot.output
    assert "Traceback" not in bot.output
    assert token not in bot.output


async def test_a_discord_that_lets_nobody_in_is_named(discord: DiscordStub, environment: dict[str, str]) -> None:
    discord.fail_next("/gateway/bot", 503)
    async with ForkedBot("run", env=environment) as bot:
        assert await bot.wait_exit() == 2
    assert f"Discord, at {discord.api_url}, refuses the bot" in bot.output
    assert "Traceback" not in bot.output

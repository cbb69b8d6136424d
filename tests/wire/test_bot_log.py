"""What operators read in the log of a process, and what nobody may read."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import URL

from bot import __version__
from bot.database.schema import needed_revision
from tests.patience import SOON, limits

from .bots import ADMIN, EVENT, busy, create_event, finish, running, submit, told
from .discord_stub import DiscordStub, User
from .forked_bot import ForkedBot


@pytest.mark.parametrize("log_format", ["text", "json"])
async def test_a_log_of_everything_has_no_token_of_an_interaction(
    discord: DiscordStub, environment: dict[str, str], file_url: URL, log_format: str
) -> None:
    # A late answer goes to a webhook, whose address contains the token too.
    late = limits(DIRECT_ANSWER_SECONDS=SOON)
    async with running(discord, environment | late | {"LOG_LEVEL": "debug", "LOG_FORMAT": log_format}) as [bot]:
        await create_event(discord)
        await discord.autocomplete(ADMIN, "submit-score", "event", "blitz")
        async with busy(file_url):
            reply = await (await submit(discord, User("bob"), "100")).acknowledged()
            assert reply.deferred
        await told(reply, "🎉")
        bot.terminate()
        await finish(bot)
    assert "INTERACTION_CREATE" in bot.output
    assert "/interactions/" in bot.output
    assert "/webhooks/" in bot.output
    tokens = [str(one.interaction["token"]) for one in discord.replies]
    assert [token for token in tokens if token in bot.output] == []


async def test_the_log_begins_with_what_runs_and_tells_when_it_is_ready(
    discord: DiscordStub, environment: dict[str, str]
) -> None:
    async with running(discord, environment) as [bot]:
        await bot.wait_output("ready: 1 server, 1 shard")
        bot.terminate()
        await finish(bot)
    first = bot.output.splitlines()[0]
    assert f"leaderboard-bot {__version__}, schema 0001, database sqlite" in first
    assert f"no Redis, Discord {discord.api_url}" in first


async def test_a_log_for_programs_has_one_document_a_line(discord: DiscordStub, environment: dict[str, str]) -> None:
    async with running(discord, environment | {"LOG_FORMAT": "json"}) as [bot]:
        await create_event(discord)
        discord.fail_next("/callback", 400)
        await submit(discord, User("bob"), "100")
        await bot.wait_output("ready")
        bot.terminate()
        await finish(bot)
    entries = [json.loads(line) for line in bot.output.splitlines()]
    assert all({"time", "level", "logger", "message"} <= entry.keys() for entry in entries)
    assert EVENT not in entries[0]["message"]


async def test_migrating_says_what_came_of_it_and_no_more(empty_database_url: URL) -> None:
    url = empty_database_url.render_as_string(hide_password=False)
    async with ForkedBot("migrate", env={**limits(), "DATABASE_URL": url}) as process:
        assert await process.wait_exit() == 0
    assert process.output.endswith(f"The database is at revision {needed_revision()}.\n")
    assert "alembic" not in process.output

"""The bot as operators run it, in processes of its own, from its first command to its last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import discord as discord_py
import pytest
from redis.asyncio import Redis
from sqlalchemy import URL, func, select, update

from bot.database.dialect import is_sqlite
from bot.database.engine import Database
from bot.database.models import Event, LeaderboardScore, ScoreSubmission

from .discord_stub import HOME, MANAGE_SERVER, DiscordStub, Reply, User
from .process import BotProcess

ADMIN = User("ada", MANAGE_SERVER, display_name="Ada")
EVENT = "Tetris Blitz"
LAST_WORDS_SECONDS = 10.0

STRING, BOOLEAN, ROLE, SUBCOMMAND = 3, 5, 8, 1

Json = dict[str, Any]


@pytest.fixture
async def discord() -> AsyncIterator[DiscordStub]:
    async with DiscordStub() as stub:
        yield stub


@pytest.fixture
def environment(discord: DiscordStub, file_url: URL) -> dict[str, str]:
    """The settings of a bot at the stub, on a database of the kind that needs no server."""
    return settings(discord, file_url)


def settings(discord: DiscordStub, url: URL, **others: str) -> dict[str, str]:
    return {**discord.environment, "DATABASE_URL": url.render_as_string(hide_password=False), **others}


@asynccontextmanager
async def running(discord: DiscordStub, environment: dict[str, str], bots: int = 1) -> AsyncIterator[list[BotProcess]]:
    """Run the bot in one process or more, until the test ends them or is through."""
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(BotProcess("run", env=environment)) for _ in range(bots)]
        for process in processes:
            await process.while_running(discord.wait_ready(bots))
        yield processes


async def finish(process: BotProcess) -> None:
    """Wait for a process that was told to end, and check that it ends well."""
    assert await process.wait_exit(LAST_WORDS_SECONDS) == 0
    assert "Traceback" not in process.output


async def once(*arguments: str, environment: dict[str, str]) -> tuple[int, str]:
    """Run a command that ends by itself; return its exit code and its output without the log."""
    async with BotProcess(*arguments, env={**environment, "LOG_LEVEL": "ERROR"}) as process:
        code = await process.wait_exit(30)
    return code, process.output


async def create_event(discord: DiscordStub) -> None:
    reply = await discord.slash(ADMIN, "event create", name=EVENT, direction="HIGH")
    assert "Event created" in reply.text


def submission(discord: DiscordStub, user: User, score: str) -> Any:
    return discord.invoke(user, "submit-score", event=EVENT, score=score)


@asynccontextmanager
async def busy(url: URL) -> AsyncIterator[None]:
    """Keep every submission waiting."""
    database = Database(url)
    try:
        async with database.writing() as session:
            await session.execute(update(Event).values(is_active=Event.is_active))
            yield
    finally:
        await database.close()


async def count(url: URL, column: Any) -> int:
    database = Database(url)
    try:
        async with database.reading() as session:
            return (await session.execute(select(func.count(column)))).scalar_one()
    finally:
        await database.close()


async def test_a_server_is_served_from_the_first_day_on(
    discord: DiscordStub, empty_database_url: URL, redis_url: str
) -> None:
    environment = settings(discord, empty_database_url, REDIS_URL=redis_url)
    assert (await once("migrate", environment=environment))[0] == 0
    assert (await once("sync", environment=environment))[0] == 0
    async with running(discord, environment) as [bot]:
        assert discord.intents == discord_py.Intents(guilds=True).value
        replies = await play(discord)
        assert discord.refused == []
        assert max(reply.answered_after or 0 for reply in replies) < 3
        bot.terminate()
        await finish(bot)
    assert " WARNING " not in bot.output
    assert " ERROR " not in bot.output
    code, output = await once("verify", environment=environment)
    assert (code, output.splitlines()[-1]) == (0, "1 events, 12 submissions: 0 differences.")

    await change_a_score(empty_database_url)
    code, output = await once("verify", environment=environment)
    assert code == 1
    assert output.startswith(f"leaderboard_scores: personal best in event '{EVENT}' of player ")


async def play(discord: DiscordStub) -> list[Reply]:
    """A week in the life of a server, as its members see it."""
    created = await discord.slash(ADMIN, "event create", name=EVENT, direction="HIGH", unit="points", max="500,000")
    assert "Event created" in created.text
    assert await discord.autocomplete(ADMIN, "submit-score", "event", "BLITZ") == [{"name": EVENT, "value": EVENT}]

    players = [User(f"player{n}", display_name=f"Player {n}") for n in range(1, 12)]
    submissions = await asyncio.gather(
        *(discord.slash(player, "submit-score", event=EVENT, score=f"{n},000") for n, player in enumerate(players, 1))
    )
    assert all("New Personal Best!" in reply.text for reply in submissions)
    assert not any(reply.ephemeral for reply in submissions)
    hasty = await discord.slash(players[0], "submit-score", event=EVENT, score="2,000")
    assert "One score at a time" in hasty.text
    assert hasty.ephemeral

    board = await discord.slash(players[0], "leaderboard", event=EVENT)
    assert "Player 11" in board.text
    assert "Page 1 of 2" in board.text
    turned = await discord.click(players[0], board, "Next ▶")
    assert turned.type == 7
    assert "Page 2 of 2" in board.text

    closed = await discord.slash(ADMIN, "weekly-reset", event=EVENT)
    assert "Player 11" in closed.text
    late = await discord.slash(ADMIN, "submit-score", event=EVENT, score="400,000")
    assert "is closed already" in late.text
    return [created, *submissions, hasty, board, turned, closed, late]


async def change_a_score(url: URL) -> None:
    database = Database(url)
    async with database.writing() as session:
        highest = select(func.max(LeaderboardScore.score)).scalar_subquery()
        changed = update(LeaderboardScore).where(
            LeaderboardScore.score == highest, LeaderboardScore.week_number.is_(None)
        )
        await session.execute(changed.values(score=499_999).execution_options(synchronize_session=False))
    await database.close()


async def test_discord_is_told_of_the_commands(discord: DiscordStub) -> None:
    everywhere, here, nowhere = await asyncio.gather(
        once("sync", environment=discord.environment),
        once("sync", "--guild", str(HOME.id), environment=discord.environment),
        once("sync", "--guild", "1", environment=discord.environment),
    )
    assert everywhere[0] == here[0] == 0
    assert everywhere[1].startswith("Discord now offers in every server: /submit-score, /leaderboard, ")
    assert here[1].startswith(f"Discord now offers in server {HOME.id}: /submit-score, /leaderboard, ")
    assert nowhere[0] == 2
    assert nowhere[1] == "The bot cannot run:\n  - The bot is not in server 1. Invite it there, then try again.\n"
    assert discord.gateway.identifies == []
    assert [described(one) for one in discord.commands[None]] == [described(one) for one in discord.commands[HOME.id]]
    commands = {one["name"]: described(one) for one in discord.commands[None]}
    assert commands["submit-score"] == {
        "event": (STRING, "required", "autocomplete"),
        "score": (STRING, "required"),
        "proof": (STRING,),
    }
    assert commands["leaderboard"] == {
        "event": (STRING, "required", "autocomplete"),
        "board": (STRING, "all-time", "week", "overall"),
    }
    assert commands["weekly-reset"] == {
        "event": (STRING, "required", "autocomplete"),
        "week": (STRING, "autocomplete"),
        "preview": (BOOLEAN,),
    }
    assert commands["weekly-undo"] == {"event": (STRING, "required", "autocomplete")}
    assert commands["event"]["create"] == {
        "name": (STRING, "required"),
        "direction": (STRING, "required", "HIGH", "LOW"),
        "format": (STRING, "number", "time"),
        **dict.fromkeys(("unit", "min", "max"), (STRING,)),
    }
    assert commands["event"]["edit"]["event"] == (STRING, "required", "autocomplete")
    assert commands["event"]["archive"] == {"event": (STRING, "required", "autocomplete")}
    assert commands["event"]["list"] == {}
    assert all(one["contexts"] == [0] or not one["dm_permission"] for one in discord.commands[None])


def described(command: Json) -> Json:
    """The options of a command: type, whether they are required and autocompleted, choices; subcommands within."""
    return {
        option["name"]: described(option)
        if option["type"] == SUBCOMMAND
        else (
            option["type"],
            *(flag for flag in ("required", "autocomplete") if option.get(flag)),
            *(choice["value"] for choice in option.get("choices", [])),
        )
        for option in command.get("options", [])
    }


@pytest.mark.parametrize("stop", [BotProcess.terminate, BotProcess.interrupt])
async def test_a_bot_that_is_told_to_stop_answers_what_is_running(
    discord: DiscordStub, environment: dict[str, str], file_url: URL, stop: Callable[[BotProcess], None]
) -> None:
    async with running(discord, environment) as [bot]:
        await create_event(discord)
        async with busy(file_url):
            reply = await (await submission(discord, User("bob"), "100")).acknowledged()
            assert reply.deferred
            stop(bot)
            await bot.wait_output("going down")
            refused = await discord.slash(User("cy"), "leaderboard", event=EVENT)
        assert "The bot is just restarting" in refused.text
        assert refused.ephemeral
        await reply.finished(messages=2)
        assert "New Personal Best!" in reply.text
        await finish(bot)
    await discord.wait_gone()
    assert discord.refused == []


async def test_a_bot_that_nobody_answers_stops_all_the_same(database_url: URL) -> None:
    async with (
        DiscordStub(heartbeat_interval=0.1) as discord,
        running(discord, settings(discord, database_url)) as [bot],
    ):
        await create_event(discord)
        async with busy(database_url):
            await (await submission(discord, User("bob"), "100")).acknowledged()
            discord.gateway.silent = True
            bot.terminate()
            assert await bot.wait_exit(LAST_WORDS_SECONDS) == 0
    if not is_sqlite(database_url):
        # A file that is locked is given up sooner, and the player told so.
        assert "commands that end without an answer: 1" in bot.output
    assert await count(database_url, ScoreSubmission.id) == 0


async def test_a_bot_stops_while_it_still_waits_for_discord(environment: dict[str, str]) -> None:
    called = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1") as silent:
        api_url = f"http://127.0.0.1:{silent.sockets[0].getsockname()[1]}/api/v10"
        async with BotProcess("run", env={**environment, "DISCORD_API_URL": api_url}) as bot:
            await bot.while_running(called.wait())
            bot.terminate()
            await finish(bot)


async def test_a_token_that_discord_refuses_is_named_and_not_shown(
    discord: DiscordStub, environment: dict[str, str]
) -> None:
    token = "hunter2-hunter2"
    async with BotProcess("run", env={**environment, "DISCORD_TOKEN": token, "LOG_LEVEL": "DEBUG"}) as bot:
        assert await bot.wait_exit() == 2
    assert bot.output.endswith(
        "The bot cannot run:\n  - DISCORD_TOKEN was refused by Discord. Copy it anew from the developer portal.\n"
    )
    assert "Traceback" not in bot.output
    assert token not in bot.output


async def test_a_token_that_is_replaced_while_the_bot_runs_ends_it(
    discord: DiscordStub, environment: dict[str, str]
) -> None:
    async with running(discord, environment) as [bot]:
        await discord.gateway.drop(code=4004)
        assert await bot.wait_exit() == 2
    assert "DISCORD_TOKEN was refused by Discord" in bot.output
    assert "Traceback" not in bot.output
    assert discord.token not in bot.output


async def test_a_discord_that_lets_nobody_in_is_named(discord: DiscordStub, environment: dict[str, str]) -> None:
    discord.fail_next("/gateway/bot", 503)
    async with BotProcess("run", env=environment) as bot:
        assert await bot.wait_exit() == 2
    assert f"Discord, at {discord.api_url}, refuses the bot" in bot.output
    assert "Traceback" not in bot.output


async def test_a_lost_connection_is_taken_up_where_it_was_and_a_lost_session_anew(
    discord: DiscordStub, environment: dict[str, str]
) -> None:
    async with running(discord, environment) as [bot]:
        await create_event(discord)
        await discord.gateway.drop()
        reply = await discord.slash(User("bob"), "submit-score", event=EVENT, score="100")
        assert "New Personal Best!" in reply.text
        assert len(discord.gateway.resumes) == 1

        await discord.gateway.invalidate()
        # Where the bot would go without being told is not here: it identifies at the server that it was given.
        await discord.wait_ready()
        assert len(discord.gateway.identifies) == 2
        reply = await discord.slash(User("cy"), "leaderboard", event=EVENT)
        assert "bob" in reply.text
        bot.terminate()
        await finish(bot)
    assert discord.refused == []


async def test_two_processes_count_each_submission_once(
    discord: DiscordStub, redis_url: str, database_url: URL
) -> None:
    environment = settings(discord, database_url, REDIS_URL=redis_url)
    async with running(discord, environment, bots=2) as bots:
        await create_event(discord)
        players = [User(f"player{n}") for n in range(10)]
        # Discord delivers to both, and then, as it does after a lost connection, once more.
        replies = await asyncio.gather(*(submission(discord, player, "100") for player in players))
        await asyncio.gather(*(reply.acknowledged() for reply in replies))
        await asyncio.gather(*(discord.redeliver(reply) for reply in replies))
        assert await count(database_url, ScoreSubmission.id) == 10
        board = await discord.slash(ADMIN, "leaderboard", event=EVENT)
        assert "10 players" in board.text
        async with Redis.from_url(redis_url) as redis:
            assert await redis.keys() == [b"elo_calculation_lock:1"]
        for bot in bots:
            bot.terminate()
        for bot in bots:
            assert await bot.wait_exit(LAST_WORDS_SECONDS) == 0
    # Of several answers to one interaction Discord takes the first.
    assert {refusal.error.split()[1] for refusal in discord.refused} == {"40060"}
    code, output = await once("verify", environment=environment)
    assert (code, output.splitlines()[-1]) == (0, "1 events, 10 submissions: 0 differences.")

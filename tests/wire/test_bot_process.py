"""The bot as operators run it, in separate processes: what users get, whatever the connection does."""

from __future__ import annotations

import asyncio
from typing import Any

import discord as discord_py
from redis.asyncio import Redis
from sqlalchemy import URL, func, select, update

from bot.database.database import Database
from bot.database.models import LeaderboardScore, ScoreSubmission
from tests.patience import UNTIL_IT_HANGS
from tests.sessions import writing

from .bots import ADMIN, EVENT, count, create_event, finish, once, running, settings, submit, told
from .discord_stub import HOME, DiscordStub, User
from .process import BotProcess
from .waiting import until

STRING, BOOLEAN, ATTACHMENT, SUBCOMMAND = 3, 5, 11, 1
SLASH = 1
MESSAGE, DEFERRAL = 4, 5

Json = dict[str, Any]


async def test_a_server_is_served_from_the_first_day_on(
    discord: DiscordStub, empty_database_url: URL, redis_url: str
) -> None:
    # The cooldown outlasts the time that a busy machine may take from one score to the next.
    environment = settings(discord, empty_database_url, REDIS_URL=redis_url, SUBMIT_COOLDOWN_SECONDS="3600")
    assert (await once("migrate", environment=environment))[0] == 0
    assert (await once("sync", environment=environment))[0] == 0
    async with BotProcess("run", env=environment) as bot:
        await bot.while_running(discord.wait_ready())
        assert discord.intents == discord_py.Intents(guilds=True).value
        await play(discord)
        assert discord.refused == []
        bot.terminate()
        await finish(bot)
    assert " WARNING " not in bot.output
    assert " ERROR " not in bot.output
    code, output = await once("verify", environment=environment)
    assert (code, output.splitlines()[-1]) == (0, "1 event, 12 submissions: 0 differences.")

    await change_a_score(empty_database_url)
    code, output = await once("verify", environment=environment)
    assert code == 1
    assert output.startswith("leaderboard_scores: personal best of player ")


async def play(discord: DiscordStub) -> None:
    """A week in the life of a server, as its members see it."""
    await create_event(discord, unit="points", max="500,000")
    assert await discord.autocomplete(ADMIN, "submit-score", "event", "BLITZ") == [{"name": EVENT, "value": EVENT}]

    players = [User(f"player{n}", display_name=f"Player {n}") for n in range(1, 12)]
    submissions = await asyncio.gather(
        *(discord.slash(player, "submit-score", event=EVENT, score=f"{n},000") for n, player in enumerate(players, 1))
    )
    for reply in submissions:
        assert not (await told(reply, "🎉")).ephemeral
    hasty = await discord.slash(players[0], "submit-score", event=EVENT, score="2,000")
    assert (await told(hasty, "You can submit again")).ephemeral

    board = await discord.slash(players[0], "leaderboard", event=EVENT)
    shown = await told(board, "page 1 of 2")
    assert "Player 11" in shown.text
    turned = await discord.click(players[0], shown, "›")
    assert await told(turned, "page 2 of 2") is shown

    asked = await told(await discord.slash(ADMIN, "weekly-reset", event=EVENT), "You can undo this.")
    closed = await discord.click(ADMIN, asked, "Close it now")
    assert "Player 11" in (await told(closed, "🏆")).text
    late = await discord.slash(ADMIN, "submit-score", event=EVENT, score="400,000")
    await told(late, ": this week is closed")


async def change_a_score(url: URL) -> None:
    database = Database(url)
    async with writing(database) as session:
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
    assert "\nDiscord now offers in every server: /help, /submit-score, " in everywhere[1]
    assert f"\nDiscord now offers in server {HOME.id}: /help, /submit-score, " in here[1]
    assert nowhere[0] == 2
    assert nowhere[1] == "The bot cannot run:\n  - The bot is not in server 1. Invite it there, then try again.\n"
    assert discord.gateway.identifies == []
    assert [described(one) for one in discord.commands[None]] == [described(one) for one in discord.commands[HOME.id]]
    commands = {one["name"]: described(one) for one in discord.commands[None]}
    assert commands["submit-score"] == {
        "score": (STRING, "required"),
        "event": (STRING, "autocomplete"),
        "proof": (STRING,),
        "screenshot": (ATTACHMENT,),
    }
    assert commands["leaderboard"] == {
        "event": (STRING, "required", "autocomplete"),
        "board": (STRING, "all-time", "week", "overall"),
        "week": (STRING, "autocomplete"),
        "season": (STRING, "autocomplete"),
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
        **dict.fromkeys(("first-week", "last-week"), (STRING, "autocomplete")),
    }
    assert commands["event"]["edit"]["event"] == (STRING, "required", "autocomplete")
    assert commands["event"]["archive"] == {"event": (STRING, "required", "autocomplete")}
    assert commands["events"] == {}
    assert all(one["contexts"] == [0] or not one["dm_permission"] for one in discord.commands[None])


async def test_on_a_dry_run_discord_is_told_of_nothing(discord: DiscordStub) -> None:
    assert (await once("sync", environment=discord.environment))[0] == 0
    kept, *others = discord.commands[None]
    discord.commands[None] = offered = [kept, others[0] | {"name": "ping"}]
    code, told = await once("sync", "--dry-run", environment=discord.environment)
    assert code == 0
    added, removed, rewritten, summary = told.splitlines()
    assert added.startswith("added: /")
    menus = {one["name"] for one in others if one["type"] != SLASH}
    assert menus == {"Submit this as a score", "Profile"}
    assert menus <= {*added.removeprefix("added: ").split(", ")}
    assert added.count("/") == len(others) - len(menus)
    assert (removed, rewritten) == ("removed: /ping", f"rewritten: /{kept['name']}")
    assert summary == f"Dry run: nothing is changed. It would change {len(others) + 2} commands."
    assert discord.commands[None] == offered


async def test_commands_that_a_server_shows_twice_are_taken_away(discord: DiscordStub) -> None:
    for arguments in ((), ("--guild", str(HOME.id))):
        assert (await once("sync", *arguments, environment=discord.environment))[0] == 0
    everywhere = discord.commands[None]
    code, output = await once("sync", "--guild", str(HOME.id), "--clear", environment=discord.environment)
    *_, told = output.splitlines()
    assert (code, told) == (0, f"Server {HOME.id} shows only the commands that every server has.")
    assert discord.commands == {None: everywhere, HOME.id: []}

    code, output = await once("sync", "--guild", "1", "--clear", environment=discord.environment)
    assert (code, "The bot is not in server 1." in output) == (2, True)
    code, output = await once("sync", "--clear", environment=discord.environment)
    assert (code, "--clear needs --guild ID" in output) == (2, True)
    assert discord.commands[None] == everywhere


def described(command: Json) -> Json:
    """Return the options of a command: type, whether they are required and autocompleted, choices; with subcommands."""
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


async def test_a_lost_connection_is_resumed_and_a_lost_session_begun_anew(
    discord: DiscordStub, environment: dict[str, str]
) -> None:
    async with running(discord, environment) as [bot]:
        await create_event(discord)
        await discord.gateway.drop()
        await told(await submit(discord, User("bob"), "100"), "🎉")
        assert len(discord.gateway.resumes) == 1

        await discord.gateway.invalidate()
        # The default gateway does not exist here: the bot identifies at the server that it was given.
        await discord.wait_ready()
        assert len(discord.gateway.identifies) == 2
        await told(await discord.slash(User("cy"), "leaderboard", event=EVENT), "bob")
        bot.terminate()
        await finish(bot)
    assert discord.refused == []


async def test_two_processes_count_each_submission_once(
    discord: DiscordStub, redis_url: str, database_url: URL
) -> None:
    # The recalculation lock is held until the end.
    environment = settings(discord, database_url, REDIS_URL=redis_url, ELO_DEBOUNCE_SECONDS="3600")
    async with running(discord, environment, bots=2) as bots:
        await create_event(discord)
        players = [User(f"player{n}") for n in range(10)]
        # Discord delivers to both and then, as after a lost connection, once more.
        replies = await asyncio.gather(*(submit(discord, player, "100") for player in players))
        await until(lambda: all(len(one.attempts) == 2 for one in replies), UNTIL_IT_HANGS, lambda: f"{replies}")
        # The process that did not count it only announces that an answer will follow.
        assert all(sorted(attempt["type"] for attempt in one.attempts) == [MESSAGE, DEFERRAL] for one in replies)
        await asyncio.gather(*(told(reply, "🎉") for reply in replies))
        await asyncio.gather(*(discord.redeliver(reply) for reply in replies))
        assert await count(database_url, ScoreSubmission.id) == len(replies)
        await told(await discord.slash(ADMIN, "leaderboard", event=EVENT), "10 players")
        async with Redis.from_url(redis_url) as redis:
            assert await redis.keys() == [b"elo_calculation_lock:1"]
        for bot in bots:
            bot.terminate()
        for bot in bots:
            assert await bot.wait_exit() == 0
    # Of several answers to one interaction, Discord accepts the first.
    assert {refusal.error.split()[1] for refusal in discord.refused} == {"40060"}
    code, output = await once("verify", environment=environment)
    assert (code, output.splitlines()[-1]) == (0, "1 event, 10 submissions: 0 differences.")

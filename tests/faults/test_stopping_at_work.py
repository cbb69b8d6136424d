"""A bot is told to stop while its commands cannot end: each user is told, and nothing is saved afterwards."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import URL, text, update

from bot.database.dialect import is_file
from bot.database.models import Event, ScoreSubmission, WeeklyRun
from bot.domain.clock import utc_now
from tests import tables
from tests.backends import ADMIN, EVENT, Clock, open_test_backend
from tests.faults.waiting import are_waiting
from tests.patience import SOON, limits
from tests.sessions import writing
from tests.tracing import untraced
from tests.wire.bots import (
    busy,
    count,
    create_event,
    finish,
    running,
    settings,
    submit,
    told,
)
from tests.wire.discord_stub import HOME, DiscordStub, Reply, User
from tests.wire.forked_bot import ForkedBot
from tests.wire.waiting import until_told

pytestmark = untraced

HASTY = limits(
    DIRECT_ANSWER_SECONDS=SOON, LAST_COMMANDS_SECONDS=SOON, LAST_RECALCULATIONS_SECONDS=SOON, CLOSE_SECONDS=SOON
)
"""Limits for a bot that soon asks for patience, and does not wait when it is told to stop."""
INTERRUPTED = "The bot is restarting and could not finish this."
TRY_AGAIN = "try again in a minute"


async def test_twenty_commands_in_flight_are_told_to_try_again(discord: DiscordStub, file_url: URL) -> None:
    async with running(discord, settings(discord, file_url, **HASTY)) as [bot]:
        await create_event(discord)
        async with busy(file_url):
            await stop_at_work(discord, bot)
            # The file stays locked until the end.
            assert await bot.wait_exit() == 0
    assert "without an answer" not in bot.output
    assert await count(file_url, ScoreSubmission.id) == 0


async def test_what_a_user_was_told_to_repeat_is_not_saved_afterwards(discord: DiscordStub, database_url: URL) -> None:
    async with running(discord, settings(discord, database_url, **HASTY)) as [bot]:
        await create_event(discord)
        async with busy(database_url):
            replies = await stop_at_work(discord, bot)
        assert await bot.wait_exit() == 0
    assert all(INTERRUPTED in reply.text for reply in replies)
    assert "without an answer" not in bot.output
    assert await count(database_url, ScoreSubmission.id) == 0


async def stop_at_work(discord: DiscordStub, bot: ForkedBot) -> list[Reply]:
    """Stop a bot that has twenty running commands, and check that each user is told."""
    replies = await asyncio.gather(*(submit(discord, User(f"player{n}"), "100") for n in range(20)))
    await asyncio.gather(*(reply.acknowledged() for reply in replies))
    bot.terminate()
    await asyncio.gather(*(told(reply, TRY_AGAIN) for reply in replies))
    assert all(message.ephemeral for reply in replies for message in reply.messages)
    assert discord.refused == []
    return replies


async def test_a_recalculation_of_a_locked_file_does_not_keep_the_bot(discord: DiscordStub, file_url: URL) -> None:
    async with open_test_backend(file_url) as backend:
        await backend.create_event()
        await backend.submit(1, 100)
        await backend.settle_ratings()
        await tables.execute(backend.database, update(Event).values(scores_version=Event.scores_version + 1))
    async with busy(file_url), running(discord, settings(discord, file_url, **HASTY)) as [bot]:
        # The sweep at the start waits for the file, and a score waits behind it.
        reply = await (await submit(discord, User("bob"), "200")).acknowledged()
        bot.terminate()
        await told(reply, INTERRUPTED)
        await finish(bot)


async def test_a_close_that_waits_for_its_event_does_not_keep_the_bot(discord: DiscordStub, database_url: URL) -> None:
    async with open_test_backend(database_url, Clock(utc_now() - timedelta(weeks=1))) as backend:
        await backend.create_event()
        await backend.submit(1, 100)
        await backend.settle_ratings()
        await backend.real.services.settings.change(ADMIN, closes_weeks=True, grace_minutes=0)
        async with busy(database_url), running(discord, settings(discord, database_url, **HASTY)) as [bot]:
            if not is_file(database_url):
                await until_told(lambda: are_waiting(backend.database, 1), "the close to wait")
            bot.terminate()
            await finish(bot)
        assert await tables.rows(backend.database, WeeklyRun) == []


async def test_whoever_presses_a_button_of_a_bot_that_goes_down_is_told(discord: DiscordStub, server_url: URL) -> None:
    async with open_test_backend(server_url) as backend:
        await backend.create_event(actor=replace(ADMIN, guild_id=HOME.id))
        for player in range(1, 13):
            await backend.submit(player, player, guild_id=HOME.id)
        async with running(discord, settings(discord, server_url, **HASTY)) as [bot]:
            watcher = User("cy")
            board = await told(await discord.slash(watcher, "leaderboard", event=EVENT), "page 1 of 2")
            async with writing(backend.database) as session:
                await session.execute(text("LOCK TABLE events IN ACCESS EXCLUSIVE MODE"))
                turned = await discord.click(watcher, board, "›")
                bot.terminate()
                assert (await told(turned, INTERRUPTED)).ephemeral
                await finish(bot)
            assert "page 1 of 2" in board.text

"""Discord's wire breaks under a separate bot process: no crash, no double counting, and no silent loss."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import URL

from bot.database.models import ScoreSubmission
from tests.patience import UNTIL_IT_HANGS
from tests.tracing import untraced
from tests.wire.bots import EVENT, count, create_event, settings, submit, told
from tests.wire.discord_stub import DiscordStub, Fault, Reply, User
from tests.wire.forked_bot import ForkedBot, forked
from tests.wire.waiting import until

pytestmark = untraced

BOB, WATCHER = User("bob"), User("cy")
COUNTED, LOST = "🎉", "Discord lost the answer."


@pytest.fixture
async def bot(discord: DiscordStub, file_url: URL) -> AsyncIterator[ForkedBot]:
    async with forked(discord, settings(discord, file_url)) as bot:
        await create_event(discord)
        yield bot
        assert await bot.stop() == 0
    assert "Traceback" not in bot.output


@pytest.mark.parametrize(
    ("how", "times", "words"),
    [
        (429, 1, COUNTED),
        (429, 3, COUNTED),
        (500, 1, COUNTED),
        (404, 1, LOST),
        (404, 2, None),
        (Fault.RESET_BEFORE, 1, LOST),
        (Fault.RESET_BEFORE, 2, None),
        (Fault.RESET_AFTER, 1, COUNTED),
    ],
)
async def test_a_reply_that_fails_is_made_good_or_its_score_is_found(
    discord: DiscordStub, bot: ForkedBot, file_url: URL, how: int | Fault, times: int, words: str | None
) -> None:
    discord.fail_next("/callback", how, times)
    reply = await submit(discord, BOB, "100")
    if words is None:
        await discord.wait_failed()
        await until_logged(bot, "an answer could not be delivered")
        assert reply.messages == []
    else:
        await told(reply, words)
    await told(await discord.slash(WATCHER, "leaderboard", event=EVENT), "bob")
    assert await count(file_url, ScoreSubmission.id) == 1


async def test_connections_that_end_in_the_middle_of_work_lose_nothing(
    discord: DiscordStub, bot: ForkedBot, file_url: URL
) -> None:
    replies: list[Reply] = []
    players = [User(f"player{n}") for n in range(12)]
    for number, player in enumerate(players):
        if number % 4 == 2:
            await discord.gateway.drop(4000)
        replies.append(await submit(discord, player, "100"))
    await asyncio.gather(*(told(reply, COUNTED) for reply in replies))
    assert len(discord.gateway.resumes) >= 1
    assert await count(file_url, ScoreSubmission.id) == len(players)


async def test_a_session_invalidated_in_the_middle_of_work_loses_nothing(
    discord: DiscordStub, bot: ForkedBot, file_url: URL
) -> None:
    replies = [await submit(discord, User(f"player{n}"), "100") for n in range(12)]
    # The bot has what Discord sent; the session ends before the answer.
    await discord.gateway.invalidate()
    await asyncio.gather(*(told(reply, COUNTED) for reply in replies))
    await discord.wait_ready()
    await told(await discord.slash(WATCHER, "leaderboard", event=EVENT), "12 players")
    assert await count(file_url, ScoreSubmission.id) == len(replies)


async def until_logged(bot: ForkedBot, words: str) -> None:
    await until(lambda: words in bot.output, UNTIL_IT_HANGS, lambda: f"{words!r} in the log")

"""An interaction is delivered more than once, at any time, and counted once."""

import asyncio

from sqlalchemy import URL

from bot.database.models import LeaderboardScore, ScoreSubmission
from tests.tracing import untraced
from tests.wire.bots import ADMIN, EVENT, busy, count, create_event, settings, submit, told
from tests.wire.discord_stub import DiscordStub, Fault, User
from tests.wire.forked_bot import forked

pytestmark = untraced

BOB = User("bob")
ALREADY_ACKNOWLEDGED = "40060"
ALREADY_COUNTED = "already been counted, once"


async def test_what_is_delivered_twice_before_it_is_answered_is_counted_once(
    discord: DiscordStub, database_url: URL
) -> None:
    async with forked(discord, settings(discord, database_url)) as bot:
        await create_event(discord)
        players = [User(f"player{n}") for n in range(8)]
        async with busy(database_url):
            replies = [await submit(discord, player, "100") for player in players]
            again = [asyncio.create_task(discord.redeliver(reply)) for reply in replies]
            # Commands that need no lock are answered meanwhile, and so are those that arrived before.
            await told(await discord.slash(ADMIN, "leaderboard", event=EVENT), "No scores yet")
            assert not any(reply.callback for reply in replies), "they were answered already"
        await asyncio.gather(*again)
        await asyncio.gather(*(reply.finished() for reply in replies))
        await told(await discord.slash(ADMIN, "leaderboard", event=EVENT), "8 players")
        assert await bot.stop() == 0
    assert all("🎉" in reply.text or ALREADY_COUNTED in reply.text for reply in replies)
    assert {refusal.error.split()[1] for refusal in discord.refused} == {ALREADY_ACKNOWLEDGED}
    assert await count(database_url, ScoreSubmission.id) == len(players)
    # Each player has a personal best and a weekly best.
    assert await count(database_url, LeaderboardScore.id) == 2 * len(players)


async def test_what_is_delivered_again_later_is_counted_once(discord: DiscordStub, database_url: URL) -> None:
    # The cooldown would refuse the repetition too, so switch it off.
    environment = settings(discord, database_url, SUBMIT_COOLDOWN_SECONDS="0")
    async with forked(discord, environment) as bot:
        await create_event(discord)
        reply = await submit(discord, BOB, "100")
        await told(reply, "🎉")
        assert ALREADY_ACKNOWLEDGED in (await discord.redeliver(reply)).error

        # The next score is counted, but the bot is killed before it can answer.
        discord.fail_next("/callback", Fault.SILENCE)
        unanswered = await submit(discord, BOB, "200")
        await discord.wait_failed()
        assert await count(database_url, ScoreSubmission.id) == 2
        await bot.kill()
    async with forked(discord, environment) as bot:
        assert ALREADY_ACKNOWLEDGED in (await discord.redeliver(reply)).error
        await discord.redeliver(unanswered)
        await told(unanswered, ALREADY_COUNTED)
        assert "200" in (await told(await discord.slash(BOB, "leaderboard", event=EVENT), "bob")).text
        assert await bot.stop() == 0
    assert await count(database_url, ScoreSubmission.id) == 2

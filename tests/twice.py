"""Two processes of the bot receive every command: check who tells the user what, with the bot's own limits.

`python -m tests.twice` prints, for immediate answers and for delayed first answers, in how many uses the user was told
once, and how many results the channel saw.
"""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Coroutine
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import URL

from bot.cogs._delivery import PRECEDENCE_SECONDS
from bot.domain.clock import utc_now
from tests import own_servers as servers
from tests.backends import ADMIN as BACKEND_ADMIN
from tests.backends import Clock, open_test_backend
from tests.databases import Templates
from tests.patience import at_its_own_limits
from tests.wire.bots import ADMIN, settings, told
from tests.wire.discord_stub import HOME, DiscordStub, Reply, User
from tests.wire.forked_bot import forked

MANY, AT_ONCE = 20, 4
HELD_UP_SECONDS = 0.3
PLAYER = User("bob")
DONE = {"rename": "Event changed", "reset": "🏆", "removal": "Score removed"}
"""The uses, and words that only their results contain."""
REFUSED = "⚠️"


async def count_told(url: URL, redis_url: str, *, held_up: bool) -> Counter[str]:
    """Use everything while two processes run, and count how users were told."""
    async with DiscordStub() as discord, open_test_backend(url, Clock(utc_now() - timedelta(weeks=1))) as backend:
        actor = replace(BACKEND_ADMIN, guild_id=HOME.id)
        for event in (f"{kind} {number}" for kind in DONE for number in range(MANY)):
            await backend.create_event(name=event, actor=actor)
            await backend.submit(PLAYER.id, 50, event, guild_id=HOME.id)
        environment = settings(discord, url, REDIS_URL=redis_url, **at_its_own_limits())
        async with forked(discord, environment), forked(discord, environment, already=1):
            return await _use_all(discord, held_up=held_up)


async def _use_all(discord: DiscordStub, *, held_up: bool) -> Counter[str]:
    questions = await _some_at_once(
        discord.invoke(ADMIN, "score remove", event=f"removal {number}", player=PLAYER) for number in range(MANY)
    )
    await asyncio.gather(*(told(question, "would leave the leaderboard") for question in questions))
    if held_up:
        began: dict[int, float] = {}
        discord.hold_first_answers_until(
            lambda reply: time.monotonic() >= began.setdefault(reply.id, time.monotonic()) + HELD_UP_SECONDS
        )
    uses: dict[str, list[Coroutine[Any, Any, Reply]]] = {
        "rename": [
            discord.invoke(ADMIN, "event edit", event=f"rename {number}", name=f"renamed {number}")
            for number in range(MANY)
        ],
        "reset": [discord.invoke(ADMIN, "weekly-reset", event=f"reset {number}") for number in range(MANY)],
        "removal": [discord.click(ADMIN, question, "Remove") for question in questions],
    }
    replies = {kind: await _some_at_once(doings, DONE[kind]) for kind, doings in uses.items()}
    # A process that has not done the work would speak by then.
    await asyncio.sleep(PRECEDENCE_SECONDS + 1)
    found: Counter[str] = Counter()
    for kind, its_replies in replies.items():
        for reply in its_replies:
            results = [message for message in reply.messages if DONE[kind] in message.text]
            found[f"{kind}: told once"] += len(results) == 1
            found[f"{kind}: seen by the channel"] += any(not message.ephemeral for message in results)
            found[f"{kind}: also told something else"] += any(REFUSED in message.text for message in reply.messages)
            found[f"{kind}: still waiting"] += any(message.loading for message in reply.messages)
    return found


async def _some_at_once(doings: Any, words: str | None = None) -> list[Reply]:
    """Run some actions at a time, and wait until each user is told."""
    places = asyncio.Semaphore(AT_ONCE)

    async def do(doing: Coroutine[Any, Any, Reply]) -> Reply:
        async with places:
            reply = await doing
            if words is not None:
                await told(reply, words)
            return reply

    return await asyncio.gather(*map(do, doings))


def wrong(found: Counter[str]) -> list[str]:
    """Return deviations from the expected: each user told once, by a result that the channel sees, and nothing else."""
    should = {"told once": MANY, "seen by the channel": MANY, "also told something else": 0, "still waiting": 0}
    return [f"{what}: {count}" for what, count in found.items() if count != should[what.partition(": ")[2]]]


def main() -> None:
    """Try both cases, on separate databases."""
    with ExitStack() as stack:
        os.environ[servers.DATABASE_VARIABLE] = stack.enter_context(servers.postgres_server())
        os.environ[servers.REDIS_VARIABLE] = stack.enter_context(servers.redis_server())
        templates = Templates(Path(stack.enter_context(TemporaryDirectory())))
        for held_up in (False, True):
            with templates.migrated("postgresql") as url, servers.redis_database() as redis_url:
                found = asyncio.run(count_told(url, redis_url, held_up=held_up))
            print("first answers held up:" if held_up else "answers at once:", flush=True)
            for what, count in found.items():
                print(f"  {what}: {count} of {MANY}", flush=True)
            if mistakes := wrong(found):
                raise SystemExit(f"not as it should be: {', '.join(mistakes)}")
        templates.close()


if __name__ == "__main__":
    main()

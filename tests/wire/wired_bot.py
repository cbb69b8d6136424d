"""The bot within the test's own process on a stub of Discord: a settable clock, comparable tables, complete checks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from sqlalchemy import URL

from bot.main import LeaderboardBot, running_commands
from bot.services.servers import Actor
from tests.backends import EVENT, TestBackend, open_test_backend
from tests.isolation import exposed
from tests.tables import contents

from .discord_people import JSON
from .discord_stub import AUTOCOMPLETE, HOME, MANAGE_SERVER, DiscordStub, Guild, Message, Reply, Role, User

ADMIN: Final = User("ada", MANAGE_SERVER, display_name="Ada")
OWNER: Final = User("olga", display_name="Olga")
"""The owner of the bot, who has no rights in any server."""
REFEREES: Final = HOME.roles[0]
JUDGES: Final = Role("Judges")
RIVALS: Final = Guild("Rivals", (JUDGES,))
"""Another server with the bot in it."""

CLOSE: Final = "Close it now"
"""The button of the question whether to close the current week early."""
_ELSEWHERE: Final = "Done. See below."
_NO_PINGS: Final[JSON] = {"parse": []}


class WiredBot:
    """A bot connected to a stub of Discord, and people who use it."""

    def __init__(self, discord: DiscordStub, backend: TestBackend) -> None:
        self.discord, self.backend = discord, backend
        self._replies_expected = self._refusals_expected = 0

    async def start(self) -> None:
        """Connect the bot, which has seen no earlier message."""
        real = self.backend.real
        self.client = LeaderboardBot(real.services, real.recalculator, real.jobs)
        self._running = asyncio.create_task(self.client.start(self.discord.token))
        await self.discord.wait_ready()

    async def stop(self) -> None:
        await self.client.close()
        await self._running

    async def settle(self) -> None:
        """Wait until all commands and buttons have finished their answers."""
        while running := running_commands():
            await asyncio.wait(running)

    async def sync(self) -> None:
        """Register the commands with Discord."""
        await self.client.tree.sync()

    async def use(self, user: User, command: str, /, *, guild: Guild | None = HOME, **options: Any) -> Reply:
        """Let someone use a command, and wait for the whole answer."""
        return await answered(await self.discord.slash(user, command, guild=guild, **options))

    async def create_event(self, name: str = EVENT, direction: str = "HIGH", **options: Any) -> Reply:
        """Let the admin create an event that holds no scores."""
        created = await self.use(ADMIN, "event create", name=name, direction=direction, **options)
        await self.use(ADMIN, "event edit", event=name, alarm="none")
        return created

    async def set(self, user: User, *, guild: Guild = HOME, **options: Any) -> Reply:
        """Let someone use `/settings`, whose options have hyphens in their names."""
        hyphened = {name.replace("_", "-"): value for name, value in options.items()}
        return await self.use(user, "settings", guild=guild, **hyphened)

    async def submit(self, user: User, score: str, event: str = EVENT, **options: Any) -> Reply:
        return await self.use(user, "submit-score", event=event, score=score, **options)

    async def reset(self, event: str = EVENT, **options: Any) -> Reply:
        """Let the admin close weeks, and confirm if asked."""
        asked = await self.use(ADMIN, "weekly-reset", event=event, **options)
        if CLOSE not in asked.final.labels:
            return asked
        return await (await self.discord.click(ADMIN, asked, CLOSE)).finished(messages=2)

    async def forge(self, user: User, kind: int, data: JSON, source: Message | None = None) -> Reply:
        """Let someone send what no client of Discord would send, and wait for the whole answer."""
        return await answered(await self.discord.deliver(kind, user, HOME, data, source))

    async def refused(self, doing: Coroutine[Any, Any, Reply]) -> str:
        """Let someone do what is refused, with a sentence for them only; check that nothing is written.

        Returns:
            The sentence.
        """
        before = await self.tables()
        reply = await doing
        assert all(message.ephemeral for message in reply.messages), reply
        assert reply.text.startswith("⚠️ "), reply
        assert await self.tables() == before, reply
        return reply.text.removeprefix("⚠️ ")

    async def tables(self) -> Any:
        """Every row of every table."""
        return await contents(self.backend.database)

    def expect_what_failed(self) -> None:
        """Expect all refusals of Discord so far, and unanswered users."""
        self._replies_expected, self._refusals_expected = len(self.discord.replies), len(self.discord.refused)

    def violations(self) -> list[str]:
        """Return what Discord would have refused, what may ping, and who was never answered."""
        replies, refused = (
            self.discord.replies[self._replies_expected :],
            self.discord.refused[self._refusals_expected :],
        )
        messages = [message for reply in replies for message in reply.messages]
        pinging = [f"{one} may ping" for one in messages if any(pings != _NO_PINGS for pings in one.allowed_mentions)]
        answers = [reply.callback["data"] for reply in replies if reply.callback and "data" in reply.callback]
        choices = [choice["name"] for answer in answers for choice in answer.get("choices", ())]
        shown = [choices, *(one.data for one in messages)]
        moving = [f"{text!r} moves what stands around it" for text in exposed(shown)]
        silent = [f"no answer: {one}" for one in replies if one.callback is None]
        loading = [f"only thinking: {one}" for one in messages if one.loading]
        return [*map(str, refused), *pinging, *moving, *silent, *loading]


async def answered(reply: Reply) -> Reply:
    """Wait for the final message of an answer, however late on a busy machine."""
    await reply.acknowledged()
    if reply.interaction["type"] == AUTOCOMPLETE:
        return reply
    await reply.finished()
    return await reply.finished(2) if reply.messages[0].content == _ELSEWHERE else reply


def actor(user: User, guild: Guild = HOME) -> Actor:
    """Return an admin as an actor, for what a test does without Discord."""
    return Actor(user.id, guild.id, manages_guild=True, role_ids=frozenset(), owns_bot=False)


@asynccontextmanager
async def open_wired_bot(url: URL, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> AsyncIterator[WiredBot]:
    """Connect the bot, on a database, to a stub of Discord, and check everything that it sends."""
    async with (
        DiscordStub(guilds=(HOME, RIVALS)) as discord,
        open_test_backend(url, bot_owner_id=OWNER.id, **settings) as backend,
    ):
        monkeypatch.setattr(Route, "BASE", discord.api_url)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(discord.gateway.url))
        wired = WiredBot(discord, backend)
        await wired.start()
        try:
            await wired.sync()
            yield wired
            assert wired.violations() == []
        finally:
            await wired.stop()
        assert await backend.differences() == []

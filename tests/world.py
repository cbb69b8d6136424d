"""The real discord.py bot in a simulated Discord: a test says in a line what a user did, and what is then seen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from discord import Embed, Permissions
from simcord import Env
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle
from simcord.results import InteractionResult, ResponseMessage
from sqlalchemy import URL

from bot.errors import LeaderboardError
from bot.main import LeaderboardBot
from tests.backends import Clock, TestBackend, open_test_backend


@dataclass(frozen=True)
class Seen:
    """What a user sees after what they did.

    Attributes:
        text: everything readable in the answer.
        is_private: whether nobody else sees it.
        message: the message, for clicks.
    """

    text: str
    is_private: bool
    message: ResponseMessage | None

    def __contains__(self, part: str) -> bool:
        return part in self.text


class World:
    """A server with a channel, an admin, members who are made when they are first named, and the bot."""

    def __init__(self, env: Env, backend: TestBackend, clock: Clock) -> None:
        self.env, self.backend, self.clock = env, backend, clock
        self.guild, self.channel = self.add_server("Arcade")
        self._errors_seen = 0
        self._members: dict[str, MemberActor] = {}
        self.admin = self.member("Admin", manage_guild=True)

    def add_server(self, name: str) -> tuple[GuildHandle, ChannelHandle]:
        guild = self.env.create_guild(name)
        return guild, guild.create_text_channel("general")

    def member(self, name: str, **permissions: bool) -> MemberActor:
        """The member of that name; permissions are given when it is made."""
        if name not in self._members:
            roles = []
            if permissions:
                roles.append(self.guild.create_role(f"role of {name}", permissions=Permissions(**permissions)))
            user = self.env.create_user(name.lower(), global_name=name)
            self._members[name] = self.guild.add_member(user, roles=roles)
        return self._members[name]

    async def use(self, who: str | MemberActor, command: str, /, **options: Any) -> Seen:
        """Have a member use a slash command, and see what they see."""
        actor = self.member(who) if isinstance(who, str) else who
        return seen(await actor.slash(self.channel, command, **options))

    async def create_event(self, name: str = "Tetris Blitz", direction: str = "HIGH", **options: Any) -> Seen:
        return await self.use(self.admin, "event create", name=name, direction=direction, **options)

    async def submit(
        self, who: str | MemberActor, score: str | float, event: str = "Tetris Blitz", **options: Any
    ) -> Seen:
        return await self.use(who, "submit-score", event=event, score=str(score), **options)

    async def reset(self, event: str = "Tetris Blitz", **options: Any) -> Seen:
        return await self.use(self.admin, "weekly-reset", event=event, **options)

    async def board(self, board: str = "all-time", event: str = "Tetris Blitz", who: str = "Watcher") -> Seen:
        return await self.use(who, "leaderboard", event=event, board=board)

    async def click(self, who: str | MemberActor, message: Seen, label: str) -> Seen:
        """Have a member click a button of a message."""
        assert message.message is not None
        actor = self.member(who) if isinstance(who, str) else who
        return seen(await actor.click(message.message, label=label))

    async def suggestions(self, who: str, command: str, option: str, typed: str, **filled: Any) -> list[str]:
        """What a member is offered while typing."""
        choices = await self.member(who).autocomplete(self.channel, command, option, typed, **filled)
        return [choice["name"] for choice in choices]

    def unexpected_errors(self) -> list[BaseException]:
        """Errors since the last look that are nobody's mistake."""
        new, self._errors_seen = self.env.errors[self._errors_seen :], len(self.env.errors)
        return [error for error in new if not isinstance(getattr(error, "original", error), LeaderboardError)]

    async def settle_ratings(self) -> None:
        """Let a window pass, after which the stored Elos are current."""
        await self.env.advance_time(31)


def seen(result: InteractionResult) -> Seen:
    """Return what the user of an interaction sees last: the follow-up, if there is one, else the answer."""
    message = result.followups[-1] if result.followups else result.response
    if message is None:
        return Seen("", is_private=True, message=None)
    return Seen(read(message), message.ephemeral, message)


def read(message: ResponseMessage) -> str:
    """Return everything readable in a message, a line each."""
    return "\n".join([message.content, *(line for embed in message.embeds for line in _lines(embed))]).strip()


def _lines(embed: Embed) -> list[str]:
    fields = [part for field in embed.fields for part in (field.name, field.value)]
    texts = [embed.title, embed.description, *fields, embed.footer.text]
    return [text for text in texts if text]


@asynccontextmanager
async def open_world(url: URL, **settings: Any) -> AsyncIterator[World]:
    """Put the bot, on a database, into a simulated Discord and make its commands known."""
    clock = Clock()
    async with open_test_backend(url, clock, **settings) as backend:
        bot = LeaderboardBot(backend.real.services, backend.real.recalculator)
        env = Env(bot, shard_count=1, check_errors=False)
        await env.start()
        try:
            await bot.tree.sync()
            world = World(env, backend, clock)
            yield world
            assert world.unexpected_errors() == []
        finally:
            await env.shutdown()

"""The real discord.py bot in a simulated Discord.

Each step of a test is one line: a user's action, followed by what is then visible.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from discord import Locale, Message, Permissions
from discord.app_commands import AppCommand
from simcord import Env, actors
from simcord.actors import MemberActor
from simcord.backend import serializers
from simcord.builders import RoleHandle, UserHandle
from simcord.results import InteractionResult
from sqlalchemy import URL, update

from bot.cogs import UNDELIVERED
from bot.database.models import Event
from bot.errors import LeaderboardError
from bot.main import LeaderboardBot
from bot.services.servers import Actor
from tests.backends import EVENT, Clock, TestBackend, open_test_backend
from tests.real_time import RealTimeEnv
from tests.seen import Seen, read, seen
from tests.tables import contents, execute
from tests.traffic import Traffic

CLOSE = "Close it now"
"""The button of the question whether to close the current week early."""


class Server:
    """A server with a channel, an admin, and members who are created when they are first named.

    It offers everyone the commands of admins, too, so that the bot has to refuse them.
    """

    def __init__(self, env: Env, name: str, commands: Sequence[AppCommand]) -> None:
        self.env = env
        self.guild = env.create_guild(name)
        for command in commands:
            self.guild.set_command_permissions(command, {self.guild.default_role: True})
        self.channel = self.guild.create_text_channel("general")
        self._members: dict[str, MemberActor] = {}
        self.admin = self.member(f"Admin of {name}", manage_guild=True)

    def member(
        self,
        name: str,
        *,
        role: RoleHandle | None = None,
        user: UserHandle | None = None,
        nick: str | None = None,
        **permissions: bool,
    ) -> MemberActor:
        """Return the member with that name; role, user, nickname and permissions apply when it is created."""
        if name not in self._members:
            roles = [role] if role is not None else []
            if permissions:
                roles.append(self.guild.create_role(f"role of {name}", permissions=Permissions(**permissions)))
            user = user or self.env.create_user(name.lower(), global_name=name)
            self._members[name] = self.guild.add_member(user, roles=roles, nick=nick)
        return self._members[name]


class World(Server):
    """A server with the bot in it, further servers on demand, and the database."""

    def __init__(self, env: RealTimeEnv, backend: TestBackend, clock: Clock, commands: Sequence[AppCommand]) -> None:
        super().__init__(env, "Arcade", commands)
        self._commands = commands
        self.env: RealTimeEnv = env
        self.backend, self.clock = backend, clock
        self._servers: dict[int, Server] = {self.guild.id: self}
        self._errors_seen = 0
        self._may_be_silent = False
        self._answered = asyncio.Event()
        self._answered.set()
        self.traffic = Traffic(env.backend)
        env.backend.transcript = self.traffic

    @property
    def bot(self) -> LeaderboardBot:
        assert isinstance(self.env.bot, LeaderboardBot)
        return self.env.bot

    def add_server(self, name: str) -> Server:
        server = Server(self.env, name, self._commands)
        self._servers[server.guild.id] = server
        return server

    async def use(self, who: str | MemberActor, command: str, /, **options: Any) -> Seen:
        """Let a member use a slash command, and return what is then visible."""
        actor = self._actor(who)
        result = await actor.slash(self._servers[actor.guild.id].channel, command, **options)
        await self._answered.wait()
        return seen(result)

    async def use_in_direct_message(self, who: MemberActor, command: str, /, **options: Any) -> Seen:
        """Let a user try a slash command in a direct message to the bot."""
        return seen(await who.user.slash(command, **options))

    async def create_event(self, name: str = EVENT, direction: str = "HIGH", **options: Any) -> Seen:
        """Let the admin create an event, which holds no scores unless `holds` is true."""
        holds = options.pop("holds", False)
        made = await self.use(self.admin, "event create", name=name, direction=direction, **options)
        if not holds:
            await execute(self.backend.database, update(Event).values(alarm_elo=None))
        return made

    async def submit(self, who: str | MemberActor, score: str | float, event: str = EVENT, **options: Any) -> Seen:
        # With nine decimals, no number is read as thousands.
        text = f"{score:.9f}" if isinstance(score, float) else str(score)
        return await self.use(who, "submit-score", event=event, score=text, **options)

    async def submit_all(self, scores: Mapping[str, float], event: str = EVENT) -> None:
        """Submit a score for each of some members, one second apart."""
        for who, score in scores.items():
            assert not (await self.submit(who, score, event)).is_private
            self.clock.move(seconds=1)

    async def reset(self, event: str = EVENT, **options: Any) -> Seen:
        """Let the admin close weeks, and confirm if asked."""
        asked = await self.use(self.admin, "weekly-reset", event=event, **options)
        return await self.click(self.admin, asked, CLOSE) if CLOSE in asked.buttons else asked

    async def begin_again(self, event: str = EVENT) -> Seen:
        """Let the admin begin a new season of an event, and confirm."""
        asked = await self.use(self.admin, "event begin-again", event=event)
        return await self.click(self.admin, asked, "Begin again")

    async def board(self, board: str = "all-time", event: str = EVENT, who: str | MemberActor = "Watcher") -> Seen:
        return await self.use(who, "leaderboard", event=event, board=board)

    async def click(self, who: str | MemberActor, message: Seen, label: str) -> Seen:
        """Let a member click a button of a message."""
        assert message.message is not None
        result = await self._actor(who).click(message.message, label=label)
        await self._answered.wait()
        return seen(result)

    async def open_modal(self, who: str | MemberActor, message: Seen, label: str) -> InteractionResult:
        """Let a member click a button that opens a modal."""
        assert message.message is not None
        return await self._actor(who).click(message.message, label=label)

    async def open_menu(self, who: str | MemberActor, menu: str, message: Message) -> InteractionResult:
        """Let a member use the context menu of a message, which opens a modal."""
        actor = self._actor(who)
        return await actor.context_menu(self._servers[actor.guild.id].channel, menu, message)

    async def fill_in(self, who: str | MemberActor, asked: InteractionResult, /, **values: Any) -> Seen:
        """Let a member fill in a modal, and return what is then visible."""
        result = await self._actor(who).submit_modal(asked, values)
        await self._answered.wait()
        return seen(result)

    def speak(self, who: MemberActor, language: Locale) -> None:
        """Set the language of a member's Discord; the default is American English."""
        emit = self.env.backend.emit

        def emit_in_language(name: str, payload: Mapping[str, Any]) -> None:
            is_theirs = name == "INTERACTION_CREATE" and payload["member"]["user"]["id"] == str(who.id)
            emit(name, {**payload, "locale": str(language)} if is_theirs else payload)

        setattr(self.env.backend, "emit", emit_in_language)  # noqa: B010 - mypy takes no new method

    async def suggestions(
        self, who: str | MemberActor, command: str, option: str, typed: str = "", **filled: Any
    ) -> list[str]:
        """Return the suggestions for a member who is typing."""
        actor = self._actor(who)
        channel = self._servers[actor.guild.id].channel
        return [choice["name"] for choice in await actor.autocomplete(channel, command, option, typed, **filled)]

    async def restart_bot(self, *, owner_id: int | None = None) -> None:
        """Stop the bot, and start another one, which has seen no earlier message; `owner_id` changes the owner."""
        real = self.backend.real
        await self.env.restart_bot(
            LeaderboardBot(replace(real.services, owner_id=owner_id), real.recalculator, real.jobs)
        )

    def forget_server(self) -> None:
        """Let the bot know of the server only that there is one, as just after a start."""
        unavailable: Any = {"id": str(self.guild.id), "unavailable": True}
        self.bot._connection._add_guild_from_data(unavailable)

    async def at_once(self, *doings: Coroutine[Any, Any, Seen]) -> list[Seen]:
        """Let several members act before the bot has answered any of them."""
        self.env.waits = False
        self._answered.clear()
        tasks = [asyncio.create_task(doing) for doing in doings]
        await asyncio.sleep(0)
        self.env.waits = True
        await self.env.settle()
        self._answered.set()
        return await asyncio.gather(*tasks)

    async def deliver_again(self) -> None:
        """Let Discord deliver the latest interaction a second time, as it may after a lost connection."""
        payload = next(
            payload for _, name, payload in reversed(self.env.backend.transcript) if name == "INTERACTION_CREATE"
        )
        self.env.backend.emit("INTERACTION_CREATE", payload)
        await self.env.settle()

    async def refused(self, doing: Coroutine[Any, Any, Seen]) -> str:
        """Let a member do what is refused, with a sentence that only they see; check that nothing is written.

        Returns:
            The sentence.
        """
        before = await self.tables()
        result = await doing
        assert result.is_private, f"everyone sees: {result.public}"
        assert result.alone.startswith("⚠️ "), result.alone
        assert result.alone.endswith((".", "?", ")")), result.alone
        assert await self.tables() == before
        return result.alone.removeprefix("⚠️ ")

    def as_actor(self) -> Actor:
        """Return the admin as an actor, for what a test does without Discord."""
        return Actor(self.admin.id, self.guild.id, manages_guild=True, role_ids=frozenset(), owns_bot=False)

    def channel_seen_by(self, who: str) -> str:
        """Return all text in the channel that a member can see, from the first message on."""
        messages = self.channel.history(viewer=self.member(who))
        return "\n".join(read(message) for message in messages)

    async def tables(self) -> Any:
        """Every row of every table."""
        return await contents(self.backend.database)

    async def offer_commands_in_direct_messages(self) -> None:
        """Let Discord offer the commands in direct messages, as an outdated copy of them would."""
        for command in self.bot.tree.get_commands():
            command.guild_only, command.allowed_contexts = False, None
        await self.bot.tree.sync()

    def fail_discord(self, method: str, path: str, *, status: int, code: int = 0, times: int = 1) -> None:
        """Let Discord refuse requests of the bot."""
        self.expect_silence()
        self.env.inject_error(method, path, status=status, code=code, times=times)

    def expect_silence(self) -> None:
        """Allow users to be left without an answer in this test."""
        self._may_be_silent = True

    def unexpected_errors(self) -> list[BaseException]:
        """Return errors since the last call that nobody has caused by a mistake or a configured failure of Discord."""
        new, self._errors_seen = self.env.errors[self._errors_seen :], len(self.env.errors)
        expected = (LeaderboardError, *UNDELIVERED) if self._may_be_silent else LeaderboardError
        return [error for error in new if not isinstance(getattr(error, "original", error), expected)]

    def unanswered(self) -> list[str]:
        """Return commands and clicks that were never answered, or only with "thinking"."""
        if self._may_be_silent:
            return []
        used = self.env.backend.interactions.values()
        return [f"/{one.command_name}" for one in used if not one.responded or one.loading]

    async def settle_ratings(self) -> None:
        """Let a window pass, after which the stored Elos are current."""
        await self.env.advance_time(31)

    def _actor(self, who: str | MemberActor) -> MemberActor:
        return self.member(who) if isinstance(who, str) else who


def _without_shown_files(backend: Any, message: Any, **given: Any) -> dict[str, Any]:
    """Return a message as Discord sends it with a click: files shown by components are not attachments."""
    payload = dict(serializers.message_payload(backend, message, **given))
    return payload | ({"attachments": []} if payload["components"] else {})


@asynccontextmanager
async def open_world(url: URL, **settings: Any) -> AsyncIterator[World]:
    """Put the bot, on a database, into a simulated Discord and register its commands."""
    clock, of_clicks = Clock(), SimpleNamespace(**vars(serializers) | {"message_payload": _without_shown_files})
    async with open_test_backend(url, clock, **settings) as backend:
        bot = LeaderboardBot(backend.real.services, backend.real.recalculator, backend.real.jobs)
        env = RealTimeEnv(bot, shard_count=1, check_errors=False)
        simulation = pytest.MonkeyPatch()
        simulation.setattr(actors, "serializers", of_clicks)
        await env.start()
        try:
            world = World(env, backend, clock, await bot.tree.sync())
            yield world
            assert world.unexpected_errors() == []
            assert world.traffic.violations == []
            assert world.unanswered() == []
        finally:
            await env.shutdown()
            simulation.undo()

"""A stub of Discord on loopback, for a bot in a separate process: HTTP API, gateway, and people who use the bot.

    async with (
        DiscordStub() as discord,
        BotProcess("run", env={**discord.environment, "DATABASE_URL": url}) as bot,
    ):
        await bot.while_running(discord.wait_ready())
        reply = await discord.slash(User("ada"), "submit-score", event="Tetris Blitz", score="12,345")
        await reply.finished()
        assert "🎉" in reply.text
        assert discord.refused == []

It refuses what Discord refuses: a late or repeated acknowledgement, a text that is too long, a privileged intent.
It does not check who may use a command, which each server decides in Discord, nor the bounds of an option.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import web

from tests.patience import UNTIL_IT_HANGS

from .discord_channels import Channels, Members
from .discord_faults import Fault
from .discord_gateway import Gateway
from .discord_http import AUTOCOMPLETE, COMMAND, COMPONENT, MAX_UPLOAD, Exchange, HttpApi
from .discord_interactions import command as command_data
from .discord_interactions import place
from .discord_limits import walk
from .discord_messages import Message, Reply
from .discord_people import (
    JSON,
    MANAGE_SERVER,
    SEND_MESSAGES,
    VIEW_CHANNEL,
    Channel,
    Guild,
    Role,
    Upload,
    User,
    snowflake,
)
from .waiting import until

__all__ = [
    "AUTOCOMPLETE",
    "COMMAND",
    "COMPONENT",
    "HOME",
    "MANAGE_SERVER",
    "Channel",
    "DiscordStub",
    "Exchange",
    "Fault",
    "Guild",
    "Message",
    "Reply",
    "Role",
    "User",
]

HOME: Final = Guild("Home", (Role("Referees"),))
"""The default guild of the stub, in which people act unless a test names another one."""

TOKEN: Final = "stub-token"

_BUTTON: Final = 2


class DiscordStub:
    """A stub of Discord; ``acknowledge_within`` and ``heartbeat_interval`` are in seconds.

    The interval defaults to Discord's. The time for an acknowledgement is longer than Discord's, because a busy machine
    would exceed that.
    """

    def __init__(
        self,
        token: str = TOKEN,
        *,
        guilds: Iterable[Guild] = (HOME,),
        acknowledge_within: float = UNTIL_IT_HANGS,
        heartbeat_interval: float = 41.25,
        shards: int = 1,
    ) -> None:
        self.token = token
        self.bot = User("leaderboard", is_bot=True)
        self.owner = User("owner")
        self.acknowledge_within = acknowledge_within
        self.api_url = ""
        self._guilds = {guild.id: guild for guild in guilds}
        self.gateway = Gateway(token, self.bot, self._guilds, heartbeat_interval)
        self._http = HttpApi(token, self.bot, self.owner, self._guilds, shards)
        self._uploads: dict[str, Upload] = {}

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=MAX_UPLOAD)
        app.add_subapp("/api/v10", self._http.application())
        app.router.add_get("/", self.gateway.handle)
        app.router.add_get("/uploads/{id}", self._hand_out)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        port = self._runner.addresses[0][1]
        self.api_url = f"http://127.0.0.1:{port}/api/v10"
        self.gateway.url = self._http.gateway_url = f"ws://127.0.0.1:{port}/"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            error.add_note(f"Discord refused: {self.refused}")
        await self.gateway.drop(1001)
        await self._runner.cleanup()

    @property
    def environment(self) -> dict[str, str]:
        """The settings that connect a bot to this stub."""
        return {"DISCORD_TOKEN": self.token, "DISCORD_API_URL": self.api_url}

    @property
    def commands(self) -> dict[int | None, list[JSON]]:
        """The synced commands by guild id; global commands are under None."""
        return self._http.commands

    @property
    def exchanges(self) -> list[Exchange]:
        """Every request by the bot with its answer, in order."""
        return self._http.exchanges

    @property
    def replies(self) -> list[Reply]:
        """The replies to all delivered interactions, in order."""
        return list(self._http.replies.values())

    @property
    def members(self) -> Members:
        """The roles that the bot has given, by guild."""
        return self._http.members

    @property
    def channels(self) -> Channels:
        """The bot's messages in channels, and the channels that the bot cannot write to."""
        return self._http.channels

    @property
    def refused(self) -> list[Exchange]:
        return [exchange for exchange in self.exchanges if exchange.error]

    @property
    def intents(self) -> int:
        """The intents of the last IDENTIFY."""
        return int(self.gateway.identifies[-1]["intents"])

    def fail_next(self, path: str, how: int | Fault, times: int = 1) -> None:
        """Make the next requests whose path contains ``path`` fail; a 429 asks the bot to retry after 0.1 s."""
        self._http.faults.due += [(path, how)] * times

    def hold_first_answers_until(self, happened: Callable[[Reply], bool]) -> None:
        """Delay the first acknowledgement of each interaction until ``happened``; later ones may overtake it."""
        self._http.first_answer_waits_for = happened

    async def wait_failed(self) -> None:
        """Wait until all scheduled faults have begun."""
        due = self._http.faults
        await until(lambda: not due.due, UNTIL_IT_HANGS, lambda: f"requests to fail: {due}")

    def lead_bots_to(self, gateway_url: str) -> None:
        """Return another gateway URL to bots that ask for it from here on."""
        self._http.gateway_url = gateway_url

    async def replace_token(self, token: str) -> None:
        """Replace the accepted token, and end all connections."""
        self.token = self._http.token = self.gateway.token = token
        await self.gateway.drop(code=4004)

    async def wait_ready(self, bots: int = 1) -> None:
        """Wait until this many processes have connected all their shards and know their guilds."""
        wanted = bots * self._http.shards
        await until(
            lambda: self.gateway.connected() >= wanted, UNTIL_IT_HANGS, lambda: f"a bot; it asked {self.exchanges}"
        )

    async def wait_gone(self, left: int = 0) -> None:
        """Wait until at most ``left`` bots are connected."""
        most = left * self._http.shards
        await until(lambda: self.gateway.connected() <= most, UNTIL_IT_HANGS, lambda: "the bot to disconnect")

    async def guild(self, name: str, *roles: Role) -> Guild:
        """Create a guild, and let the connected bots join it."""
        guild = Guild(name, roles)
        await self.join(guild)
        return guild

    async def join(self, guild: Guild) -> None:
        """Let the connected bots join a guild."""
        self._guilds[guild.id] = guild
        await self.gateway.dispatch("GUILD_CREATE", guild.payload(self.bot), guild)

    async def slash(self, user: User, command: str, /, *, guild: Guild | None = HOME, **options: Any) -> Reply:
        """Run a command, such as "submit-score" or "event create", and wait until it is acknowledged.

        ``guild=None`` means a direct message. Raise AssertionError if Discord refuses the acknowledgement, or if
        Discord's own client would not let the user send this.
        """
        return await (await self.invoke(user, command, guild=guild, **options)).acknowledged()

    async def invoke(self, user: User, command: str, /, *, guild: Guild | None = HOME, **options: Any) -> Reply:
        """Run a command like slash(), without waiting for the bot; bytes become a file that the user attaches."""
        given = {name: self._upload(value) if isinstance(value, bytes) else value for name, value in options.items()}
        data = command_data(command.split(), given, self._offered(guild))
        return await self.deliver(COMMAND, user, guild, data)

    def _upload(self, content: bytes) -> Upload:
        upload = Upload(self.api_url.replace("/api/v10", "/uploads"), content)
        self._uploads[str(upload.id)] = upload
        return upload

    async def _hand_out(self, request: web.Request) -> web.Response:
        return web.Response(body=self._uploads[request.match_info["id"]].content)

    async def autocomplete(
        self,
        user: User,
        command: str,
        option: str,
        typed: str,
        /,
        *,
        guild: Guild | None = HOME,
        **others: Any,
    ) -> list[JSON]:
        """Return the bot's suggestions for a text typed into an option, as ``{"name": …, "value": …}``."""
        data = command_data(command.split(), {**others, option: typed}, self._offered(guild), focused=option)
        reply = await (await self.deliver(AUTOCOMPLETE, user, guild, data)).acknowledged()
        assert reply.callback is not None
        return list(reply.callback["data"]["choices"])

    async def click(self, user: User, target: Reply | Message, control: str, values: Iterable[str] = ()) -> Reply:
        """Click a button, given by label or custom id, or choose ``values`` in a menu; wait like slash()."""
        message = target if isinstance(target, Message) else target.final
        assert not message.ephemeral or user.id == message.to.id, f"{user.name} does not see this message"
        enabled = [one for one in walk(message.components) if "custom_id" in one and not one.get("disabled")]
        found = [one for one in enabled if control in (one["custom_id"], one.get("label"))]
        assert len(found) == 1, f"{control!r} is not exactly one of {enabled}"
        data: JSON = {"custom_id": found[0]["custom_id"], "component_type": found[0]["type"]}
        if found[0]["type"] != _BUTTON:
            data["values"] = list(values)
        return await (await self.deliver(COMPONENT, user, message.guild, data, message)).acknowledged()

    async def deliver(
        self, kind: int, user: User, guild: Guild | None, data: JSON, source: Message | None = None
    ) -> Reply:
        """Deliver an interaction with any data, including data that no client of Discord would send."""
        interaction = {
            "id": str(snowflake()),
            "application_id": str(self.bot.id),
            "type": kind,
            "token": f"interaction-{snowflake()}",
            "version": 1,
            "data": data,
            "locale": "en-US",
            "app_permissions": str(VIEW_CHANNEL | SEND_MESSAGES | _of_bot(guild)),
            "entitlements": [],
            "attachment_size_limit": MAX_UPLOAD,
            **place(user, guild),
            **({} if source is None else {"message": source.data}),
        }
        reply = Reply(interaction, user, guild, source, self.acknowledge_within)
        self._http.replies[str(interaction["token"])] = reply
        await self._send(reply)
        return reply

    async def redeliver(self, reply: Reply) -> Exchange:
        """Deliver the same interaction again, and wait for the bot's answer and for Discord's reaction to it."""
        path = f"/interactions/{reply.id}/"
        before = len(self.exchanges)
        await self._send(reply)

        def answers() -> list[Exchange]:
            return [exchange for exchange in self.exchanges[before:] if exchange.path.startswith(path)]

        # An answer that Discord refuses as too late counts too.
        await until(lambda: bool(answers()), UNTIL_IT_HANGS, lambda: f"an answer to {path} again")
        return answers()[0]

    def _offered(self, guild: Guild | None) -> list[JSON]:
        local = [] if guild is None else self.commands.get(guild.id, [])
        return local + self.commands.get(None, [])

    async def _send(self, reply: Reply) -> None:
        reply.delivered_at = time.monotonic()
        reached = await self.gateway.dispatch("INTERACTION_CREATE", reply.interaction, reply.guild)
        assert reached, "no bot is connected"


def _of_bot(guild: Guild | None) -> int:
    """Return the permissions of the bot's own role in a guild."""
    return 0 if guild is None or guild.bot_role is None else guild.bot_role.permissions

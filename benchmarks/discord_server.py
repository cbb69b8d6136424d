"""A minimal Discord on loopback for measurements: as much of its wire as a bot needs, as cheap as possible.

It checks nothing; the stub that checks is `tests.wire.discord_stub`. It answers as Discord documents, so that
discord.py follows its usual path: a callback with `with_response` gets the sent message back. The only latency is the
machine's. Bots run in separate processes; this server and the users run in the benchmark's process.
"""

import asyncio
import json
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import WSMsgType, web

from tests.wire.discord_interactions import command, place
from tests.wire.discord_limits import COMPONENTS
from tests.wire.discord_people import JSON, Guild, User, snowflake
from tests.wire.process import BotProcess

COMMAND, AUTOCOMPLETE = 2, 4
_DEFERRED, _CHOICES = 5, 8
_DISPATCH, _HEARTBEAT, _IDENTIFY, _HELLO, _ACK = 0, 1, 2, 10, 11
_EPHEMERAL = 1 << 6
_LONGEST_WAIT_SECONDS = 120.0
TOKEN = "benchmark-token"


@dataclass(slots=True, eq=False)
class Use:
    """One use of a command, and its outcome.

    Attributes:
        sent_at: when the interaction was sent, by `time.perf_counter`.
        acknowledged_after: seconds until the callback, which may be a deferral, arrived.
        answered_after: seconds until the first message or choices arrived.
        answer: that message or those choices, as sent.
    """

    interaction: JSON
    done: asyncio.Future[None]
    sent_at: float = 0.0
    acknowledged_after: float = 0.0
    answered_after: float = 0.0
    answer: JSON = field(default_factory=dict)

    @property
    def content(self) -> str:
        """The text of the answer; empty if the answer consists only of components, embeds or choices."""
        return self.answer.get("content") or ""

    def is_granted(self) -> bool:
        """Return whether the bot did what the user asked.

        The bot's refusals begin with a sign. A question is private and has buttons.
        """
        is_private = self.answer.get("flags", 0) & _EPHEMERAL
        return not self.content.startswith("⚠️") and not (is_private and self.answer.get("components"))


class _Program(BotProcess):
    """A bot that runs in the given interpreter."""

    def __init__(self, python: str, module: str, arguments: tuple[str, ...], settings: dict[str, str]) -> None:
        super().__init__(*arguments, env=settings, module=module)
        self._command = (python, "-m", module, *arguments)


class DiscordServer:
    """Serves one bot after the other, with one shard; entering the context opens the port.

    Attributes:
        posted: the channels in which a message was posted, with the time of `time.perf_counter`.
        refused: how many requests exceeded the limit.
    """

    def __init__(self, guilds: Iterable[Guild], requests_a_second: int | None = None) -> None:
        """Make a bot a member of these servers, and accept this many requests a second; None for no limit.

        As on Discord, answers to interactions do not count.
        """
        self._guilds = tuple(guilds)
        self._requests_a_second = requests_a_second
        self._second, self._requests = 0, 0
        self.posted: list[tuple[int, float]] = []
        self.refused = 0
        self._bot = User("leaderboard", is_bot=True)
        self._uses: dict[str, Use] = {}
        self._connection: web.WebSocketResponse | None = None
        self._sequence = 0
        self._ready = asyncio.Event()
        self._address = ""

    @property
    def api_url(self) -> str:
        """The URL for the bot."""
        return f"http://{self._address}/api/v10"

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._handle), shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._address = f"127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    @asynccontextmanager
    async def bot(
        self, module: str, *arguments: str, python: str = sys.executable, **settings: str
    ) -> AsyncIterator[BotProcess]:
        """Run `python -m module arguments …` until it is connected, and end it as an operator does.

        Args:
            module: the module to run.
            arguments: the arguments of the program.
            python: the interpreter.
            settings: the environment; `PYTHONPATH` can name another checkout to run.

        Raises:
            AssertionError: the program did not end cleanly.
        """
        where = {"DISCORD_TOKEN": TOKEN, "DISCORD_API_URL": self.api_url}
        async with _Program(python, module, arguments, where | settings) as process:
            await process.while_running(asyncio.wait_for(self._ready.wait(), _LONGEST_WAIT_SECONDS))
            yield process
            process.terminate()
            # The bare bot is ended by the signal itself.
            assert await process.wait_exit() in (0, -signal.SIGTERM)

    async def use(self, user: User, guild: Guild, name: str, **options: Any) -> Use:
        """Let a user use a command, and wait for the answer."""
        return await self._deliver(COMMAND, user, guild, command(name.split(), options, []))

    async def type(self, user: User, guild: Guild, name: str, option: str, typed: str) -> Use:
        """Let a user type into an option of a command, and wait for the suggestions."""
        return await self._deliver(AUTOCOMPLETE, user, guild, command([name], {option: typed}, [], focused=option))

    async def _deliver(self, kind: int, user: User, guild: Guild, data: JSON) -> Use:
        token = f"interaction-{snowflake()}"
        interaction: JSON = {
            "id": str(snowflake()),
            "application_id": str(self._bot.id),
            "type": kind,
            "token": token,
            "version": 1,
            "data": data,
            "locale": "en-US",
            "app_permissions": "0",
            "entitlements": [],
            "attachment_size_limit": 10 * 2**20,
            **place(user, guild),
        }
        use = self._uses[token] = Use(interaction, asyncio.get_running_loop().create_future())
        try:
            use.sent_at = time.perf_counter()
            await self._dispatch("INTERACTION_CREATE", interaction)
            async with asyncio.timeout(_LONGEST_WAIT_SECONDS):
                await use.done
        finally:
            del self._uses[token]
        return use

    async def _dispatch(self, event: str, data: JSON) -> None:
        assert self._connection is not None, "no bot is connected"
        self._sequence += 1
        await self._connection.send_str(json.dumps({"op": _DISPATCH, "s": self._sequence, "t": event, "d": data}))

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        arrived = time.perf_counter()
        match request.path.removeprefix("/api/v10").split("/")[1:]:
            case ["interactions", _, token, "callback"]:
                body = self._call_back(token, arrived, await request.json())
            case ["webhooks", _, token, *_]:
                body = self._follow_up(token, arrived, await request.json())
            case [""]:
                return await self._gateway(request)
            case _ if not self._has_room(arrived):
                return _too_many(self._second + 1 - arrived)
            case ["channels", channel_id, "messages"]:
                self.posted.append((int(channel_id), arrived))
                body = self._message(channel_id, await request.json())
            case ["users", "@me"]:
                body = self._bot.payload()
            case ["gateway", "bot"]:
                limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
                body = {"url": f"ws://{self._address}/", "shards": 1, "session_start_limit": limit}
            case _:
                body = self._about()
        return _json(body)

    def _has_room(self, arrived: float) -> bool:
        """Count a request in its second, and tell whether it is within the limit."""
        if self._second != (second := int(arrived)):
            self._second, self._requests = second, 0
        self._requests += 1
        has_room = self._requests_a_second is None or self._requests <= self._requests_a_second
        self.refused += not has_room
        return has_room

    def _call_back(self, token: str, arrived: float, body: JSON) -> JSON:
        use = self._uses[token]
        use.acknowledged_after = arrived - use.sent_at
        told: JSON = {"interaction": {"id": use.interaction["id"], "type": use.interaction["type"]}}
        if body["type"] == _CHOICES:
            _settle(use, arrived, body["data"])
            return told
        data = body.get("data") or {}
        if body["type"] != _DEFERRED:
            _settle(use, arrived, data)
        return told | {
            "resource": {"type": body["type"], "message": self._message(use.interaction["channel_id"], data)}
        }

    def _follow_up(self, token: str, arrived: float, body: JSON) -> JSON:
        use = self._uses.get(token)
        if use is None:
            # This is the public answer below a private "Done"; the user already has that.
            return self._message(self._guilds[0].channel.id, body)
        _settle(use, arrived, body)
        return self._message(use.interaction["channel_id"], body)

    def _message(self, channel_id: int | str, data: JSON) -> JSON:
        return {
            "id": str(snowflake()),
            "channel_id": str(channel_id),
            "type": 20,
            "flags": data.get("flags", 0) & (_EPHEMERAL | COMPONENTS),
            "content": data.get("content") or "",
            "embeds": data.get("embeds") or [],
            "components": data.get("components") or [],
            "attachments": [],
            "mentions": [],
            "mention_roles": [],
            "mention_everyone": False,
            "tts": False,
            "pinned": False,
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime()),
            "edited_timestamp": None,
            "author": self._bot.payload(),
            "application_id": str(self._bot.id),
            "webhook_id": str(self._bot.id),
        }

    def _about(self) -> JSON:
        about: JSON = {"id": str(self._bot.id), "name": self._bot.name, "description": "", "icon": None, "flags": 0}
        public: JSON = {"bot_public": True, "bot_require_code_grant": False, "verify_key": "00", "team": None}
        return about | public | {"owner": User("owner").payload()}

    async def _gateway(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = web.WebSocketResponse(timeout=1.0)
        await connection.prepare(request)
        await connection.send_json({"op": _HELLO, "d": {"heartbeat_interval": 41_250}})
        async for frame in connection:
            if frame.type is not WSMsgType.TEXT:
                continue
            message = json.loads(frame.data)
            if message["op"] == _HEARTBEAT:
                await connection.send_json({"op": _ACK})
            elif message["op"] == _IDENTIFY:
                self._connection = connection
                await self._welcome()
        self._ready.clear()
        return connection

    async def _welcome(self) -> None:
        ready: JSON = {
            "v": 10,
            "user": self._bot.payload(),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in self._guilds],
            "session_id": f"session-{snowflake()}",
            "resume_gateway_url": f"ws://{self._address}/",
            "shard": [0, 1],
            "application": {"id": str(self._bot.id), "flags": 0},
        }
        await self._dispatch("READY", ready)
        for guild in self._guilds:
            await self._dispatch("GUILD_CREATE", guild.payload(self._bot))
        self._ready.set()


def _settle(use: Use, arrived: float, answer: JSON) -> None:
    if not use.done.done():
        use.answered_after, use.answer = arrived - use.sent_at, answer
        use.done.set_result(None)


def _too_many(seconds: float) -> web.Response:
    body = json.dumps({"message": "You are being rate limited.", "retry_after": seconds, "global": True})
    # Without the header Via, discord.py mistakes this for a ban.
    headers = {"Via": "1.1 stub", "Retry-After": f"{seconds:.3f}", "X-RateLimit-Global": "true"}
    return web.Response(status=429, body=body.encode(), content_type="application/json", headers=headers)


def _json(body: JSON) -> web.Response:
    # Send the bare content type: with a charset, discord.py treats JSON as text.
    return web.Response(body=json.dumps(body).encode(), content_type="application/json")

"""The parts of Discord's HTTP API v10 that application commands need, as strict as Discord."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from tests.patience import UNTIL_IT_HANGS

from .discord_channels import Channels, Members
from .discord_faults import Fault, Faults, fail, reset
from .discord_limits import Form, Refused, check_choices
from .discord_messages import EPHEMERAL, LOADING, Message, Reply
from .discord_people import JSON, Guild, User, snowflake
from .waiting import until

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MAX_UPLOAD: Final = 10 * 1024**2
COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
_MESSAGE, _DEFER, _DEFER_UPDATE, _UPDATE, _CHOICES, _MODAL = 4, 5, 6, 7, 8, 9
_ANSWERS: Final = {
    COMMAND: (_MESSAGE, _DEFER, _MODAL),
    COMPONENT: (_MESSAGE, _DEFER, _DEFER_UPDATE, _UPDATE, _MODAL),
    AUTOCOMPLETE: (_CHOICES,),
    MODAL_SUBMIT: (_MESSAGE, _DEFER, _DEFER_UPDATE, _UPDATE),
}
_WITHOUT_TOKEN: Final = ("/interactions/", "/webhooks/")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request by the bot and its answer; ``error`` is empty if the request succeeded."""

    method: str
    path: str
    status: int
    error: str


@dataclass(slots=True, eq=False)
class HttpApi:
    token: str
    bot: User
    owner: User
    guilds: dict[int, Guild]
    shards: int
    gateway_url: str = ""
    commands: dict[int | None, list[JSON]] = field(default_factory=dict)
    replies: dict[str, Reply] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    channels: Channels = field(init=False)
    members: Members = field(init=False)
    faults: Faults = field(default_factory=Faults)
    first_answer_waits_for: Callable[[Reply], bool] = lambda _: True

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._answer])
        commands = "/applications/{app}/commands"
        guild_commands = "/applications/{app}/guilds/{guild}/commands"
        message = "/webhooks/{app}/{token}/messages/{message}"
        routes: list[tuple[str, str, Handler]] = [
            ("GET", "/users/@me", self._me),
            ("GET", "/applications/@me", self._about),
            ("GET", "/oauth2/applications/@me", self._about),
            ("GET", "/gateway/bot", self._gateway),
            ("GET", commands, self._list_commands),
            ("PUT", commands, self._overwrite_commands),
            ("GET", guild_commands, self._list_commands),
            ("PUT", guild_commands, self._overwrite_commands),
            ("POST", "/interactions/{id}/{token}/callback", self._acknowledge),
            ("POST", "/webhooks/{app}/{token}", self._follow_up),
            ("GET", message, self._get_message),
            ("PATCH", message, self._edit_message),
            ("DELETE", message, self._delete_message),
            ("PATCH", "/channels/{channel}", self._change_channel),
            ("POST", "/channels/{channel}/messages", self._send),
            ("PATCH", "/channels/{channel}/messages/{message}", self._edit),
            ("DELETE", "/channels/{channel}/messages/{message}", self._delete),
            ("PUT", "/guilds/{guild}/members/{user}/roles/{role}", self._change_role),
            ("DELETE", "/guilds/{guild}/members/{user}/roles/{role}", self._change_role),
        ]
        for method, path, handler in routes:
            app.router.add_route(method, path, handler)
        return app

    def __post_init__(self) -> None:
        self.channels = Channels(self.bot, self.guilds)
        self.members = Members(self.guilds)

    @web.middleware
    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Call the handler, or inject a fault; format refusals as Discord does; record every exchange."""
        path, error = request.path.removeprefix("/api/v10"), ""
        fault = self.faults.take(path)
        try:
            await fail(request, fault)
            if request.headers.get("Authorization") != f"Bot {self.token}" and not path.startswith(_WITHOUT_TOKEN):
                raise Refused(401, 0, "401: Unauthorized")
            response = await handler(request)
            if fault is Fault.RESET_AFTER:
                reset(request)
            if fault is Fault.ERROR_AFTER:
                raise web.HTTPInternalServerError(text="failed as told, after it was done")
        except web.HTTPException as wrong:
            error = str(wrong)
            response = _json({"code": 0, "message": error}, wrong.status)
        except Refused as refused:
            error = str(refused)
            response = _json(refused.body, refused.status)
        self.exchanges.append(Exchange(request.method, path, response.status, error))
        return response

    async def _me(self, _: web.Request) -> web.Response:
        return _json(self.bot.payload())

    async def _about(self, _: web.Request) -> web.Response:
        about: JSON = {
            "id": str(self.bot.id),
            "name": self.bot.name,
            "description": "",
            "icon": None,
            "flags": 0,
        }
        public: JSON = {"bot_public": True, "bot_require_code_grant": False, "verify_key": "00", "team": None}
        return _json({**about, **public, "owner": self.owner.payload()})

    async def _gateway(self, _: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return _json({"url": self.gateway_url, "shards": self.shards, "session_start_limit": limit})

    def _guild_of(self, request: web.Request) -> int | None:
        guild = int(request.match_info["guild"]) if "guild" in request.match_info else None
        if request.match_info["app"] != str(self.bot.id) or not (guild is None or guild in self.guilds):
            raise Refused(403, 50001, "Missing Access")
        return guild

    async def _list_commands(self, request: web.Request) -> web.Response:
        return _json(self.commands.get(self._guild_of(request), []))

    async def _overwrite_commands(self, request: web.Request) -> web.Response:
        guild = self._guild_of(request)
        ids = {command["name"]: command["id"] for command in self.commands.get(guild, [])}
        place = {"application_id": str(self.bot.id), **({} if guild is None else {"guild_id": str(guild)})}
        self.commands[guild] = [
            {
                "type": 1,
                "description": "",
                "version": str(snowflake()),
                "id": ids.get(command["name"], str(snowflake())),
            }
            | command
            | place
            for command in await request.json()
        ]
        return _json(self.commands[guild])

    async def _acknowledge(self, request: web.Request) -> web.Response:
        arrived = time.monotonic()
        body, files = await _read(request)
        reply = self.replies.get(request.match_info["token"])
        if reply is None or str(reply.id) != request.match_info["id"]:
            raise Refused(404, 10062, "Unknown interaction")
        reply.attempts.append(body)
        if len(reply.attempts) == 1:
            await until(
                lambda: self.first_answer_waits_for(reply), UNTIL_IT_HANGS, lambda: f"another answer to {reply}"
            )
        try:
            self._accept(reply, body, files, arrived - reply.delivered_at)
        except Refused as refused:
            reply.refusals.append(str(refused))
            raise
        if request.query.get("with_response") not in ("1", "true"):
            return web.Response(status=204)
        interaction: JSON = {"id": str(reply.id), "type": reply.interaction["type"]}
        if reply.original is None:
            return _json({"interaction": interaction})
        interaction["response_message_id"] = reply.original.data["id"]
        interaction["response_message_loading"] = reply.original.loading
        interaction["response_message_ephemeral"] = reply.original.ephemeral
        return _json({"interaction": interaction, "resource": {"type": body["type"], "message": reply.original.data}})

    def _accept(self, reply: Reply, body: JSON, files: dict[str, bytes], after: float) -> None:
        """Accept the first acknowledgement of an interaction if it is in time and well formed."""
        if reply.callback is not None:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        if after > reply.acknowledge_within:
            raise Refused(404, 10062, "Unknown interaction")
        kind, data = body["type"], body.get("data") or {}
        form = Form()
        form.expect(kind in _ANSWERS[reply.interaction["type"]], "type", "No answer to this type of interaction.")
        form.refuse_if_wrong()
        if kind == _CHOICES:
            check_choices(data["choices"])
        elif kind == _MESSAGE:
            reply.original = reply.write(data, files, self.bot)
        elif kind == _DEFER:
            reply.original = reply.write({"flags": data.get("flags", 0) & EPHEMERAL | LOADING}, {}, self.bot)
        elif kind == _DEFER_UPDATE:
            reply.original = reply.source
        elif kind == _UPDATE and reply.source is not None:
            reply.original = reply.rewrite(reply.source, data, files)
        reply.callback = body

    async def _follow_up(self, request: web.Request) -> web.Response:
        """Edit a deferred message, which stays ephemeral or public; if there is none, add a message."""
        reply = self._acknowledged(request)
        body, files = await _read(request)
        if reply.original is not None and reply.original.loading:
            return _json(reply.rewrite(reply.original, body, files).data)
        return _json(reply.write(body, files, self.bot).data)

    async def _get_message(self, request: web.Request) -> web.Response:
        return _json(self._message(request, self._acknowledged(request)).data)

    async def _edit_message(self, request: web.Request) -> web.Response:
        reply = self._acknowledged(request)
        message = self._message(request, reply)
        return _json(reply.rewrite(message, *await _read(request)).data)

    async def _delete_message(self, request: web.Request) -> web.Response:
        reply = self._acknowledged(request)
        message = self._message(request, reply)
        reply.messages = [one for one in reply.messages if one is not message]
        if reply.original is message:
            reply.original = None
        return web.Response(status=204)

    async def _change_channel(self, request: web.Request) -> web.Response:
        return _json(self.channels.change(int(request.match_info["channel"]), await request.json()))

    async def _send(self, request: web.Request) -> web.Response:
        return _json(self.channels.send(int(request.match_info["channel"]), *await _read(request)).data)

    async def _edit(self, request: web.Request) -> web.Response:
        message = self.channels.find(int(request.match_info["channel"]), request.match_info["message"])
        message.edit(*await _read(request))
        return _json(message.data)

    async def _delete(self, request: web.Request) -> web.Response:
        message = self.channels.find(int(request.match_info["channel"]), request.match_info["message"])
        self.channels.messages.remove(message)
        return web.Response(status=204)

    async def _change_role(self, request: web.Request) -> web.Response:
        guild, user, role = (int(request.match_info[key]) for key in ("guild", "user", "role"))
        self.members.change(guild, user, role, gives=request.method == "PUT")
        return web.Response(status=204)

    def _acknowledged(self, request: web.Request) -> Reply:
        reply = self.replies.get(request.match_info["token"])
        if reply is None or reply.callback is None or request.match_info["app"] != str(self.bot.id):
            raise Refused(404, 10015, "Unknown Webhook")
        return reply

    @staticmethod
    def _message(request: web.Request, reply: Reply) -> Message:
        wanted = request.match_info["message"]
        known = {message.data["id"]: message for message in reply.messages}
        message = reply.original if wanted == "@original" else known.get(wanted)
        if message is None:
            raise Refused(404, 10008, "Unknown Message")
        return message


def _json(body: Any, status: int = 200) -> web.Response:
    """Return JSON without a charset in the content type, because discord.py would otherwise treat it as text.

    discord.py treats a 429 as Discord's rate limit only if it has a Via header, and otherwise as a ban by Discord's
    proxy.
    """
    headers = {"Via": "1.1 stub"}
    return web.Response(body=json.dumps(body).encode(), status=status, content_type="application/json", headers=headers)


async def _read(request: web.Request) -> tuple[JSON, dict[str, bytes]]:
    """Return the JSON of a request, and its files by name."""
    if request.content_type != "multipart/form-data":
        return await request.json(), {}
    form = await request.post()
    files: dict[str, bytes] = {}
    for part in form.values():
        if isinstance(part, web.FileField):
            with part.file:
                files[part.filename] = part.file.read()
    return json.loads(str(form["payload_json"])), files

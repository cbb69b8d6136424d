"""Discord's gateway: sessions identify, send heartbeats, resume, and receive the events of their shard."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from aiohttp import WSMsgType, web

from .discord_people import JSON, Guild, User, snowflake

_DISPATCH, _HEARTBEAT, _IDENTIFY, _RESUME, _INVALID, _HELLO, _ACK = 0, 1, 2, 6, 9, 10, 11
_GUILDS_INTENT: Final = 1 << 0
_PRIVILEGED_INTENTS: Final = 1 << 1 | 1 << 8 | 1 << 15


@dataclass(slots=True, eq=False)
class Session:
    """A session begun by one IDENTIFY. It outlives its connection until the bot closes the connection cleanly."""

    shard: int
    shard_count: int
    connection: web.WebSocketResponse | None
    id: str = field(default_factory=lambda: f"session-{snowflake()}")
    events: list[str] = field(default_factory=list)
    ready: bool = False

    async def dispatch(self, event: str, data: JSON) -> None:
        frame = {"op": _DISPATCH, "s": len(self.events) + 1, "t": event, "d": data}
        self.events.append(json.dumps(frame))
        await self.send_since(len(self.events) - 1)

    async def send_since(self, sequence: int) -> None:
        for frame in self.events[sequence:]:
            if self.connection is not None:
                with suppress(ConnectionResetError):
                    await self.connection.send_str(frame)


class Gateway:
    """The websocket side of the stub. Like Discord by default, it grants no privileged intent."""

    def __init__(self, token: str, bot: User, guilds: dict[int, Guild], heartbeat_interval: float) -> None:
        self.token = token
        self._bot = bot
        self._guilds = guilds
        self._heartbeat_interval = heartbeat_interval
        self.url = ""
        self.is_away = False
        """Whether connections are refused."""
        self.sessions: dict[str, Session] = {}
        self.identifies: list[JSON] = []
        self.resumes: list[JSON] = []

    def connected(self) -> int:
        """Return how many sessions are connected and have received READY and their guilds."""
        return sum(session.ready and session.connection is not None for session in self.sessions.values())

    async def dispatch(self, event: str, data: JSON, guild: Guild | None) -> int:
        """Send an event to the sessions of its shard, or keep it until they resume; return how many sessions."""
        reached = [one for one in self.sessions.values() if one.ready and self._of_shard(one, guild)]
        for session in reached:
            await session.dispatch(event, data)
        return len(reached)

    async def drop(self, code: int = 4000) -> None:
        """Close every connection from Discord's side. After code 4000, the bot should resume."""
        for session in list(self.sessions.values()):
            if (connection := session.connection) is not None:
                session.connection = None
                await connection.close(code=code)

    async def invalidate(self) -> None:
        """Invalidate every session. The bot should identify again."""
        sessions = list(self.sessions.values())
        self.sessions.clear()
        for session in sessions:
            if session.connection is not None:
                await session.connection.send_json({"op": _INVALID, "d": False})

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        if self.is_away:
            raise web.HTTPServiceUnavailable
        connection = web.WebSocketResponse(timeout=1.0)
        await connection.prepare(request)
        await connection.send_json({"op": _HELLO, "d": {"heartbeat_interval": self._heartbeat_interval * 1000}})
        session: Session | None = None
        async for frame in connection:
            if frame.type is not WSMsgType.TEXT:
                continue
            message = json.loads(frame.data)
            if message["op"] == _HEARTBEAT:
                await connection.send_json({"op": _ACK})
            elif message["op"] == _IDENTIFY:
                session = await self._identify(connection, message["d"])
            elif message["op"] == _RESUME:
                session = await self._resume(connection, message["d"])
        self._disconnected(session, connection)
        return connection

    async def _identify(self, connection: web.WebSocketResponse, data: JSON) -> Session | None:
        self.identifies.append(data)
        if data["token"] != self.token:
            await connection.close(code=4004, message=b"Authentication failed.")
            return None
        if data["intents"] & _PRIVILEGED_INTENTS:
            await connection.close(code=4014, message=b"Disallowed intent(s).")
            return None
        shard, shard_count = data.get("shard", (0, 1))
        session = Session(shard, shard_count, connection)
        self.sessions[session.id] = session
        guilds = [guild for guild in self._guilds.values() if self._of_shard(session, guild)]
        await session.dispatch("READY", self._ready(session, guilds))
        if data["intents"] & _GUILDS_INTENT:
            for guild in guilds:
                await session.dispatch("GUILD_CREATE", guild.payload(self._bot))
        session.ready = True
        return session

    async def _resume(self, connection: web.WebSocketResponse, data: JSON) -> Session | None:
        self.resumes.append(data)
        session = self.sessions.get(data["session_id"])
        if session is None or data["token"] != self.token:
            await connection.send_json({"op": _INVALID, "d": False})
            return None
        session.connection = connection
        await session.send_since(data["seq"])
        await session.dispatch("RESUMED", {"_trace": []})
        return session

    def _ready(self, session: Session, guilds: list[Guild]) -> JSON:
        application: JSON = {"id": str(self._bot.id), "flags": 0}
        return {
            "v": 10,
            "user": self._bot.payload(),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "shard": [session.shard, session.shard_count],
            "application": application,
        }

    def _disconnected(self, session: Session | None, connection: web.WebSocketResponse) -> None:
        if session is None or session.connection is not connection:
            return  # dropped from this side, or resumed on another connection
        session.connection = None
        if connection.close_code in (1000, 1001):
            self.sessions.pop(session.id, None)

    @staticmethod
    def _of_shard(session: Session, guild: Guild | None) -> bool:
        return session.shard == (0 if guild is None else (guild.id >> 22) % session.shard_count)

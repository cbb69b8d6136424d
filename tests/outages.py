"""Failures of what the bot depends on: statements that fail or take long, a Redis that hangs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import Engine, event

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@contextmanager
def statements_seen(part: str, then: Callable[[], None] = lambda: None) -> Iterator[list[str]]:
    """Give a list that each statement beginning like this is added to, before it is executed."""
    seen: list[str] = []

    def look(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(part):
            seen.append(statement)
            then()

    event.listen(Engine, "before_cursor_execute", look)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", look)


def statements_fail(part: str) -> AbstractContextManager[list[str]]:
    """Have the connection break at each statement that begins like this; gives those that did."""

    def break_connection() -> None:
        raise ConnectionResetError("the test broke the connection")

    return statements_seen(part, break_connection)


@contextmanager
def statement_takes(seconds: float, part: str) -> Iterator[None]:
    """Have the database take some seconds over the next statement that begins like this."""
    was_slow = False

    def wait(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal was_slow
        if statement.startswith(part) and not was_slow:
            was_slow = True
            connection.connection.dbapi_connection.run_async(lambda _: asyncio.sleep(seconds))

    event.listen(Engine, "before_cursor_execute", wait)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", wait)


class HangingRedis:
    """A way to a Redis through which nothing comes while it hangs.

    Attributes:
        url: where it listens.
        hangs: whether it takes connections and never answers.
        connections: how many were made so far.
    """

    def __init__(self, redis_url: str) -> None:
        self.url = ""
        self.hangs = True
        self.connections = 0
        self._real = urlsplit(redis_url)

    async def listen(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1")
        number = parse_qs(self._real.query)["db"][0]
        self.url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}?db={number}"
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            if self.hangs:
                await reader.read()
                return
            real_reader, real_writer = await self._connect()
            await asyncio.gather(_pump(reader, real_writer), _pump(real_reader, writer))
        finally:
            writer.close()

    async def _connect(self) -> Streams:
        if self._real.scheme == "unix":
            return await asyncio.open_unix_connection(self._real.path)
        return await asyncio.open_connection(self._real.hostname, self._real.port)


@asynccontextmanager
async def hanging_redis(redis_url: str) -> AsyncIterator[HangingRedis]:
    """Give a way to a Redis that hangs until it is told not to."""
    redis = HangingRedis(redis_url)
    async with await redis.listen():
        yield redis


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(4096):
        writer.write(data)
        await writer.drain()
    writer.close()

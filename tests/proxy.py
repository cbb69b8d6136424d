"""A TCP proxy to a server, with faults on demand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from sqlalchemy import URL

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

POSTGRES_PORT, REDIS_PORT = 5432, 6379


class Proxy:
    """Listens on loopback and forwards everything, unless told otherwise.

    Attributes:
        port: the port on which it listens.
        connections: how many connections were made so far.
        delay: how many seconds it delays all data.
    """

    def __init__(self, host: str, port: int, socket: str | None = None) -> None:
        self.port = 0
        self.connections = 0
        self.delay = 0.0
        self._target = host, port
        self._socket = socket
        self._passing = asyncio.Event()
        self._passing.set()
        self._swallows = False
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._forgotten: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        """Accept connections, at the same port as before."""
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """End every connection, and refuse new ones until `open`."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()

    def hold(self) -> None:
        """Hold all data back until `release`, like a network with an unplugged cable: the data arrive late."""
        self._passing.clear()

    def swallow(self) -> None:
        """Abandon every connection without telling either end, and any new one until `release`."""
        self._swallows = True
        self._forgotten |= self._writers

    def release(self) -> None:
        """Forward again; abandoned connections stay dead."""
        self._swallows = False
        self._passing.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            if self._swallows:
                await reader.read()
                return
            await self._passing.wait()
            server_reader, server_writer = await self._connect()
            self._writers.add(server_writer)
            await asyncio.gather(self._pump(reader, server_writer), self._pump(server_reader, writer))
            self._writers.discard(server_writer)
        except OSError:
            pass
        finally:
            writer.close()
            self._writers.discard(writer)

    async def _connect(self) -> Streams:
        if self._socket is not None:
            return await asyncio.open_unix_connection(self._socket)
        return await asyncio.open_connection(*self._target)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await asyncio.sleep(self.delay)
                await self._passing.wait()
                if writer not in self._forgotten:
                    writer.write(data)
                    await writer.drain()
        writer.close()


@asynccontextmanager
async def proxy_to(url: URL | str) -> AsyncIterator[Proxy]:
    """Provide a proxy to the PostgreSQL or Redis of a URL."""
    proxy = Proxy(*_address(url))
    await proxy.open()
    try:
        yield proxy
    finally:
        proxy.release()
        proxy.cut()


def through(proxy: Proxy, url: URL) -> URL:
    """Return the URL of the same database through the proxy."""
    return url.set(host="127.0.0.1", port=proxy.port, query={})


def redis_through(proxy: Proxy, url: str) -> str:
    """Return the URL of the same Redis database through the proxy."""
    return f"redis://127.0.0.1:{proxy.port}?{urlsplit(url).query}"


def _address(url: URL | str) -> tuple[str, int, str | None]:
    if isinstance(url, URL):
        folder = url.query.get("host")
        port = url.port or POSTGRES_PORT
        return url.host or "127.0.0.1", port, None if folder is None else f"{folder}/.s.PGSQL.{port}"
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or REDIS_PORT, parts.path if parts.scheme == "unix" else None

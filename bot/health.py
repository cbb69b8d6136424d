"""Report whether the bot is healthy: serve a page for monitoring, and query that page."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web
from async_lru import alru_cache
from sqlalchemy import false, select

from bot.database.database import Database
from bot.database.models import Player
from bot.errors import Unavailable
from bot.services.ratings import redis_failure

LAG_SAMPLE_SECONDS = 0.05
MOST_LAG_SECONDS = 1.5
"""With a longer lag of the event loop, answers are too late for Discord."""
KEPT_SECONDS = 1.0
"""How long the bot caches an answer: each look takes the lock of a writer, and anybody may ask."""
ASK_SECONDS = 10.0
"""How long the page may take to answer: longer than a database takes to count as silent."""
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - it listens only where the operator says
"""The address at which to query a page that listens on all addresses."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The state of one part of the bot, as a line; `is_good` is False only if users are affected."""

    part: str
    is_good: bool
    told: str

    def __str__(self) -> str:
        return f"{self.part}: {self.told}"


Examine = Callable[[], Coroutine[Any, Any, list[Finding]]]
"""Returns a finding for each part."""


async def examine_database(database: Database) -> Finding:
    """Check whether the database answers and can be written to, as users' commands need it."""
    began, nobody = time.monotonic(), select(Player.id).where(false())
    try:
        await database.read(lambda session: session.scalar(nobody))
    except Unavailable:
        return Finding("database", is_good=False, told="does not answer")
    try:
        await database.write(lambda session: session.scalar(nobody.with_for_update()))
    except Unavailable:
        return Finding("database", is_good=False, told="answers, but takes no scores")
    return Finding("database", is_good=True, told=f"answers within {_milliseconds(time.monotonic() - began)}")


async def examine_redis(url: str | None) -> Finding:
    """Check whether Redis answers. Redis only saves work, so a failure does not affect users."""
    if url is None:
        return Finding("redis", is_good=True, told="not used")
    began = time.monotonic()
    failure = await redis_failure(url)
    if failure is not None:
        return Finding("redis", is_good=True, told=f"degraded, some work is done twice ({failure.reason})")
    return Finding("redis", is_good=True, told=f"answers within {_milliseconds(time.monotonic() - began)}")


async def examine_jobs(measure: Callable[[], Awaitable[object]]) -> Finding:
    """Report what `measure` says about waiting jobs; some may need an operator, but users are not affected."""
    try:
        return Finding("jobs", is_good=True, told=str(await measure()))
    except Unavailable:
        return Finding("jobs", is_good=True, told="not known")


async def examine_lag() -> Finding:
    """Measure how late the event loop is, with a short sleep."""
    began = time.monotonic()
    await asyncio.sleep(LAG_SAMPLE_SECONDS)
    lag = max(time.monotonic() - began - LAG_SAMPLE_SECONDS, 0.0)
    return Finding("lag", is_good=lag <= MOST_LAG_SECONDS, told=_milliseconds(lag))


@asynccontextmanager
async def open_page(host: str, port: int, examine: Examine) -> AsyncIterator[None]:
    """Serve `/livez` and `/readyz`.

    The first says that the process works. The second has a line for each part, and status 503 if any is not good.

    Raises:
        OSError: another program uses the port, or the host is not an address of this machine.
    """
    examine_once = alru_cache(maxsize=1, ttl=KEPT_SECONDS)(examine)

    async def live(_: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def ready(_: web.Request) -> web.Response:
        findings = await examine_once()
        status = 200 if all(finding.is_good for finding in findings) else 503
        return web.Response(text="".join(f"{finding}\n" for finding in findings), status=status)

    app = web.Application()
    app.router.add_get("/livez", live)
    app.router.add_get("/readyz", ready)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()


async def ask_page(host: str, port: int) -> tuple[bool, str] | None:
    """Return whether a running bot is ready, and its lines; None if nothing answers at the port."""
    host = EVERYWHERE.get(host, host)
    address = f"http://[{host}]:{port}/readyz" if ":" in host else f"http://{host}:{port}/readyz"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(ASK_SECONDS)) as session,
            session.get(address) as answer,
        ):
            return answer.ok, await answer.text()
    except (aiohttp.ClientError, OSError, TimeoutError):
        return None


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"

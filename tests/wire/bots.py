"""Processes of the bot on a stub of Discord, and helpers for tests with them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from sqlalchemy import URL, func, select, update

from bot.database.database import Database
from bot.database.models import Event
from tests.patience import UNTIL_IT_HANGS, limits
from tests.sessions import reading, writing

from .discord_stub import MANAGE_SERVER, DiscordStub, Message, Reply, User
from .forked_bot import ForkedBot
from .process import BotProcess
from .waiting import until

ADMIN: Final = User("ada", MANAGE_SERVER, display_name="Ada")
EVENT: Final = "Tetris Blitz"


def settings(discord: DiscordStub, url: URL, **others: str) -> dict[str, str]:
    """Return settings for the stub and a database; on a server, they include a password to search the output for.

    Its limits are reached only by a hang; `others` may be the `limits` that a test is about.
    """
    if url.password is None and url.host is not None:
        # A server without passwords accepts any password.
        url = url.set(password="correct-horse-battery")
    return {**discord.environment, "DATABASE_URL": url.render_as_string(hide_password=False), **limits(), **others}


@asynccontextmanager
async def running(discord: DiscordStub, environment: dict[str, str], bots: int = 1) -> AsyncIterator[list[ForkedBot]]:
    """Run the bot in one or more processes, until the test ends them or is over."""
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(ForkedBot("run", env=environment)) for _ in range(bots)]
        for process in processes:
            await process.while_running(discord.wait_ready(bots))
        yield processes


async def finish(process: BotProcess | ForkedBot) -> None:
    """Wait for a process that was told to end, and check that it ends cleanly."""
    assert await process.wait_exit() == 0
    assert "Traceback" not in process.output


async def once(*arguments: str, environment: dict[str, str]) -> tuple[int | None, str]:
    """Run a command that ends by itself; return its exit code and its output without the log."""
    async with ForkedBot(*arguments, env={**environment, "LOG_LEVEL": "ERROR"}) as process:
        code = await process.wait_exit()
    return code, process.output


async def create_event(discord: DiscordStub, **options: Any) -> None:
    """Let the admin create an event that holds no scores."""
    await told(await discord.slash(ADMIN, "event create", name=EVENT, direction="HIGH", **options), "Event created")
    await told(await discord.slash(ADMIN, "event edit", event=EVENT, alarm="none"), "Event changed")


async def submit(discord: DiscordStub, user: User, score: str) -> Reply:
    return await discord.invoke(user, "submit-score", event=EVENT, score=score)


async def told(reply: Reply, words: str) -> Message:
    """Wait until a reply contains these words, and return the message that does."""
    await until(lambda: words in reply.text, UNTIL_IT_HANGS, lambda: f"{words!r} in {reply}")
    return next(message for message in reply.messages if words in message.text)


@asynccontextmanager
async def busy(url: URL) -> AsyncIterator[None]:
    """Block every submission."""
    database = Database(url)
    try:
        async with writing(database) as session:
            await session.execute(update(Event).values(is_active=Event.is_active))
            yield
    finally:
        await database.close()


async def count(url: URL, column: Any) -> int:
    database = Database(url)
    try:
        async with reading(database) as session:
            return (await session.execute(select(func.count(column)))).scalar_one()
    finally:
        await database.close()

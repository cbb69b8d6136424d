"""A process that posts results is killed at any of its statements; in the end the channel has one message."""

import asyncio
import os
import random
import secrets
import signal
from datetime import UTC, datetime
from itertools import count

from discord import Client, Intents
from discord.http import Route
from sqlalchemy import URL, delete, update
from sqlalchemy.orm import Session

from bot.cogs import handlers_of
from bot.database.dialect import parse_database_url
from bot.database.models import Event, GuildSettings, Job, Post
from bot.domain.jobs import JobKind, Lane
from bot.services.jobs import schedule
from tests import tables
from tests.backends import ADMIN, NOON, Clock, TestBackend, open_test_backend
from tests.faults.test_closing_crashes import moments
from tests.faults.test_crashes import SEED
from tests.outages import statements_seen
from tests.patience import patient, set_limits
from tests.tracing import untraced
from tests.wire.discord_stub import HOME, DiscordStub
from tests.wire.forked_bot import end_of

pytestmark = untraced


RESULTS, BOARD = (JobKind.RESULTS, "1:202647"), (JobKind.BOARD, "1")
POSTED = {"sqlite": BOARD, "postgresql": RESULTS}
"""The post to test on each kind of database; one per kind is enough, because all posts take the same path."""
NEXT_WEEK = datetime(2026, 11, 23, tzinfo=UTC)


async def test_a_post_killed_at_any_statement_is_in_the_channel_once(database_url: URL, database_kind: str) -> None:
    kind, key = POSTED[database_kind]
    # The bot must not forget to look at the board again.
    then = [NEXT_WEEK] if kind is JobKind.BOARD else []
    url, seed = database_url.render_as_string(hide_password=False), int(os.environ.get(SEED) or secrets.randbits(32))
    sent = set()
    async with DiscordStub() as discord, open_test_backend(database_url) as backend:
        messages = discord.channels.messages
        await set_up(backend)
        await backend.database.write(lambda session: schedule(session, kind, key, NOON))
        with statements_seen("") as statements:
            await post(backend, discord.api_url)
        assert len(messages) == 1
        for statement in moments(len(statements), random.Random(seed)):
            messages.clear()
            await tables.execute(backend.database, delete(Post))
            backend.clock.now = NOON
            await backend.database.write(lambda session: schedule(session, kind, key, NOON))
            killed = f"killed at statement {statement}, {statements[statement]}, {SEED}={seed}"
            assert await end_of(post_and_die, url, discord.api_url, statement) == -signal.SIGKILL, killed
            sent.add(len(messages))
            backend.clock.now += Lane.MESSAGES.lease
            await post(backend, discord.api_url)
            [row] = await tables.rows(backend.database, Post)
            assert [int(message.data["id"]) for message in messages] == [row["message_id"]], killed
            assert row["digest"] is not None, killed
            assert [job["due_at"] for job in await tables.rows(backend.database, Job)] == then, killed
    # It was killed before and after Discord had the message.
    assert sent == {0, 1}


async def set_up(backend: TestBackend) -> None:
    """A server with channels for announcements and for the board of an event, of which a week was closed."""
    await backend.create_event()
    await backend.submit_all({1: 200, 2: 100})
    await backend.run()

    def work(session: Session) -> None:
        session.add(GuildSettings(guild_id=ADMIN.guild_id, announcement_channel_id=HOME.news.id))
        session.execute(update(Event).values(board_channel_id=HOME.news.id))

    await backend.database.write(work)


async def post(backend: TestBackend, api_url: str) -> None:
    """Run due jobs, on a stub of Discord."""
    base, Route.BASE = Route.BASE, api_url
    client = Client(intents=Intents.none())
    try:
        await client.login("stub-token")
        backend.real.jobs.handle(handlers_of(client, backend.real.services))
        await backend.real.jobs.do_due()
    finally:
        await client.close()
        Route.BASE = base


def post_and_die(url: str, api_url: str, statement: int) -> None:
    """Run due jobs up to a statement, then die."""
    set_limits(setattr, patient())

    async def work() -> None:
        async with open_test_backend(parse_database_url(url), Clock()) as backend:
            statements = count()

            def die() -> None:
                if next(statements) == statement:
                    os.kill(os.getpid(), signal.SIGKILL)

            with statements_seen("", die):
                await post(backend, api_url)

    asyncio.run(work())

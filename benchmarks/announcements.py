"""Announcements of many servers that are due at once: the rate and the order in which they are sent to Discord.

A stub on loopback replaces Discord, and takes 50 requests a second from a bot. First the weeks of the servers of
`benchmarks.mondays` are closed; then each announcement gets a different deadline, and all are due. The figure for the
order is how many places a message was away from its place by deadline, newest first, because a process claims several
at a time and sends several concurrently. It runs on PostgreSQL, with one process.
"""

import asyncio
import time
from datetime import datetime, timedelta

from discord import Client, Intents
from discord.http import Route
from sqlalchemy import URL, text
from sqlalchemy.orm import Session

from benchmarks.discord_server import TOKEN, DiscordServer
from benchmarks.mondays import CLOSE, FIRST_GUILD, SCALE, fill_servers
from benchmarks.places import Place, fill_with
from benchmarks.report import Goal, Line, show
from bot.backend import open_backend
from bot.cogs import handlers_of
from bot.database.database import Database
from bot.domain.jobs import JobKind
from bot.services.jobs import JobRunner
from bot.services.weeks import WeekCloser
from tests.backends import settings_for

SERVERS, SERVERS_IN_FULL = 300, 2_000
LIMIT = 50
"""How many requests a second Discord accepts."""
RATE = Goal("≥", 0.85)
NONE_REFUSED = Goal("≤", 0, "")
IN_ORDER = Goal("≤", 48, "places")
"""Two claims' worth of messages."""
CHANNELS = "UPDATE guild_settings SET announcement_channel_id = guild_id"
DEADLINES = (
    "UPDATE jobs SET due_at = CAST(:close AS timestamptz) - (split_part(key, ':', 1)::int * 7919 % 86399)"
    " * INTERVAL '1 second' WHERE kind = 'results'"
)
NEWEST_FIRST = (
    "SELECT e.guild_id FROM jobs j JOIN events e ON e.id = split_part(j.key, ':', 1)::int WHERE j.kind = 'results'"
    " ORDER BY j.due_at DESC"
)


def measure(place: Place) -> list[Line]:
    """Measure on PostgreSQL, which large bots use."""
    servers = SERVERS_IN_FULL if place.full else SERVERS
    with place.database("postgresql") as url:
        fill_with(url, lambda database: _prepare(database, servers))
        rate, processor, refused, displaced = asyncio.run(_announce(url, servers))
    what = f"{servers:,} announcements due at once, postgresql"
    return [
        Line(
            None,
            what,
            f"{show(rate)} a second ({show(processor)} ms of processor each)",
            f"Discord takes {LIMIT}",
            rate / LIMIT,
            RATE,
        ),
        Line(None, f"{what}: refused by Discord", f"{refused}", "–", refused, NONE_REFUSED),
        Line(None, f"{what}: from the newest deadline on", f"{displaced} off at most", "–", displaced, IN_ORDER),
    ]


async def _prepare(database: Database, servers: int) -> None:
    """Close the weeks of some servers, each of which has a channel for announcements."""

    def work(session: Session) -> None:
        fill_servers(session, servers + 1)
        session.execute(text(CHANNELS))

    await database.write(work)
    closer = WeekCloser(database, _clock, SCALE)
    await JobRunner(database, _clock, {JobKind.CLOSE_WEEKS: closer.close}).do_due()
    await database.write(lambda session: session.execute(text(DEADLINES), {"close": CLOSE}))


def _clock() -> datetime:
    return CLOSE + timedelta(minutes=1)


async def _announce(url: URL, servers: int) -> tuple[float, float, int, int]:
    """Send the announcements that are due.

    Returns:
        The messages a second, the processor time of each in milliseconds, including the stub's, how many requests were
        refused, and the most places by which a message was off.
    """
    async with (
        DiscordServer([], requests_a_second=LIMIT) as discord,
        open_backend(settings_for(url), _clock) as backend,
    ):
        wanted = await backend.database.read(lambda session: [*session.scalars(text(NEWEST_FIRST))])
        client, base = Client(intents=Intents.none()), Route.BASE
        Route.BASE = discord.api_url
        try:
            await client.login(TOKEN)
            backend.jobs.handle(handlers_of(client, backend.services))
            began = time.process_time()
            await backend.jobs.do_due()
            processor = time.process_time() - began
        finally:
            await client.close()
            Route.BASE = base
    sent = [channel_id for channel_id, _ in discord.posted]
    assert sorted(sent) == sorted(wanted) == [FIRST_GUILD + number for number in range(servers)], "not each once"
    places = {channel_id: place for place, channel_id in enumerate(wanted)}
    displaced = max(abs(places[channel_id] - place) for place, channel_id in enumerate(sent))
    took = discord.posted[-1][1] - discord.posted[0][1]
    return (servers - 1) / took, 1_000 * processor / servers, discord.refused, displaced

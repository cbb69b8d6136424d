"""Two processes of the bot on one PostgreSQL and one Redis both receive all the work: it is done once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from redis.asyncio import Redis
from sqlalchemy import URL, update

from bot.database.models import AuditLog, Event, Job, ScoreSubmission, WeeklyRun
from bot.domain.clock import utc_now
from tests import tables
from tests.backends import ADMIN as BACKEND_ADMIN
from tests.backends import Clock, TestBackend, open_test_backend
from tests.faults.waiting import are_waiting
from tests.patience import UNTIL_IT_HANGS
from tests.proxy import proxy_to, redis_through
from tests.tracing import untraced
from tests.wire.bots import ADMIN, EVENT, busy, count, settings, submit, told
from tests.wire.discord_stub import HOME, DiscordStub, User
from tests.wire.forked_bot import forked
from tests.wire.waiting import until, until_told

pytestmark = untraced

PLAYERS = 10
WINDOW_MILLISECONDS = 5000


@pytest.fixture
async def backend(server_url: URL) -> AsyncIterator[TestBackend]:
    """A third process, with an event of this server to which two players submitted last week and one this week."""
    clock = Clock(utc_now() - timedelta(weeks=1))
    async with open_test_backend(server_url, clock) as backend:
        await backend.create_event(actor=replace(BACKEND_ADMIN, guild_id=HOME.id))
        await backend.submit(1, 100, guild_id=HOME.id)
        await backend.submit(2, 200, guild_id=HOME.id)
        clock.move(weeks=1)
        await backend.submit(1, 300, guild_id=HOME.id)
        await backend.real.scoring.recalculate(1)
        yield backend


@pytest.fixture
def environment(discord: DiscordStub, server_url: URL, redis_url: str) -> dict[str, str]:
    return settings(discord, server_url, REDIS_URL=redis_url)


async def test_a_week_that_both_close_is_closed_once_and_the_next_is_not(
    discord: DiscordStub, backend: TestBackend, environment: dict[str, str]
) -> None:
    async with forked(discord, environment), forked(discord, environment, already=1):
        async with busy(backend.database.url):
            reply = await discord.invoke(ADMIN, "weekly-reset", event=EVENT)
            # Both have determined the week, and wait for the event.
            await until_told(lambda: are_waiting(backend.database, 2), "both to wait")
        await reply.finished()
        await told(await discord.slash(ADMIN, "leaderboard", event=EVENT, board="overall"), "2 players")
        await both_answered(discord, reply.id)
    assert len(await tables.rows(backend.database, WeeklyRun)) == 1
    assert await backend.differences() == []
    assert any(part in reply.text for part in ("🏆", "was closed already", "Scores since then count for"))


async def test_a_week_that_closes_by_itself_is_closed_once_and_comes_again(
    discord: DiscordStub, backend: TestBackend, environment: dict[str, str]
) -> None:
    backend.clock.move(weeks=-1)
    actor = replace(BACKEND_ADMIN, guild_id=HOME.id)
    await backend.real.services.settings.change(actor, closes_weeks=True, grace_minutes=0)

    async def is_closed() -> bool:
        [job] = await tables.rows(backend.database, Job)
        return bool(job["due_at"] > utc_now())

    assert not await is_closed()
    async with forked(discord, environment), forked(discord, environment, already=1):
        await until_told(is_closed, "the close")
    assert len(await tables.rows(backend.database, WeeklyRun)) == 1
    logged = await tables.rows(backend.database, AuditLog)
    assert [row["actor_id"] for row in logged if row["action"] == "weekly reset"] == [0]
    assert await backend.differences() == []


async def test_a_player_with_two_submissions_at_once_gets_one_of_them_counted(
    discord: DiscordStub, backend: TestBackend, environment: dict[str, str]
) -> None:
    async with forked(discord, environment), forked(discord, environment, already=1):
        players = [User(f"player{n}") for n in range(PLAYERS)]
        replies = await asyncio.gather(*(submit(discord, player, score) for score in "12" for player in players))
        for reply in replies:
            await reply.finished()
            await both_answered(discord, reply.id)
    assert await count(backend.database.url, ScoreSubmission.id) == 3 + PLAYERS
    assert sum("You can submit again" in reply.text for reply in replies) == PLAYERS
    await backend.real.scoring.recalculate(1)
    assert await backend.differences() == []


async def test_one_process_recalculates_in_a_window_and_the_others_do_not(
    discord: DiscordStub, backend: TestBackend, environment: dict[str, str], redis_url: str
) -> None:
    await tables.execute(backend.database, update(Event).values(scores_version=Event.scores_version + 1))
    async with proxy_to(redis_url) as way, Redis.from_url(redis_url) as redis:
        environment |= {"REDIS_URL": redis_through(way, redis_url), "ELO_DEBOUNCE_SECONDS": "3600"}

        async def both_asked() -> bool:
            # Until both have asked for the lock, a third process keeps taking it.
            await redis.set("elo_calculation_lock:1", "a third process", px=WINDOW_MILLISECONDS)
            assert await backend.real.scoring.is_stale(1), "recalculated by a process that had not the lock"
            return way.connections >= 2

        await both_asked()
        async with (
            forked(discord, environment),
            forked(discord, environment, already=1),
        ):
            await until_told(both_asked, "both to ask for the lock")
            await backend.settle_ratings()
            assert await redis.get("elo_calculation_lock:1") == b"1"


async def both_answered(discord: DiscordStub, interaction_id: int) -> None:
    """Wait until both processes have tried to answer an interaction; Discord accepts the first answer."""
    path = f"/interactions/{interaction_id}/"

    def answers() -> int:
        return sum(exchange.path.startswith(path) for exchange in discord.exchanges)

    await until(lambda: answers() >= 2, UNTIL_IT_HANGS, lambda: f"two answers to {path}")

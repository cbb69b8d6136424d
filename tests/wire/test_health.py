"""How monitoring learns whether the bot is alive, and what happens with a refused token."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot import health
from bot.health import Finding
from tests.patience import UNTIL_IT_HANGS, limits

from .bots import finish, once, running
from .discord_stub import DiscordStub
from .forked_bot import ForkedBot
from .waiting import until_told

NO_REDIS = "redis://127.0.0.1:1/0"


@pytest.fixture
def port() -> int:
    """Return a port that was free just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def watched(environment: dict[str, str], port: int) -> dict[str, str]:
    """Return the settings of a bot that serves the page."""
    return environment | {"HEALTH_PORT": str(port)}


async def page(port: int, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.status, await answer.text()


def parts(lines: str) -> dict[str, str]:
    """Return what the page says about each part, without times."""
    told = dict(line.split(": ", 1) for line in lines.splitlines())
    return {part: words.partition(" within ")[0] for part, words in told.items() if part != "lag"}


async def test_a_bot_that_works_is_ready_whether_there_is_a_redis_or_not(
    discord: DiscordStub, watched: dict[str, str], port: int
) -> None:
    async with ForkedBot("run", env=watched | {"REDIS_URL": NO_REDIS}) as bot:
        await bot.wait_output("ready: ")
        assert await page(port, "/livez") == (200, "alive\n")
        status, lines = await page(port, "/readyz")
        assert status == 200
        assert parts(lines) == {
            "gateway": "connected, 1 shard",
            "database": "answers",
            "redis": "degraded, some work is done twice (ConnectionError)",
            "jobs": "none due",
        }
        assert "lag: " in lines
        code, lines = await once("health", environment=watched)
        assert (code, parts(lines)["gateway"]) == (0, "connected, 1 shard")
        bot.terminate()
        await finish(bot)


@asynccontextmanager
async def silent_gateway(discord: DiscordStub) -> AsyncIterator[asyncio.Event]:
    """Let Discord name a silent gateway; the event is set when somebody connects there."""
    called = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1") as server:
        discord.lead_bots_to(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        yield called


async def test_a_bot_without_a_gateway_is_alive_and_not_ready(
    discord: DiscordStub, watched: dict[str, str], port: int
) -> None:
    async with silent_gateway(discord) as called, ForkedBot("run", env=watched | limits(GOODBYE_SECONDS=0.2)) as bot:
        await bot.while_running(called.wait())
        assert await page(port, "/livez") == (200, "alive\n")
        status, lines = await page(port, "/readyz")
        assert (status, parts(lines)["gateway"]) == (503, "not connected")
        code, lines = await once("health", environment=watched)
        assert (code, parts(lines)["gateway"]) == (1, "not connected")
        bot.terminate()
        assert await bot.wait_exit() == 0


async def test_a_bot_that_has_lost_its_connection_is_not_ready_until_it_is_back(
    discord: DiscordStub, watched: dict[str, str], port: int
) -> None:
    async def gateway() -> tuple[int, str]:
        status, lines = await page(port, "/readyz")
        return status, parts(lines)["gateway"]

    async def is_told(status: int, told: str) -> bool:
        return await gateway() == (status, told)

    async with running(discord, watched) as [bot]:
        await bot.wait_output("ready: ")
        discord.gateway.is_away = True
        await discord.gateway.drop()
        await until_told(lambda: is_told(503, "1 of 1 shard disconnected"), "a lost connection")
        discord.gateway.is_away = False
        await until_told(lambda: is_told(200, "connected, 1 shard"), "the connection to be back")
        bot.terminate()
        # In between, discord.py has logged a traceback.
        assert await bot.wait_exit() == 0


async def test_without_a_bot_the_command_tells_what_it_finds_itself(
    environment: dict[str, str], watched: dict[str, str], port: int
) -> None:
    for settings, why in (
        (watched, f"not known; no bot answers at 127.0.0.1:{port}"),
        (environment, "not known; set HEALTH_PORT for the bot and for this command"),
    ):
        code, lines = await once("health", environment=settings)
        assert code == 1
        assert parts(lines) == {"gateway": why, "database": "answers", "redis": "not used"}
    for url, why in {
        "postgresql://bot@127.0.0.1:1/none": "DATABASE_URL: the database cannot be reached (",
        "sqlite:///new.db": "There is no database at ",
    }.items():
        code, lines = await once("health", environment=environment | {"DATABASE_URL": url})
        assert (code, f"database: {why}" in lines) == (1, True), lines


async def test_many_who_ask_at_once_cost_one_look(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0

    async def examine() -> list[Finding]:
        nonlocal looks
        looks += 1
        return [Finding("database", is_good=looks > 1, told=f"look {looks}")]

    async def is_looked_again() -> bool:
        await page(port, "/readyz")
        return looks > 2

    monkeypatch.setattr(health, "KEPT_SECONDS", UNTIL_IT_HANGS)
    async with health.open_page("127.0.0.1", port, examine):
        answers = await asyncio.gather(*(page(port, "/readyz") for _ in range(20)))
    assert answers == [(503, "database: look 1\n")] * 20
    monkeypatch.setattr(health, "KEPT_SECONDS", 0.001)
    async with health.open_page("127.0.0.1", port, examine):
        await until_told(is_looked_again, "another look")


async def test_a_port_that_is_in_use_is_a_mistake(watched: dict[str, str], port: int) -> None:
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", port), ForkedBot("run", env=watched) as bot:
        assert await bot.wait_exit() == 2
    assert f"\n  - HEALTH_PORT: 127.0.0.1:{port} cannot be used (" in bot.output
    assert "Traceback" not in bot.output


@pytest.mark.parametrize("when", ["at once", "later"])
async def test_a_bot_told_to_stay_asks_nothing_more_after_a_refused_token(
    discord: DiscordStub, watched: dict[str, str], port: int, when: str
) -> None:
    token = "hunter2-hunter2" if when == "at once" else discord.token
    async with ForkedBot("run", "--stay-if-refused", env=watched | {"DISCORD_TOKEN": token}) as bot:
        if when == "later":
            await bot.while_running(discord.wait_ready())
            await discord.replace_token("another token")
        await bot.wait_output("The bot waits to be stopped.")
        asked = len(discord.exchanges)
        assert await page(port, "/livez") == (200, "alive\n")
        status, lines = await page(port, "/readyz")
        assert (status, parts(lines)["gateway"]) == (503, "Discord refuses the token")
        bot.terminate()
        assert await bot.wait_exit() == 78
        assert len(discord.exchanges) == asked
    assert "Traceback" not in bot.output


async def test_systemd_learns_when_the_bot_is_ready_works_and_stops(
    discord: DiscordStub, environment: dict[str, str], tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.setblocking(False)
        systemd = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "20000"}

        async def told(state: str) -> None:
            async with asyncio.timeout(UNTIL_IT_HANGS):
                while await asyncio.get_running_loop().sock_recv(listener, 100) != state.encode():
                    pass

        async with ForkedBot("run", env=environment | systemd) as bot:
            await told("READY=1")
            await told("WATCHDOG=1")
            bot.terminate()
            await told("STOPPING=1")
            await finish(bot)

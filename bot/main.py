"""The bot: services built once, cogs loaded, and a clean way down."""

import asyncio
import logging
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import discord
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from bot.cogs import COGS, LeaderboardTree, PageButton, Services, answer_lost_click, interrupt
from bot.config import Settings, SettingsError
from bot.database.database import Database
from bot.domain.clock import Clock, utc_now
from bot.services.events import EventService
from bot.services.moderation import RemovalService
from bot.services.ratings import LeaderboardScoringService, ProcessLock, RecalculationLock, Recalculator
from bot.services.servers import SettingsService
from bot.services.standings import StandingsService
from bot.services.submissions import LeaderboardService
from bot.services.weeks import WeeklyProcessingService

# Together well below the ten seconds within which the bot ends, also on a busy machine.
LAST_COMMANDS_SECONDS = 3.0
LAST_ANSWERS_SECONDS = 1.5
LAST_RECALCULATIONS_SECONDS = 1.0
GOODBYE_SECONDS = 1.5

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Backend:
    """Everything behind the commands."""

    services: Services
    scoring: LeaderboardScoringService
    recalculator: Recalculator


@asynccontextmanager
async def open_backend(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[Backend]:
    """Build the services over the database and Redis of the settings, and close these at the end."""
    async with AsyncExitStack() as stack:
        database = Database(settings.database)
        stack.push_async_callback(database.close)
        lock: RecalculationLock = ProcessLock(settings.elo_debounce_seconds)
        if settings.redis_url is not None:
            from bot.services.ratings.redis_lock import RedisLock, connect_redis

            redis = connect_redis(settings.redis_url.get_secret_value())
            stack.push_async_callback(redis.aclose)
            lock = RedisLock(redis, settings.elo_debounce_seconds)
        scoring = LeaderboardScoringService(database, settings.scale)
        recalculator = Recalculator(scoring, lock)
        stack.push_async_callback(_stop, recalculator, database)
        cooldown = timedelta(seconds=settings.submit_cooldown_seconds)
        services = Services(
            leaderboard=LeaderboardService(database, clock, settings.scale, cooldown, recalculator),
            standings=StandingsService(database, clock, settings.scale),
            weeks=WeeklyProcessingService(database, clock, settings.scale),
            events=EventService(database, clock),
            removals=RemovalService(database, clock, settings.scale, recalculator),
            settings=SettingsService(database, clock),
            owner_id=settings.bot_owner_id,
        )
        yield Backend(services, scoring, recalculator)


async def _stop(recalculator: Recalculator, database: Database) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(LAST_RECALCULATIONS_SECONDS):
            # Between two transactions: one that is cancelled half way is logged as an error.
            await database.idle()
    with suppress(TimeoutError):
        # Up to Python 3.11 `asyncio.wait_for`, which Redis' client uses, can swallow a cancellation; this repeats it.
        async with asyncio.timeout(LAST_RECALCULATIONS_SECONDS):
            await recalculator.stop()


class LeaderboardBot(commands.AutoShardedBot):
    """The Discord client: slash commands only, no privileged intents, no pings."""

    def __init__(self, services: Services, recalculator: Recalculator | None = None) -> None:
        """Answer by means of the services; start the recalculator, if one is given, with the client."""
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            tree_cls=LeaderboardTree,
        )
        self.services = services
        self._recalculator = recalculator

    async def setup_hook(self) -> None:
        """Load the commands. Discord is told of them by `sync`, not here."""
        for cog in COGS:
            await self.add_cog(cog(self.services))
        self.add_dynamic_items(PageButton)
        self.add_listener(answer_lost_click, "on_interaction")
        if self._recalculator is not None:
            self._recalculator.start()

    async def finish_commands(self) -> None:
        """Take no more commands; wait for those that are running, and interrupt those that take too long."""
        assert isinstance(self.tree, LeaderboardTree)  # noqa: S101 - the class that `__init__` names
        self.tree.is_closing = True
        await _wait_for_commands(LAST_COMMANDS_SECONDS)
        if interrupted := interrupt():
            logger.warning("commands that are interrupted: %d", interrupted)
        # Also those whose work ended in this moment have yet to tell their users.
        await _wait_for_commands(LAST_ANSWERS_SECONDS)
        if running := _running_commands():
            logger.warning("commands that end without an answer: %d", len(running))
        for task in running:
            task.cancel()


def stop_requested() -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT set, in place of what they would do else."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:
            # Windows: its loops take no signals, but the interpreter does.
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    return stop


async def _wait_for_commands(seconds: float) -> None:
    deadline = time.monotonic() + seconds
    # Again and again: those that arrive now are refused, which also takes a moment.
    while (running := _running_commands()) and (seconds_left := deadline - time.monotonic()) > 0:
        await asyncio.wait(running, timeout=seconds_left)


def _running_commands() -> set[asyncio.Task[Any]]:
    return {task for task in asyncio.all_tasks() if task.get_name().startswith(("CommandTree-", "discord-ui-"))}


async def serve(settings: Settings, token: str) -> None:
    """Run the bot until SIGTERM or SIGINT, or until Discord refuses it.

    Raises:
        discord.LoginFailure: Discord does not know the token.
        discord.ConnectionClosed: Discord has closed the connection for good.
        OSError, aiohttp.ClientError: Discord cannot be reached.
        discord.HTTPException, discord.GatewayNotFound: Discord does not let the bot in.
    """
    _set_up_library(settings)
    async with open_backend(settings) as backend:
        bot = LeaderboardBot(backend.services, backend.recalculator)
        stop = stop_requested()
        connected = asyncio.create_task(_connect(bot, token))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({connected, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        refused = connected.done()
        if not refused:
            logger.info("going down: waiting for running commands")
            await bot.finish_commands()
        await _disconnect(bot, connected)
        if refused:
            await connected


def _set_up_library(settings: Settings) -> None:
    Route.BASE = settings.discord_api_url
    # Its warnings of what voice needs would be the first thing that an operator reads.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


async def _connect(bot: LeaderboardBot, token: str) -> None:
    await bot.login(token)
    # discord.py identifies anew at a constant address; it shall be the one that the configured server names.
    _, gateway, _ = await bot.http.get_bot_gateway()
    DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)
    await bot.connect()


async def _disconnect(bot: LeaderboardBot, connected: asyncio.Task[None]) -> None:
    """Close the connections to Discord, without waiting for ever until its side does the same."""
    goodbye = asyncio.gather(bot.close(), connected, return_exceptions=True)
    with suppress(TimeoutError):
        await asyncio.wait_for(goodbye, GOODBYE_SECONDS)


async def sync(settings: Settings, token: str, guild_id: int | None) -> list[str]:
    """Tell Discord of the commands: everywhere, or in one server, where changes show at once.

    Returns:
        The names of the commands that Discord now offers.

    Raises:
        SettingsError: the bot is not in that server.
        Otherwise as `serve`.
    """
    _set_up_library(settings)
    async with open_backend(settings) as backend, LeaderboardBot(backend.services) as bot:
        await bot.login(token)
        guild = None if guild_id is None else discord.Object(guild_id)
        if guild is not None:
            bot.tree.copy_global_to(guild=guild)
        try:
            return [command.name for command in await bot.tree.sync(guild=guild)]
        except discord.Forbidden:
            if guild_id is None:
                raise
            raise SettingsError([f"The bot is not in server {guild_id}. Invite it there, then try again."]) from None

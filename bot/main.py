"""Run the Discord client: load the cogs, answer until told to stop, stop cleanly."""

import asyncio
import logging
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, cast

import discord
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from bot.backend import Backend, open_backend
from bot.cogs import (
    BUTTONS,
    COGS,
    MENUS,
    MODALS,
    LeaderboardTree,
    Services,
    answer_lost_click,
    answer_modal,
    handlers_of,
    interrupt,
)
from bot.config import Settings, SettingsError
from bot.health import Finding, examine_database, examine_jobs, examine_lag, examine_redis, open_page
from bot.services.jobs import JobRunner
from bot.services.ratings import Recalculator
from bot.systemd import feed_watchdog, notify

# The bot must stop within ten seconds, even on a busy machine; with those of the backend, these add up to less.
LAST_COMMANDS_SECONDS = 3.0
LAST_ANSWERS_SECONDS = 1.5
LAST_JOBS_SECONDS = 1.0
GOODBYE_SECONDS = 1.5

AUTHENTICATION_FAILED = 4004
LOGIN_REFUSED = "DISCORD_TOKEN was refused by Discord. Copy it anew from the developer portal."

logger = logging.getLogger(__name__)


class LeaderboardBot(commands.AutoShardedBot):
    """The Discord client: slash commands only, no privileged intents, no mentions."""

    def __init__(
        self, services: Services, recalculator: Recalculator | None = None, jobs: JobRunner | None = None
    ) -> None:
        """Answer commands with the services; start the recalculator and the jobs, if any, with the client."""
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            tree_cls=LeaderboardTree,
            # If only a user has installed the bot, it is in no server.
            allowed_installs=discord.app_commands.AppInstallationType(guild=True, user=False),
        )
        self.services = services
        self.is_refused = False
        self._recalculator = recalculator
        self._jobs = jobs

    @property
    def tree(self) -> LeaderboardTree:
        """The command tree, with the class that `__init__` chooses."""
        return cast(LeaderboardTree, super().tree)

    async def setup_hook(self) -> None:
        """Load the commands. Only `sync` registers them with Discord."""
        for cog in COGS:
            await self.add_cog(cog(self.services))
        for menu in MENUS:
            self.tree.add_command(menu)
        self.add_dynamic_items(*BUTTONS)
        if self._recalculator is not None:
            self._recalculator.start()
        if self._jobs is not None:
            self._jobs.handle(handlers_of(self, self.services))
            self._jobs.start()

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Answer what discord.py does not: clicks on unknown buttons, and modals."""
        if interaction.type is discord.InteractionType.component:
            await answer_lost_click(BUTTONS, interaction)
        elif interaction.type is discord.InteractionType.modal_submit:
            await answer_modal(MODALS, interaction)

    async def close(self) -> None:
        """Stop the jobs, which use Discord, and then close the connections to Discord."""
        if self._jobs is not None:
            await self._jobs.stop(LAST_JOBS_SECONDS)
        await super().close()

    async def finish_commands(self) -> None:
        """Refuse new commands, wait for running ones, and interrupt those that take too long."""
        self.tree.is_closing = True
        await _wait_for_commands(LAST_COMMANDS_SECONDS)
        if interrupted := interrupt():
            logger.warning("interrupted commands: %d", interrupted)
        # Commands whose work has just ended still have to answer their users.
        await _wait_for_commands(LAST_ANSWERS_SECONDS)
        if running := running_commands():
            logger.warning("commands without an answer: %d", len(running))
        for task in running:
            task.cancel()


def stop_requested() -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT will set."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:
            # On Windows, event loops handle no signals, but the interpreter does.
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    return stop


async def _finish_jobs(jobs: JobRunner) -> None:
    with suppress(TimeoutError):
        # A job that waits for a silent database may swallow its cancellation, so cancel unfinished jobs again.
        async with asyncio.timeout(2 * LAST_JOBS_SECONDS):
            await jobs.stop(LAST_JOBS_SECONDS)


async def _wait_for_commands(seconds: float) -> None:
    deadline = time.monotonic() + seconds
    # New commands keep arriving; refusing them also takes a moment.
    while (running := running_commands()) and (seconds_left := deadline - time.monotonic()) > 0:
        await asyncio.wait(running, timeout=seconds_left)


def running_commands() -> set[asyncio.Task[Any]]:
    """Return the tasks of commands and buttons that are still running."""
    return {task for task in asyncio.all_tasks() if task.get_name().startswith(("CommandTree-", "discord-ui-"))}


async def serve(settings: Settings, token: str, *, stays_if_refused: bool = False) -> None:
    """Run the bot until SIGTERM or SIGINT, or until Discord refuses it.

    Args:
        settings: the settings of the bot.
        token: the bot's token.
        stays_if_refused: whether to wait for a signal after Discord has refused the token, without contacting Discord
            again.

    Raises:
        SettingsError: the health page cannot be served.
        discord.LoginFailure: Discord does not know the token.
        discord.ConnectionClosed: Discord has closed the connection for good.
        OSError, aiohttp.ClientError: Discord cannot be reached.
        discord.HTTPException, discord.GatewayNotFound: Discord does not admit the bot.
    """
    set_up_library(settings)
    async with open_backend(settings) as backend, _watched(settings, backend) as bot:
        stop = stop_requested()
        connected = asyncio.create_task(_connect(bot, token))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({connected, stopping}, return_when=asyncio.FIRST_COMPLETED)
        has_ended = connected.done()
        if not has_ended:
            notify("STOPPING=1")
            logger.info("stopping: waiting for running commands")
            await asyncio.gather(bot.finish_commands(), _finish_jobs(backend.jobs))
        await _disconnect(bot, connected)
        if has_ended and stays_if_refused and is_token_refused(connected.exception()):
            bot.is_refused = True
            logger.error("%s The bot waits to be stopped.", LOGIN_REFUSED)
            await stopping
        stopping.cancel()
        if has_ended:
            await connected


def is_token_refused(error: BaseException | None) -> bool:
    """Tell whether an error of `serve` means that Discord rejects the token for good."""
    # If somebody creates a new token in the portal, Discord ends the connections with the old one.
    is_replaced = isinstance(error, discord.ConnectionClosed) and error.code == AUTHENTICATION_FAILED
    return is_replaced or isinstance(error, discord.LoginFailure)


@asynccontextmanager
async def _watched(settings: Settings, backend: Backend) -> AsyncIterator[LeaderboardBot]:
    """Create the client, with the health page and the watchdog of systemd."""
    bot = LeaderboardBot(backend.services, backend.recalculator, backend.jobs)

    async def examine() -> list[Finding]:
        others = (
            examine_database(backend.database),
            examine_redis(settings.redis),
            examine_jobs(backend.jobs.measure),
            examine_lag(),
        )
        return [_examine_gateway(bot), *await asyncio.gather(*others)]

    watchdog = asyncio.create_task(feed_watchdog())
    try:
        async with AsyncExitStack() as stack:
            if settings.health_port is not None:
                page = open_page(settings.health_host, settings.health_port, examine)
                try:
                    await stack.enter_async_context(page)
                except OSError as error:
                    reason = f"HEALTH_PORT: {settings.health_host}:{settings.health_port} cannot be used ({error})."
                    raise SettingsError([reason]) from None
            yield bot
    finally:
        watchdog.cancel()


def _examine_gateway(bot: LeaderboardBot) -> Finding:
    if bot.is_refused:
        return Finding("gateway", is_good=False, told="Discord refuses the token")
    if not bot.is_ready():
        return Finding("gateway", is_good=False, told="not connected")
    shards = [shard.is_closed() for shard in bot.shards.values()]
    if any(shards):
        return Finding("gateway", is_good=False, told=f"{sum(shards)} of {_counted(len(shards), 'shard')} disconnected")
    return Finding("gateway", is_good=True, told=f"connected, {_counted(len(shards), 'shard')}")


def set_up_library(settings: Settings) -> None:
    """Point discord.py at the server of the settings."""
    Route.BASE = settings.discord_api_url
    # Without this, discord.py first logs warnings about missing voice packages.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


async def _connect(bot: LeaderboardBot, token: str) -> None:
    await bot.login(token)
    # discord.py reconnects at a constant address, so replace that by the gateway of the configured server.
    _, gateway, _ = await bot.http.get_bot_gateway()
    DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)
    ready = asyncio.create_task(_tell_when_ready(bot))
    try:
        await bot.connect()
    finally:
        ready.cancel()


async def _tell_when_ready(bot: LeaderboardBot) -> None:
    await bot.wait_until_ready()
    logger.info("ready: %s, %s", _counted(len(bot.guilds), "server"), _counted(len(bot.shards), "shard"))
    notify("READY=1")
    await bot.tree.learn_ids()


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


async def _disconnect(bot: LeaderboardBot, connected: asyncio.Task[None]) -> None:
    """Close the connections to Discord; wait only a moment for its side."""
    goodbye = asyncio.gather(bot.close(), connected, return_exceptions=True)
    with suppress(TimeoutError):
        await asyncio.wait_for(goodbye, GOODBYE_SECONDS)

"""Commands for the running bot: run it, register its commands, check its health, or play without Discord."""

import argparse
import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import asdict
from importlib.util import find_spec
from typing import Any

import aiohttp
import discord

from bot import __version__
from bot.commands._beginning import NOT_READY, OK, SCRIPT, begin, schema_mistakes, token_of, undone
from bot.commands._registration import CommandChanges, register
from bot.config import Settings, SettingsError
from bot.console import may_change
from bot.database import schema
from bot.health import ask_page, examine_redis
from bot.main import LOGIN_REFUSED, is_token_refused, serve
from bot.services.ratings import redis_failure

logger = logging.getLogger(__name__)


class TokenRefused(SettingsError):
    """Discord does not accept the token."""


def run(options: argparse.Namespace) -> int:
    """Run the bot until it is told to stop."""
    settings = begin()
    if mistakes := [*token_mistakes(settings), *schema_mistakes(settings), *_redis_mistakes(settings)]:
        raise SettingsError(mistakes)
    logger.info(
        "%s %s, schema %s, database %s, %s, Discord %s",
        *(SCRIPT, __version__, schema.needed_revision(), settings.database.render_as_string()),
        *("no Redis" if settings.redis_address is None else f"Redis {settings.redis_address}",),
        settings.discord_api_url,
    )
    serving = serve(settings, token_of(settings), stays_if_refused=options.stay_if_refused)
    _speak_to_discord(serving, settings)
    return OK


def sync(options: argparse.Namespace) -> int:
    """Tell Discord about the commands."""
    settings = begin()
    if mistakes := token_mistakes(settings):
        raise SettingsError(mistakes)
    if options.clear and options.guild is None:
        raise SettingsError(["--clear needs --guild ID: it takes away what one server shows twice."])

    def allow(changes: CommandChanges) -> bool:
        lines = [f"{kind}: {', '.join(names)}" for kind, names in asdict(changes).items() if names]
        return may_change(options, lines, sum(map(len, asdict(changes).values())), "command")

    registering = register(settings, token_of(settings), options.guild, allow, clears=options.clear)
    names: list[str] | None = _speak_to_discord(registering, settings)
    if names is None:
        return undone(options)
    if options.clear:
        print(f"Server {options.guild} shows only the commands that every server has.")
        return OK
    where = "in every server" if options.guild is None else f"in server {options.guild}"
    print(f"Discord now offers {where}: {', '.join(names)}")
    return OK


def health(_options: argparse.Namespace) -> int:
    """Tell whether a running bot is connected, and whether its database and Redis answer; asks at HEALTH_PORT."""
    settings = begin()
    if settings.health_port is None:
        told = "not known; set HEALTH_PORT for the bot and for this command"
    elif (answer := asyncio.run(ask_page(settings.health_host, settings.health_port))) is not None:
        is_ready, lines = answer
        print(lines, end="")
        return OK if is_ready else NOT_READY
    else:
        told = f"not known; no bot answers at {settings.health_host}:{settings.health_port}"
    print("gateway:", told)
    print("database:", *schema_mistakes(settings) or ["answers"])
    print(asyncio.run(examine_redis(settings.redis)))
    return NOT_READY


def demo(options: argparse.Namespace) -> int:
    """Play a season in a simulated Discord and serve it as a page; ignore the settings."""
    if find_spec("simcord") is None:
        raise SettingsError(["The demo needs the package simcord from requirements-dev.lock: run `make demo`."])
    from bot.demo import play

    asyncio.run(play(page=options.page, port=options.port, picture=options.picture, empty=options.empty))
    return OK


def token_mistakes(settings: Settings) -> list[str]:
    if settings.discord_token is not None:
        return []
    return ["DISCORD_TOKEN is missing. Copy the bot's token from Discord's developer portal into `.env`."]


def _redis_mistakes(settings: Settings) -> list[str]:
    if settings.redis is None:
        return []
    failure = asyncio.run(redis_failure(settings.redis))
    # Let the bot start although Redis does not answer, because that may pass.
    return [f"REDIS_URL: Redis refuses it ({failure.reason})."] if failure is not None and failure.is_refusal else []


def _speak_to_discord(work: Coroutine[Any, Any, Any], settings: Settings) -> Any:
    try:
        return asyncio.run(work)
    except (discord.HTTPException, discord.ConnectionClosed, discord.GatewayNotFound, discord.LoginFailure) as error:
        if is_token_refused(error):
            raise TokenRefused([LOGIN_REFUSED]) from None
        raise SettingsError([f"Discord, at {settings.discord_api_url}, refuses the bot ({error})."]) from None
    except (aiohttp.ClientError, OSError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise SettingsError([f"Discord cannot be reached at {settings.discord_api_url} ({reason})."]) from None

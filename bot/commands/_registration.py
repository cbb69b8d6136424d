"""Register the commands with Discord."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import discord
from discord import AppCommandType
from discord.app_commands import AppCommand, Command, ContextMenu, Group

from bot.backend import open_backend
from bot.config import Settings, SettingsError
from bot.main import LeaderboardBot, set_up_library


@dataclass(frozen=True, slots=True)
class CommandChanges:
    """The commands that a registration adds, removes or rewrites, as users see them."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    rewritten: tuple[str, ...]


async def register(
    settings: Settings,
    token: str,
    guild_id: int | None,
    allow: Callable[[CommandChanges], bool],
    *,
    clears: bool = False,
) -> list[str] | None:
    """Register the commands with Discord: globally, or in one server, where changes show at once.

    Args:
        settings: the settings of the bot.
        token: the bot's token.
        guild_id: Discord's id of the server; None for a global registration.
        allow: gets the changes beforehand; if it returns False, nothing changes.
        clears: whether to register no commands instead; in a server, the global commands remain.

    Returns:
        The commands that Discord then offers, as users see them; None if nothing was changed.

    Raises:
        SettingsError: the bot is not in the server.
        Further errors: as in `bot.main.serve`.
    """
    set_up_library(settings)
    async with open_backend(settings) as backend, LeaderboardBot(backend.services) as bot:
        await bot.login(token)
        guild = None if guild_id is None else discord.Object(guild_id)
        if guild is not None and not clears:
            bot.tree.copy_global_to(guild=guild)
        try:
            if not allow(await _command_changes(bot, guild)):
                return None
            return [_as_seen(command) for command in await bot.tree.sync(guild=guild)]
        except discord.Forbidden:
            if guild_id is None:
                raise
            raise SettingsError([f"The bot is not in server {guild_id}. Invite it there, then try again."]) from None


async def _command_changes(bot: LeaderboardBot, guild: discord.Object | None) -> CommandChanges:
    offered = {_as_seen(command) for command in await bot.tree.fetch_commands(guild=guild)}
    wanted = {_as_seen(command) for command in bot.tree.get_commands(guild=guild)}
    return CommandChanges(*(tuple(sorted(names)) for names in (wanted - offered, offered - wanted, wanted & offered)))


def _as_seen(command: AppCommand | Command[Any, ..., Any] | Group | ContextMenu) -> str:
    """Return a command with its slash, or the label of a context menu command."""
    kind = getattr(command, "type", AppCommandType.chat_input)
    return f"/{command.name}" if kind is AppCommandType.chat_input else command.name

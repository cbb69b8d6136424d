"""The command tree: the checks before every command, and the shared error handler."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from discord import AppCommandOptionType, Attachment, Interaction, InteractionType, Member, Role, User, app_commands
from discord.app_commands import AppCommandChannel, Command, CommandSignatureMismatch, Parameter

from bot.cogs._answering import show_error
from bot.cogs._delivery import UNDELIVERED
from bot.errors import LeaderboardError, Restarting, ServerOnly

logger = logging.getLogger(__name__)

TYPED = {AppCommandOptionType.string: str}
"""The types of options while a user types; Discord then sends only the ids of chosen objects."""
GIVEN = TYPED | {
    AppCommandOptionType.integer: int,
    AppCommandOptionType.boolean: bool,
    AppCommandOptionType.user: User | Member,
    AppCommandOptionType.role: Role,
    AppCommandOptionType.channel: AppCommandChannel,
    AppCommandOptionType.attachment: Attachment,
}
"""The types of options after the user has sent the command."""


class LeaderboardTree(app_commands.CommandTree[Any]):
    """Accepts commands from servers while the bot runs, and shows errors to their users."""

    is_closing = False
    ids: Mapping[str, int] = MappingProxyType({})
    """Discord's ids of the global commands, by name, as far as they are known."""

    async def learn_ids(self) -> None:
        """Fetch the ids of the commands, which messages need for mentions; if that fails, messages mention none."""
        try:
            self.ids = {command.name: command.id for command in await self.fetch_commands()}
        except UNDELIVERED as error:
            logger.warning("Discord did not tell the ids of the commands: %s", error)

    async def interaction_check(self, interaction: Interaction[Any], /) -> bool:
        """Refuse commands in direct messages, with unknown options, and while the bot stops; make suggestions."""
        command = interaction.command
        if interaction.type is InteractionType.autocomplete:
            await _suggest(command, interaction)
        elif self.is_closing:
            await show_error(interaction, Restarting())
        elif interaction.guild_id is None:
            await show_error(interaction, ServerOnly())
        elif isinstance(command, Command) and not _takes(command, interaction):
            await show_error(interaction, CommandSignatureMismatch(command))
        else:
            return True
        return False

    async def on_error(self, interaction: Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        """Tell the user what went wrong."""
        await show_error(interaction, error)


async def _suggest(command: Any, interaction: Interaction[Any]) -> None:
    """Offer the suggestions for the option that the user is typing, or none if that fails.

    discord.py would log a traceback for each suggestion that Discord refuses: with two processes, one per keystroke.
    """
    try:
        focused = _focused(interaction)
        if focused is not None and isinstance(command, Command) and _takes(command, interaction):
            await command._invoke_autocomplete(interaction, focused, interaction.namespace)
    except UNDELIVERED as error:
        logger.debug("Discord did not take suggestions: %s", error)
        return
    except LeaderboardError as error:
        logger.debug("nothing to suggest: %r", error)
    except Exception:
        logger.exception("suggestions for an option of /%s failed", getattr(command, "qualified_name", "unknown"))
    if not interaction.response.is_done():
        with suppress(*UNDELIVERED):
            await interaction.response.autocomplete([])


def _focused(interaction: Interaction[Any]) -> str | None:
    """Return the name of the option that the user is typing."""
    data: Any = interaction.data
    options = list(data.get("options", []))
    for option in options:
        if option.get("focused"):
            return str(option["name"])
        options.extend(option.get("options", []))
    return None


def _takes(command: Command[Any, ..., Any], interaction: Interaction[Any]) -> bool:
    """Tell whether all options have the types and choices that the command declares.

    Discord checks them against the last synchronised commands, which may be those of another version of the bot.
    """
    kinds = TYPED if interaction.type is InteractionType.autocomplete else GIVEN
    try:
        namespace = interaction.namespace
    except (KeyError, TypeError, ValueError):
        return False
    # `dict(namespace)` would treat it as a mapping, which it is not.
    given = dict(iter(namespace))
    options = [one for one in command.parameters if one.display_name in given]
    return all(_fits(given[one.display_name], one, kinds.get(one.type, object)) for one in options)


def _fits(value: Any, parameter: Parameter, kind: Any) -> bool:
    return isinstance(value, kind) and (not parameter.choices or value in [one.value for one in parameter.choices])

"""The command tree: what holds for every command, and the one handler of errors."""

from contextlib import suppress
from typing import Any

from discord import AppCommandOptionType, Interaction, InteractionType, Member, Role, User, app_commands
from discord.app_commands import Command, CommandSignatureMismatch, Parameter

from bot.cogs._answering import UNDELIVERED, show_error
from bot.errors import Restarting, ServerOnly

TYPED = {AppCommandOptionType.string: str}
"""What options may be while a user types: Discord sends only the ids of everything that is chosen."""
GIVEN = TYPED | {
    AppCommandOptionType.integer: int,
    AppCommandOptionType.boolean: bool,
    AppCommandOptionType.user: User | Member,
    AppCommandOptionType.role: Role,
}
"""What they are once the command is sent."""


class LeaderboardTree(app_commands.CommandTree[Any]):
    """Lets commands in while the bot is open, from servers only, and renders every error."""

    is_closing = False

    async def interaction_check(self, interaction: Interaction[Any], /) -> bool:
        """Refuse commands in direct messages, with options they do not take, and while the bot is going down."""
        command = interaction.command
        if interaction.type is InteractionType.autocomplete:
            if isinstance(command, Command) and _takes(command, interaction):
                return True
            with suppress(*UNDELIVERED):
                await interaction.response.autocomplete([])
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
        """Tell the user what went wrong; nothing can be told while they type."""
        if interaction.type is not InteractionType.autocomplete:
            await show_error(interaction, error)


def _takes(command: Command[Any, ..., Any], interaction: Interaction[Any]) -> bool:
    """Whether the options are of the types and among the choices of the command.

    Discord sees to that by the commands that it was last told of, which may be another version's.
    """
    kinds = TYPED if interaction.type is InteractionType.autocomplete else GIVEN
    try:
        namespace = interaction.namespace
    except (KeyError, TypeError, ValueError):
        return False
    # Pair by pair, since to `dict` it looks like a mapping, which it is not.
    given = dict(iter(namespace))
    options = [one for one in command.parameters if one.display_name in given]
    return all(_fits(given[one.display_name], one, kinds.get(one.type, object)) for one in options)


def _fits(value: Any, parameter: Parameter, kind: Any) -> bool:
    return isinstance(value, kind) and (not parameter.choices or value in [one.value for one in parameter.choices])

"""The command tree: what holds for every command, and the one handler of their errors."""

from typing import Any

from discord import Interaction, InteractionType, app_commands

from bot.cogs.answering import show_error
from bot.errors import Restarting, ServerOnly


class LeaderboardTree(app_commands.CommandTree[Any]):
    """Lets commands in while the bot is open, from servers only, and renders every error."""

    is_closing = False

    async def interaction_check(self, interaction: Interaction[Any], /) -> bool:
        """Refuse commands in direct messages, and all that arrive while the bot is going down."""
        if interaction.type is InteractionType.autocomplete:
            return True
        if self.is_closing:
            await show_error(interaction, Restarting())
        elif interaction.guild_id is None:
            await show_error(interaction, ServerOnly())
        else:
            return True
        return False

    async def on_error(self, interaction: Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        """Tell the user what went wrong; nothing can be told while they type."""
        if interaction.type is not InteractionType.autocomplete:
            await show_error(interaction, error)

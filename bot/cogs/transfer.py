"""`/export`."""

from typing import Any

from discord import Interaction, app_commands

from bot.cogs._answering import answer
from bot.cogs._services import ServiceCog
from bot.cogs._suggestions import all_events
from bot.ui.transfer import show_export


class Transfer(ServiceCog):
    """The command that hands an event to an admin as a file."""

    @app_commands.command(name="export", description="Admins: get all of an event as tables, for you alone")
    @app_commands.describe(event="The event: start typing its name")
    @app_commands.autocomplete(event=all_events)
    @app_commands.guild_only()
    async def export(self, interaction: Interaction[Any], event: str) -> None:
        """Hand over all of an event."""
        await answer(
            interaction, self.services.transfer.export(self.actor(interaction), event), show_export, only_reads=True
        )

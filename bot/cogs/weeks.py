"""`/weekly-reset` and `/weekly-undo`."""

from typing import Any

from discord import Interaction, app_commands

from bot.cogs._answering import answer
from bot.cogs._services import ServiceCog
from bot.cogs._suggestions import all_events, pending_weeks
from bot.ui.weeks import show_preview, show_runs, show_undo


class Weeks(ServiceCog):
    """The commands that admins use on weeks."""

    @app_commands.command(name="weekly-reset", description="Admins: close the finished weeks of an event, or this one")
    @app_commands.describe(
        event="The event: start typing its name",
        week="Which week; leave it out for every finished week, or else the current one",
        preview="True shows the results to you alone and changes nothing",
    )
    @app_commands.autocomplete(event=all_events, week=pending_weeks)
    @app_commands.guild_only()
    async def weekly_reset(
        self, interaction: Interaction[Any], event: str, week: str | None = None, preview: bool = False
    ) -> None:
        """Close weeks, or preview the results."""
        actor, weeks = self.actor(interaction), self.services.weeks
        if preview:
            await answer(interaction, weeks.preview(actor, event, week), show_preview, only_reads=True)
        else:
            await answer(interaction, weeks.run(actor, event, week), show_runs)

    @app_commands.command(name="weekly-undo", description="Admins: take back the latest weekly reset of an event")
    @app_commands.describe(event="The event: start typing its name")
    @app_commands.autocomplete(event=all_events)
    @app_commands.guild_only()
    async def weekly_undo(self, interaction: Interaction[Any], event: str) -> None:
        """Undo the latest weekly run of an event."""
        actor = self.actor(interaction)
        await answer(interaction, self.services.weeks.undo(actor, event), show_undo)

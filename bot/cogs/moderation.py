"""`/remove-score`."""

from typing import Any

from discord import Interaction, User, app_commands

from bot.cogs._answering import answer
from bot.cogs._services import ServiceCog
from bot.cogs._suggestions import all_events, removable_scores
from bot.ui.moderation import show_removal


class Moderation(ServiceCog):
    """The commands that admins use on scores."""

    @app_commands.command(name="remove-score", description="Admins: take a score that should not count out of an event")
    @app_commands.describe(
        event="The event: start typing its name",
        player="Whose score",
        score="Which one, of the latest; leave it out for the personal best",
        reason="Why, for the log and for the player",
    )
    @app_commands.autocomplete(event=all_events, score=removable_scores)
    @app_commands.guild_only()
    async def remove_score(
        self,
        interaction: Interaction[Any],
        event: str,
        player: User,
        score: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Remove one submission."""
        actor = self.actor(interaction)
        await answer(interaction, self.services.removals.remove(actor, event, player.id, score, reason), show_removal)

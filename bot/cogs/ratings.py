"""`/rating` and its button, which works after a restart."""

import re
from typing import Any

from discord import ButtonStyle, Interaction, User, app_commands
from discord.ui import Button, Item

from bot.cogs._answering import answer, guild_of
from bot.cogs._buttons import IdButton
from bot.cogs._services import ServiceCog, services_of
from bot.cogs._suggestions import all_events
from bot.ui.ratings import show_rating


class Ratings(ServiceCog):
    """The command that tells where an event Elo comes from."""

    @app_commands.command(name="rating", description="Show where an event Elo comes from, to you alone")
    @app_commands.describe(event="The event: start typing its name", player="Whose; default: your own")
    @app_commands.autocomplete(event=all_events)
    @app_commands.guild_only()
    async def rating(self, interaction: Interaction[Any], event: str, player: User | None = None) -> None:
        """Show the best, the weeks and how both make the event Elo."""
        viewer = interaction.user.id
        whose = viewer if player is None else player.id
        rating = self.services.standings.rating(guild_of(interaction), event, whose, viewer)
        await answer(interaction, rating, show_rating, only_reads=True)


class RatingButton(IdButton, template=r"rating:(?P<event>[0-9]{1,18})"):
    """A button that shows everyone who clicks it where their own event Elo comes from."""

    def __init__(self, event_id: int) -> None:
        """Explain ratings in the event with this key."""
        self.event_id = event_id
        super().__init__(Button(label="My rating", style=ButtonStyle.secondary, custom_id=f"rating:{event_id}"))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction[Any], item: Item[Any], match: re.Match[str], /
    ) -> "RatingButton":
        """Rebuild a button from its id."""
        return cls(int(match["event"]))

    async def press(self, interaction: Interaction[Any]) -> None:
        """Show the rating, in private."""
        viewer, standings = interaction.user.id, services_of(interaction).standings
        work = standings.rating(guild_of(interaction), self.event_id, viewer, viewer)
        await answer(interaction, work, show_rating, only_reads=True)

"""`/rating` and its buttons."""

from dataclasses import replace
from typing import Any

from discord import Interaction, User, app_commands

from bot.cogs._answering import actor_of, answer, guild_of, post
from bot.cogs._buttons import EVENT, PLAYER, IdButton
from bot.cogs._services import ServiceCog, services_of
from bot.cogs._suggestions import all_events, seasons
from bot.cogs.pictures import PictureButton
from bot.cogs.targets import TargetButton
from bot.domain.explanations import PlayerRating
from bot.ui.card import Reply
from bot.ui.ratings import share_rating, show_rating
from bot.ui.rehearsals import weighing_cards


class Ratings(ServiceCog):
    """The command that explains an event Elo."""

    @app_commands.command(name="rating", description="Show where an event Elo comes from, to you alone")
    @app_commands.describe(
        event="The event: start typing its name",
        player="Whose; default: your own",
        season="A past season; default: the present one",
    )
    @app_commands.autocomplete(event=all_events, season=seasons)
    @app_commands.guild_only()
    async def rating(
        self, interaction: Interaction[Any], event: str, player: User | None = None, season: str | None = None
    ) -> None:
        """Show the best, the weeks, and how they make up the event Elo."""
        viewer = interaction.user.id
        whose = viewer if player is None else player.id
        rating = self.services.standings.rating(guild_of(interaction), event, whose, viewer, season)
        await answer(interaction, rating, lambda result: _show(result, viewer), only_reads=True)


class RatingButton(IdButton, template=rf"rating:{EVENT}(?::{PLAYER})?"):
    """A button that explains an event Elo to anyone who clicks it: their own, or that of one player."""

    def __init__(self, event_id: int, discord_id: int | None = None) -> None:
        """Explain ratings in the event with this key.

        It is the rating of a player, given by Discord's id, or of the user who clicks.
        """
        self.event_id, self.discord_id = event_id, discord_id
        label, custom_id = "My rating", f"rating:{event_id}"
        if discord_id is not None:
            label, custom_id = "How was this rated?", f"rating:{event_id}:{discord_id}"
        super().__init__(label, custom_id)

    async def press(self, interaction: Interaction[Any]) -> None:
        """Show the rating, in private; below a submission, show an admin what weighs in the event, too."""
        await answer(interaction, self._explain(interaction), lambda reply: reply, only_reads=True)

    async def _explain(self, interaction: Interaction[Any]) -> Reply:
        viewer, services = interaction.user.id, services_of(interaction)
        whose = viewer if self.discord_id is None else self.discord_id
        shown = _show(await services.standings.rating(guild_of(interaction), self.event_id, whose, viewer), viewer)
        if self.discord_id is None:
            return shown
        weighing = await services.rehearsals.weigh(actor_of(interaction), self.event_id)
        return replace(shown, cards=[*shown.cards, *weighing_cards(weighing)])


class ShareButton(IdButton, template=rf"rating:share:{EVENT}:{PLAYER}"):
    """A button below a private rating that shows it to everyone, once."""

    def __init__(self, event_id: int, discord_id: int) -> None:
        """Share the rating of a player, by Discord's id, in the event with this key."""
        self.event_id, self.discord_id = event_id, discord_id
        super().__init__("Share", f"rating:share:{event_id}:{discord_id}")

    async def press(self, interaction: Interaction[Any]) -> None:
        """Show everyone the present rating, and remove the button."""
        viewer, standings = interaction.user, services_of(interaction).standings
        work = standings.rating(guild_of(interaction), self.event_id, self.discord_id, viewer.id)
        await post(
            interaction,
            work,
            lambda result: _show(result, viewer.id, is_shared=True),
            lambda result: share_rating(result, viewer.display_name),
            only_reads=True,
        )


def _show(rating: PlayerRating, viewer: int, *, is_shared: bool = False) -> Reply:
    """Show a rating to the user who asks, with buttons for further steps."""
    own, event = rating.player.discord_id == viewer, rating.event
    buttons: list[IdButton] = [PictureButton("rating", rating.player.discord_id, event.id)]
    if own and rating.takes_scores:
        buttons.append(TargetButton(event.id))
    if not is_shared:
        buttons.append(ShareButton(event.id, rating.player.discord_id))
    return show_rating(rating, is_shared=is_shared).with_buttons(buttons)

"""`/profile`, also in the context menu of users, `/compare`, and the button that follows a rival."""

import re
from dataclasses import replace
from typing import Any

from discord import ButtonStyle, Interaction, User, app_commands

from bot.cogs._answering import answer, guild_of, update
from bot.cogs._buttons import EVENT, PLAYER, IdButton
from bot.cogs._services import ServiceCog, services_of
from bot.cogs._suggestions import all_events
from bot.cogs.pictures import ALL_EVENTS, PictureButton
from bot.domain.profiles import Comparison
from bot.ui.card import Reply
from bot.ui.profiles import show_comparison, show_profile


class Profiles(ServiceCog):
    """The commands that show players across all events."""

    @app_commands.command(name="profile", description="What a player has done, to you alone")
    @app_commands.describe(player="Whose; default: your own")
    @app_commands.guild_only()
    async def profile(self, interaction: Interaction[Any], player: User | None = None) -> None:
        """Show all events of a player, with medals, streaks and the best week."""
        await _show(interaction, interaction.user.id if player is None else player.id)

    @app_commands.command(name="compare", description="Two players side by side, to you alone")
    @app_commands.describe(
        player="With whom you compare yourself",
        other="Another player, in your place",
        event="One event; default: all that both play",
    )
    @app_commands.autocomplete(event=all_events)
    @app_commands.guild_only()
    async def compare(
        self, interaction: Interaction[Any], player: User, other: User | None = None, event: str | None = None
    ) -> None:
        """Show who leads in which event, and by how much."""
        pair = player.id, None if other is None else other.id
        comparison = self.services.profiles.compare(guild_of(interaction), *pair, interaction.user.id, event)
        await answer(interaction, comparison, _compared, only_reads=True)


@app_commands.context_menu(name="Profile")
@app_commands.guild_only()
async def profile_of_user(interaction: Interaction[Any], user: User) -> None:
    """Show the profile of a user, as `/profile` does."""
    await _show(interaction, user.id)


class RivalButton(IdButton, template=rf"rival:(?P<state>follow|unfollow):{PLAYER}:{EVENT}"):
    """A button below a comparison: it makes the compared player the clicking user's rival, or ends that."""

    def __init__(self, rival_id: int, event_id: int, *, follows: bool) -> None:
        """Follow a player, or stop following; the comparison is of the event with this key, or of `ALL_EVENTS`."""
        self.rival_id, self.event_id, self.follows = rival_id, event_id, follows
        state, label = ("follow", "Follow as rival") if follows else ("unfollow", "Unfollow")
        style = ButtonStyle.primary if follows else ButtonStyle.secondary
        super().__init__(label, f"rival:{state}:{rival_id}:{event_id}", style)

    @classmethod
    def from_id(cls, match: re.Match[str]) -> "RivalButton":
        """Rebuild a button from its id."""
        return cls(int(match["player"]), int(match["event"]), follows=match["state"] == "follow")

    async def press(self, interaction: Interaction[Any]) -> None:
        """Follow the player or stop following, and show the comparison again."""
        await update(interaction, self._follow(interaction), _compared)

    async def _follow(self, interaction: Interaction[Any]) -> Comparison:
        services, guild_id, user_id = services_of(interaction), guild_of(interaction), interaction.user.id
        event_id = None if self.event_id == ALL_EVENTS else self.event_id
        # Compare before writing anything, because the id may be forged.
        comparison = await services.profiles.compare(guild_id, self.rival_id, None, user_id, event_id)
        follow = services.reminders.follow if self.follows else services.reminders.unfollow
        await follow(guild_id, user_id, self.rival_id)
        return replace(comparison, is_rival=self.follows)


async def _show(interaction: Interaction[Any], discord_id: int) -> None:
    profiles = services_of(interaction).profiles
    profile = profiles.show(guild_of(interaction), discord_id, interaction.user.id)
    picture = PictureButton("profile", discord_id, ALL_EVENTS)
    await answer(interaction, profile, lambda found: show_profile(found).with_buttons([picture]), only_reads=True)


def _compared(comparison: Comparison) -> Reply:
    shown = show_comparison(comparison)
    if comparison.is_rival is None:
        return shown
    event_id = ALL_EVENTS if comparison.event_id is None else comparison.event_id
    button = RivalButton(comparison.second.discord_id, event_id, follows=not comparison.is_rival)
    return shown.with_buttons([button])

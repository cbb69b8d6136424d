"""`/score remove`, `/score restore`, `/player withdraw`, `/player return`, and the buttons of removals."""

import re
from dataclasses import replace
from typing import Any, ClassVar

from discord import ButtonStyle, Interaction, User, app_commands
from discord.ui import Button, Item

from bot.cogs._answering import actor_of, answer, post, update
from bot.cogs._buttons import NOTHING, IdButton
from bot.cogs._services import ServiceCog, services_of
from bot.cogs._suggestions import all_events, removable_scores, removed_scores
from bot.domain.moderation import RemovalPreview, RemovalResult
from bot.domain.text import clean_reason
from bot.ui.card import cards_in
from bot.ui.moderation import (
    read_reason,
    show_kept,
    show_membership,
    show_removal,
    show_removal_preview,
    show_removed,
    show_restoration,
)
from bot.ui.reply import Reply

# Discord's ids have up to 19 digits; a greater number than any of them would not fit into a column.
_OF_SUBMISSION = r"(?P<event>[0-9]{1,18}):(?P<player>[0-8]?[0-9]{1,18}):(?P<submission>[0-9]{1,18})"


class Moderation(ServiceCog):
    """The commands that admins use on scores and players."""

    score = app_commands.Group(name="score", description="Admins: the scores of players", guild_only=True)
    player = app_commands.Group(name="player", description="Admins: the players of this server", guild_only=True)

    @score.command(name="remove", description="Admins: take a score that should not count out of an event")
    @app_commands.describe(
        event="The event: start typing its name",
        player="Whose score",
        score="Value, day or week; without: the best",
        reason="Why; everyone in the channel can read it",
    )
    @app_commands.autocomplete(event=all_events, score=removable_scores)
    async def score_remove(
        self,
        interaction: Interaction[Any],
        event: str,
        player: User,
        score: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Show what the removal of a submission would change, and ask whether to do it."""
        preview = self.services.removals.preview(self.actor(interaction), event, player.id, score)
        await answer(interaction, preview, lambda result: _ask(result, reason), only_reads=True)

    @score.command(name="restore", description="Admins: let a removed score count again")
    @app_commands.describe(
        event="The event: start typing its name",
        player="Whose score",
        score="Value, day or week; without: removed last",
    )
    @app_commands.autocomplete(event=all_events, score=removed_scores)
    async def score_restore(
        self, interaction: Interaction[Any], event: str, player: User, score: str | None = None
    ) -> None:
        """Restore a removed submission."""
        restored = self.services.removals.restore(self.actor(interaction), event, player.id, score)
        await answer(interaction, restored, show_restoration)

    @player.command(name="withdraw", description="Admins: take a player out of all events, until they return")
    @app_commands.describe(player="Who", reason="Why; everyone in the channel can read it")
    async def player_withdraw(self, interaction: Interaction[Any], player: User, reason: str | None = None) -> None:
        """Withdraw a player."""
        withdrawn = self.services.withdrawals.withdraw(self.actor(interaction), player.id, reason)
        await answer(interaction, withdrawn, show_membership)

    @player.command(name="return", description="Admins: bring a withdrawn player back, as they were")
    @app_commands.describe(player="Who", reason="Why; everyone in the channel can read it")
    async def player_return(self, interaction: Interaction[Any], player: User, reason: str | None = None) -> None:
        """Bring a withdrawn player back."""
        returned = self.services.withdrawals.bring_back(self.actor(interaction), player.id, reason)
        await answer(interaction, returned, show_membership)


class _ScoreButton(IdButton, template=NOTHING):
    """A button about one submission, whose id names the event, the player and the submission."""

    ACTION: ClassVar[str]
    LABEL: ClassVar[str]
    STYLE: ClassVar = ButtonStyle.secondary

    def __init__(self, event_id: int, discord_id: int, submission_id: int) -> None:
        """Act on a submission of the player `discord_id` to an event."""
        self.event_id, self.discord_id, self.submission_id = event_id, discord_id, submission_id
        custom_id = f"score:{self.ACTION}:{event_id}:{discord_id}:{submission_id}"
        super().__init__(Button(label=self.LABEL, style=self.STYLE, custom_id=custom_id))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction[Any], item: Item[Any], match: re.Match[str], /
    ) -> "_ScoreButton":
        """Rebuild a button from its id."""
        return cls(int(match["event"]), int(match["player"]), int(match["submission"]))

    @classmethod
    def of(cls, result: RemovalPreview | RemovalResult) -> "_ScoreButton":
        """Return the button for a submission."""
        return cls(result.event.id, result.player.discord_id, result.submission.id)

    @property
    def submission(self) -> tuple[int, int, str]:
        """The submission, as services take it."""
        return self.event_id, self.discord_id, f"#{self.submission_id}"


class RemoveButton(_ScoreButton, template=rf"score:remove:{_OF_SUBMISSION}"):
    """Removes the submission that the message is about, for the reason that the message gives."""

    ACTION, LABEL, STYLE = "remove", "Remove", ButtonStyle.danger

    async def press(self, interaction: Interaction[Any]) -> None:
        """Remove the submission, and show everyone."""
        services = services_of(interaction)
        reason = read_reason(cards_in(interaction.message))
        actor = actor_of(interaction, services.owner_id)
        removal = services.removals.remove(actor, *self.submission, reason)
        await post(interaction, removal, lambda _: show_removed(), _show_removal)


class KeepButton(_ScoreButton, template=rf"score:keep:{_OF_SUBMISSION}"):
    """Leaves the submission as it is."""

    ACTION, LABEL = "keep", "Cancel"

    async def press(self, interaction: Interaction[Any]) -> None:
        """Take the question back."""
        await interaction.response.edit_message(content=None, embeds=[], view=show_kept().layout())


class RestoreButton(_ScoreButton, template=rf"score:restore:{_OF_SUBMISSION}"):
    """Restores the submission whose removal the message shows."""

    ACTION, LABEL = "restore", "Restore"

    async def press(self, interaction: Interaction[Any]) -> None:
        """Restore the submission, and show that instead."""
        services = services_of(interaction)
        actor = actor_of(interaction, services.owner_id)
        await update(interaction, services.removals.restore(actor, *self.submission), show_restoration)


def _show_removal(result: RemovalResult) -> Reply:
    return replace(show_removal(result), buttons=[[RestoreButton.of(result)]])


def _ask(preview: RemovalPreview, reason: str | None) -> Reply:
    asked = show_removal_preview(preview, clean_reason(reason))
    return replace(asked, buttons=[[RemoveButton.of(preview), KeepButton.of(preview)]])

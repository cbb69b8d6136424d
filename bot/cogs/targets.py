"""`/target`, and the button with the same question."""

from typing import Any, Literal

from discord import Interaction, User, app_commands

from bot.cogs._answering import answer, guild_of
from bot.cogs._buttons import EVENT, IdButton
from bot.cogs._score_form import SubmitButton
from bot.cogs._services import ServiceCog, services_of
from bot.cogs._suggestions import open_events
from bot.domain.standings import Board
from bot.domain.targets import Target
from bot.ui.card import Reply
from bot.ui.targets import LABEL, show_target


class Targets(ServiceCog):
    """The command that says what a player must score."""

    @app_commands.command(name="target", description="What must I score? Only you see the answer")
    @app_commands.describe(
        event="The event: start typing its name",
        rank="To be this rank; default: the next above",
        elo="To have this Elo",
        player="To be ahead of this player",
        board="On which board; default: overall",
    )
    @app_commands.autocomplete(event=open_events)
    @app_commands.guild_only()
    async def target(
        self,
        interaction: Interaction[Any],
        event: str,
        rank: app_commands.Range[int, 1] | None = None,
        elo: int | None = None,
        player: User | None = None,
        board: Literal["all-time", "week", "overall"] | None = None,
    ) -> None:
        """Show the score that reaches a goal."""
        target = self.services.targets.find(
            guild_of(interaction),
            event,
            interaction.user.id,
            board=None if board is None else Board(board),
            rank=rank,
            elo=elo,
            player=None if player is None else player.id,
        )
        await answer(interaction, target, _show, only_reads=True)


class TargetButton(IdButton, template=rf"target:{EVENT}"):
    """A button that tells anyone who clicks it which score takes them to the next rank."""

    def __init__(self, event_id: int) -> None:
        """Aim at the next rank in the event with this key."""
        self.event_id = event_id
        super().__init__(LABEL, f"target:{event_id}")

    async def press(self, interaction: Interaction[Any]) -> None:
        """Show the score, in private."""
        target = services_of(interaction).targets.find(guild_of(interaction), self.event_id, interaction.user.id)
        await answer(interaction, target, _show, only_reads=True)


def _show(target: Target) -> Reply:
    return show_target(target).with_buttons([SubmitButton(target.event.id)])

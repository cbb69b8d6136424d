"""`/help` and its buttons."""

from typing import Any

from discord import ButtonStyle, Interaction, app_commands

from bot.cogs._answering import actor_of, answer, channel_of, guild_of
from bot.cogs._buttons import LONGEST_LABEL, IdButton, in_rows
from bot.cogs._modals import open_modal
from bot.cogs._services import ServiceCog, services_of
from bot.cogs.servers import SetupButton
from bot.cogs.standings import PageButton
from bot.cogs.submissions import ask_for_score
from bot.domain.events import EventSummary
from bot.domain.help import Guide
from bot.domain.standings import Board
from bot.ui.card import Reply
from bot.ui.events import show_events
from bot.ui.help import LABELS, show_help, show_ratings
from bot.ui.text import isolate

MOST_BOARDS = 10


class Help(ServiceCog):
    """The command for newcomers."""

    @app_commands.command(name="help", description="What is this? How do I begin?")
    @app_commands.guild_only()
    async def help(self, interaction: Interaction[Any]) -> None:
        """Show the steps to a first score."""
        ids = interaction.client.tree.ids
        guide = self.services.help.guide(actor_of(interaction))
        await answer(
            interaction, guide, lambda guide: show_help(guide, ids).with_buttons(*_buttons(guide)), only_reads=True
        )


class HelpButton(IdButton, template=r"help:(?P<part>submit|boards|ratings)"):
    """A button that asks for a score, offers the boards, or explains ratings."""

    def __init__(self, part: str) -> None:
        """Lead to one of these parts."""
        self.part = part
        style = ButtonStyle.primary if part == "submit" else ButtonStyle.secondary
        super().__init__(LABELS[part], f"help:{part}", style)

    async def press(self, interaction: Interaction[Any]) -> None:
        """Open the modal, or answer in private."""
        services, guild_id, viewer = services_of(interaction), guild_of(interaction), interaction.user.id
        if self.part == "submit":
            choices = services.leaderboard.choices(guild_id, channel_of(interaction), viewer)
            await open_modal(interaction, choices, ask_for_score)
        elif self.part == "boards":
            events = services.events.list(guild_id)
            await answer(interaction, events, lambda events: _boards(events, viewer), only_reads=True)
        else:
            ids, guide = interaction.client.tree.ids, services.help.guide(actor_of(interaction))
            await answer(interaction, guide, lambda guide: show_ratings(guide, ids), only_reads=True)


def _buttons(guide: Guide) -> list[list[IdButton]]:
    if guide.events:
        return [[HelpButton(part) for part in LABELS]]
    setup: list[IdButton] = [SetupButton("open")] if guide.is_admin else []
    parts = ["boards", "ratings"] if guide.has_boards else ["ratings"]
    return [[*setup, *map(HelpButton, parts)]]


def _boards(events: tuple[EventSummary, ...], viewer: int) -> Reply:
    """List the events, with a button for the board of each, as far as there is room."""
    named = [(one.event.id, isolate(one.event.name, LONGEST_LABEL)) for one in events[:MOST_BOARDS]]
    buttons = [PageButton("all", event_id, Board.ALL_TIME, 0, viewer, text=name) for event_id, name in named]
    return show_events(events, LABELS["boards"]).with_buttons(*in_rows(buttons))

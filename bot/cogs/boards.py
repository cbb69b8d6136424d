"""`/board`, and the buttons below a board."""

from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any

from discord import ChannelType, Interaction, NotFound, app_commands

from bot.cogs._admins import ADMINS
from bot.cogs._answering import actor_of, answer
from bot.cogs._buttons import IdButton
from bot.cogs._channels import may_write
from bot.cogs._delivery import UNDELIVERED
from bot.cogs._score_form import SubmitButton
from bot.cogs._services import ServiceCog
from bot.cogs._suggestions import all_events, kept_events
from bot.cogs.ratings import RatingButton
from bot.cogs.standings import PastWeeksButton
from bot.domain.boards import BoardChange, PostedBoard
from bot.errors import NotATextChannel
from bot.ui.boards import board_cards, show_change
from bot.ui.card import Reply

WITHOUT_MESSAGES = {ChannelType.category, ChannelType.forum, ChannelType.media}
"""The types of channels that contain other channels or threads, but no messages of their own."""


class Boards(ServiceCog):
    """The commands for boards that stay up to date."""

    board = app_commands.Group(
        name="board", description="Boards that stay up to date", guild_only=True, default_permissions=ADMINS
    )

    @board.command(name="post", description="Admins: post a board of an event that stays up to date")
    @app_commands.describe(
        event="The event: start typing its name",
        channel="Where; default: this channel",
    )
    @app_commands.autocomplete(event=kept_events)
    async def board_post(
        self, interaction: Interaction[Any], event: str, channel: app_commands.AppCommandChannel | None = None
    ) -> None:
        """Post the board of an event, in place of its previous board."""
        if channel is not None and channel.type in WITHOUT_MESSAGES:
            raise NotATextChannel
        where = channel.id if channel is not None else interaction.channel_id or 0
        posted = self.services.boards.post(actor_of(interaction), event, where, may_write=may_write(interaction, where))
        await answer(interaction, _clear(interaction, posted), show_change)

    @board.command(name="remove", description="Admins: take the board of an event down")
    @app_commands.describe(event="The event: start typing its name")
    @app_commands.autocomplete(event=all_events)
    async def board_remove(self, interaction: Interaction[Any], event: str) -> None:
        """Remove the board of an event."""
        removed = self.services.boards.remove(actor_of(interaction), event)
        await answer(interaction, _clear(interaction, removed), show_change)


def show_board(board: PostedBoard) -> Reply:
    """Show a board with its buttons; it has no *Submit* button while the event takes no scores."""
    buttons: list[IdButton] = [SubmitButton(board.event.id)] if board.all_time.takes_scores else []
    buttons += [RatingButton(board.event.id), PastWeeksButton(board.event.id)]
    return Reply(board_cards(board), [buttons])


async def _clear(interaction: Interaction[Any], changing: Coroutine[Any, Any, BoardChange]) -> BoardChange:
    """Delete the message of an event's previous board after the change; if Discord refuses, it stays the former one."""
    change = await changing
    if change.former is not None:
        channel = interaction.client.get_partial_messageable(change.former.channel_id)
        with suppress(*UNDELIVERED):
            with suppress(NotFound):
                await channel.get_partial_message(change.former.message_id).delete()
            return replace(change, former=None)
    return change

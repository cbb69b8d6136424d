"""`/history` and its buttons."""

import re
from datetime import datetime
from typing import Any, ClassVar

from discord import Interaction, User, app_commands

from bot.cogs._answering import actor_of, answer, guild_of, update
from bot.cogs._buttons import EVENT, PAGE, PLAYER, IdButton, instant_of, ticks_of
from bot.cogs._services import ServiceCog, services_of
from bot.cogs._suggestions import all_events
from bot.cogs.pictures import PictureButton
from bot.domain.history import HistoryPage, PastBoard
from bot.domain.standings import Board
from bot.ui.card import Reply
from bot.ui.history import history_card, past_board_card


class History(ServiceCog):
    """The command for past scores and boards."""

    @app_commands.command(name="history", description="Show what a player has submitted, or a board as it was")
    @app_commands.describe(
        event="The event: start typing its name",
        player="Whose; default: your own",
        at="The board as it was: 2026-03-01, 21 Nov",
    )
    @app_commands.autocomplete(event=all_events)
    @app_commands.guild_only()
    async def history(
        self, interaction: Interaction[Any], event: str, player: User | None = None, at: str | None = None
    ) -> None:
        """Show the first page of a player's submissions, or of a past board."""
        whose = interaction.user.id if player is None else player.id
        if at is None:
            page = self.services.history.page(actor_of(interaction), event, whose, 0)
            await answer(interaction, page, show_history, only_reads=True)
        else:
            board = self.services.history.board(guild_of(interaction), event, at, Board.ALL_TIME, 0, whose)
            await answer(interaction, board, show_past_board, only_reads=True)


class HistoryButton(IdButton, template=rf"history:(?P<label>newer|older):{EVENT}:{PLAYER}:{PAGE}"):
    """A button that turns to newer or older scores of a player."""

    LABELS: ClassVar = {"newer": "‹ Newer", "older": "Older ›"}

    def __init__(self, label: str, event_id: int, player: int, page: int, *, enabled: bool = True) -> None:
        """Turn to `page` of a user's submissions."""
        self.event_id, self.player, self.page = event_id, player, page
        custom_id = f"history:{label}:{event_id}:{player}:{page}"
        super().__init__(self.LABELS[label], custom_id, enabled=enabled)

    async def press(self, interaction: Interaction[Any]) -> None:
        """Turn the page."""
        page = services_of(interaction).history.page(actor_of(interaction), self.event_id, self.player, self.page)
        await update(interaction, page, show_history, only_reads=True)


class PastBoardButton(
    IdButton,
    template=(
        rf"past:(?P<label>previous|own|next|all|overall):{EVENT}:(?P<board>all-time|overall)"
        rf":(?P<at>[0-9]{{1,16}}):{PAGE}:{PLAYER}"
    ),
):
    """A button that turns to a page of a past board, to the other board, or to the page with the player's row."""

    LABELS: ClassVar = {"previous": "‹", "own": "Find", "next": "›", "all": "All-time", "overall": "Overall"}

    def __init__(
        self, label: str, event_id: int, board: Board, at: datetime, page: int, player: int, *, enabled: bool = True
    ) -> None:
        """Turn to `page` of a board as it was at an instant, with the row of a user."""
        self.label, self.event_id, self.board, self.at = label, event_id, board, at
        self.page, self.player = page, player
        custom_id = f"past:{label}:{event_id}:{board}:{ticks_of(at)}:{page}:{player}"
        super().__init__(self.LABELS[label], custom_id, enabled=enabled)

    @classmethod
    def from_id(cls, match: re.Match[str]) -> "PastBoardButton":
        """Rebuild a button from its id."""
        at = instant_of(int(match["at"]))
        return cls(
            match["label"], int(match["event"]), Board(match["board"]), at, int(match["page"]), int(match["player"])
        )

    async def press(self, interaction: Interaction[Any]) -> None:
        """Turn the page."""
        history, page = services_of(interaction).history, None if self.label == "own" else self.page
        board = history.board(guild_of(interaction), self.event_id, self.at, self.board, page, self.player)
        await update(interaction, board, show_past_board, only_reads=True)


def show_history(page: HistoryPage) -> Reply:
    """Show a page of a player's submissions, with buttons for a picture and for other pages."""
    buttons: list[IdButton] = [
        HistoryButton(label, page.event.id, page.player.discord_id, max(number, 0), enabled=0 <= number < page.pages)
        for label, number in (("newer", page.page - 1), ("older", page.page + 1))
    ]
    picture = PictureButton("history", page.player.discord_id, page.event.id)
    return Reply([history_card(page)], [[*(buttons if page.pages > 1 else []), picture]], ephemeral=True)


def show_past_board(board: PastBoard) -> Reply:
    """Show a page of a past board, with buttons for other pages and, if a week was closed by then, the other board."""

    def button(label: str, number: int = 0, *, of: Board = board.board, enabled: bool = True) -> PastBoardButton:
        return PastBoardButton(label, board.event.id, of, board.at, max(number, 0), board.discord_id, enabled=enabled)

    rows = []
    if board.closed_weeks:
        boards = ("all", Board.ALL_TIME), ("overall", Board.OVERALL)
        rows.append([button(label, of=of, enabled=of is not board.board) for label, of in boards])
    if board.pages > 1:
        turns = [button("previous", board.page - 1, enabled=board.page > 0)]
        turns.append(button("own", enabled=board.own is not None))
        turns.append(button("next", board.page + 1, enabled=board.page < board.pages - 1))
        rows.append(turns)
    return Reply([past_board_card(board)], rows, ephemeral=True)

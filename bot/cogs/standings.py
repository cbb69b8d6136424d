"""`/leaderboard`, and the buttons below one. Their ids hold all they need, so they work after a restart."""

import re
from typing import Any, ClassVar, Literal, Protocol

from discord import ButtonStyle, ComponentType, Interaction, InteractionType, app_commands
from discord.ui import Button, DynamicItem, Item, View

from bot.cogs._answering import answer, guild_of, show_error, update
from bot.cogs._services import ServiceCog, Services
from bot.cogs._suggestions import all_events
from bot.domain.standings import Board, LeaderboardPage
from bot.errors import ButtonOutdated
from bot.ui.reply import Reply
from bot.ui.standings import board_embed

BUTTON_ID = re.compile(
    r"leaderboard:(?P<label>[a-z]+):(?P<event>[0-9]{1,18}):(?P<board>all-time|week|overall)"
    r":(?P<page>[0-9]{1,9}):(?P<owner>[0-9]{1,20})"
)


class Standings(ServiceCog):
    """Who stands where."""

    @app_commands.command(name="leaderboard", description="Show a leaderboard of an event of this server")
    @app_commands.describe(
        event="The event: start typing its name",
        board="all-time: personal bests · week: this week's bests · overall: event Elo",
    )
    @app_commands.autocomplete(event=all_events)
    @app_commands.guild_only()
    async def leaderboard(
        self,
        interaction: Interaction[Any],
        event: str,
        board: Literal["all-time", "week", "overall"] = "all-time",
    ) -> None:
        """Show the first page; its buttons turn to the others."""
        viewer = interaction.user.id
        page = self.services.standings.page(guild_of(interaction), event, Board(board), 0, viewer)
        await answer(interaction, page, lambda result: show_page(result, viewer))


class HasServices(Protocol):
    """A client that carries the services, which is where a button finds them after a restart."""

    services: Services


class PageButton(DynamicItem[Button[View]], template=BUTTON_ID):
    """A button that turns a leaderboard to one page.

    Whoever asked for the leaderboard turns its pages in place; anyone else gets a copy of their own.
    """

    LABELS: ClassVar = {"previous": "◀ Previous", "next": "Next ▶", "own": "My row"}

    def __init__(self, label: str, event_id: int, board: Board, page: int, owner_id: int, *, enabled: bool = True):
        """Lead to `page` of a board, for the message that `owner_id` asked for."""
        self.event_id, self.board, self.page, self.owner_id = event_id, board, page, owner_id
        super().__init__(
            Button(
                label=self.LABELS.get(label, label),
                style=ButtonStyle.secondary,
                custom_id=f"leaderboard:{label}:{event_id}:{board}:{page}:{owner_id}",
                disabled=not enabled,
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction[Any], item: Item[Any], match: re.Match[str], /
    ) -> "PageButton":
        """Read back what the id says."""
        return cls(
            match["label"],
            int(match["event"]),
            Board(match["board"]),
            int(match["page"]),
            int(match["owner"]),
        )

    async def callback(self, interaction: Interaction[Any]) -> None:
        """Turn the page."""
        try:
            await self._turn(interaction, interaction.client)
        except Exception as error:  # noqa: BLE001 - buttons have no handler above them that could tell the user
            await show_error(interaction, error)

    async def _turn(self, interaction: Interaction[Any], client: HasServices) -> None:
        viewer = interaction.user.id
        work = client.services.standings.page(guild_of(interaction), self.event_id, self.board, self.page, viewer)
        if viewer == self.owner_id:
            await update(interaction, work, lambda page: show_page(page, viewer))
        else:
            await answer(interaction, work, lambda page: show_page(page, viewer, ephemeral=True))


async def answer_lost_click(interaction: Interaction[Any]) -> None:
    """Tell a user who clicked on what leads nowhere, such as a button of an older version, that it does.

    discord.py passes over such a click, and its user would wait in vain.
    """
    if interaction.type is InteractionType.component and not _is_page_button(interaction):
        await show_error(interaction, ButtonOutdated())


def _is_page_button(interaction: Interaction[Any]) -> bool:
    data: Any = interaction.data
    items = [] if interaction.message is None else View.from_message(interaction.message).children
    return (
        data["component_type"] == ComponentType.button.value
        and BUTTON_ID.fullmatch(data["custom_id"]) is not None
        and any(isinstance(item, Button) and item.custom_id == data["custom_id"] for item in items)
    )


def show_page(page: LeaderboardPage, viewer_id: int, *, ephemeral: bool = False) -> Reply:
    """Show a page of a leaderboard and, where there are others, the buttons to turn it."""
    if page.pages == 1:
        return Reply([board_embed(page)], ephemeral=ephemeral)
    view = View(timeout=None)
    turns = (
        ("previous", page.page - 1, page.page > 0),
        ("next", page.page + 1, page.page < page.pages - 1),
        ("own", page.own_page if page.own_page is not None else 0, page.own_page not in (None, page.page)),
    )
    for label, number, enabled in turns:
        view.add_item(PageButton(label, page.event.id, page.board, max(number, 0), viewer_id, enabled=enabled))
    return Reply([board_embed(page)], view, ephemeral)

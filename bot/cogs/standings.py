"""`/leaderboard` and its buttons."""

import re
from functools import partial
from typing import Any, ClassVar, Literal

from discord import Interaction, Member, User, app_commands

from bot.cogs._answering import answer, guild_of, update
from bot.cogs._buttons import DISCORD_ID, EVENT, PAGE, IdButton, in_rows
from bot.cogs._score_form import SubmitButton
from bot.cogs._services import ServiceCog, services_of
from bot.cogs._suggestions import all_events, closed_weeks, seasons
from bot.domain.standings import Board, LeaderboardPage, PastWeeks
from bot.ui.card import Reply
from bot.ui.standings import MOST_WEEKS, board_card, show_past_weeks
from bot.ui.text import write_days

BUTTON_ID = re.compile(
    rf"leaderboard:(?P<label>[a-z]+):{EVENT}:(?P<board>all-time|week|overall|[0-9]{{4}}-W[0-9]{{2}})"
    rf":{PAGE}:(?P<owner>{DISCORD_ID})"
)

BOARDS = frozenset(map(str, Board))
SWITCH = {"all": Board.ALL_TIME, "week": Board.WEEK, "overall": Board.OVERALL}
"""The boards, by the labels of the buttons that switch to them."""
NOBODY = 0
"""The owner of a message that everybody gets a private copy of."""


class Standings(ServiceCog):
    """The commands that show leaderboards."""

    @app_commands.command(name="leaderboard", description="Show a leaderboard of an event of this server")
    @app_commands.describe(
        event="The event: start typing its name",
        board="Personal bests, this week's, or event Elo",
        week="A closed week: the board as it ended",
        season="A past season; default: the present one",
    )
    @app_commands.autocomplete(event=all_events, week=closed_weeks, season=seasons)
    @app_commands.guild_only()
    async def leaderboard(
        self,
        interaction: Interaction[Any],
        event: str,
        board: Literal["all-time", "week", "overall"] = "all-time",
        week: str | None = None,
        season: str | None = None,
    ) -> None:
        """Show the first page of a board, with buttons for the other pages."""
        viewer = interaction.user
        page = self.services.standings.page(guild_of(interaction), event, Board(board), 0, viewer.id, week, season)
        await answer(interaction, page, lambda result: show_page(result, viewer), only_reads=True)


class PageButton(IdButton, template=BUTTON_ID):
    """A button that turns to a page of a leaderboard, to another board, or to the page with the clicking user's row.

    A click by the user who asked for the leaderboard changes the message. Any other user gets a private copy.
    """

    LABELS: ClassVar = {
        "previous": "‹",
        "next": "›",
        "own": "Find me",
        "all": "All-time",
        "week": "This week",
        "overall": "Overall",
        "full": "Full results",
    }

    def __init__(
        self,
        label: str,
        event_id: int,
        board: str,
        page: int,
        owner_id: int,
        *,
        text: str | None = None,
        enabled: bool = True,
    ) -> None:
        """Turn to `page` of a board or of a closed week, in the message of the user `owner_id`, or of `NOBODY`.

        The button shows `text`; if that is None, the usual text of its label.
        """
        self.label, self.event_id, self.board, self.page, self.owner_id = label, event_id, board, page, owner_id
        custom_id = f"leaderboard:{label}:{event_id}:{board}:{page}:{owner_id}"
        super().__init__(self.LABELS.get(label, label) if text is None else text, custom_id, enabled=enabled)

    async def press(self, interaction: Interaction[Any]) -> None:
        """Turn the page."""
        viewer, standings = interaction.user, services_of(interaction).standings
        board, week = (Board(self.board), None) if self.board in BOARDS else (Board.WEEK, self.board)
        page = None if self.label == "own" else self.page
        work = standings.page(guild_of(interaction), self.event_id, board, page, viewer.id, week)
        if viewer.id == self.owner_id:
            await update(interaction, work, lambda page: show_page(page, viewer), only_reads=True)
        else:
            await answer(interaction, work, lambda page: show_page(page, viewer, ephemeral=True), only_reads=True)


class PastWeeksButton(IdButton, template=rf"weeks:{EVENT}(?::(?P<owner>{DISCORD_ID}))?"):
    """A button that offers the boards of closed weeks.

    For the user who asked for the message, it does so in the message; for others, in private.
    """

    def __init__(self, event_id: int, owner_id: int | None = None) -> None:
        """Offer the closed weeks of the event with this key.

        The message belongs to the user `owner_id`, or to nobody.
        """
        self.event_id, self.owner_id = event_id, owner_id
        custom_id = f"weeks:{event_id}" if owner_id is None else f"weeks:{event_id}:{owner_id}"
        super().__init__("Past weeks", custom_id)

    async def press(self, interaction: Interaction[Any]) -> None:
        """Offer the weeks."""
        weeks = services_of(interaction).standings.past_weeks(guild_of(interaction), self.event_id)
        viewer = interaction.user.id
        if viewer == self.owner_id:
            await update(interaction, weeks, partial(_offer, viewer=viewer), only_reads=True)
        else:
            await answer(interaction, weeks, partial(_offer, viewer=viewer, ephemeral=True), only_reads=True)


def show_page(page: LeaderboardPage, viewer: User | Member, *, ephemeral: bool = False) -> Reply:
    """Show a page of a leaderboard, with buttons for other boards and pages and for submitting a score."""

    def button(label: str, board: str, number: int = 0, *, enabled: bool = True) -> PageButton:
        return PageButton(label, page.event.id, board, max(number, 0), viewer.id, enabled=enabled)

    shown = str(page.week) if page.is_past else page.board
    boards: list[IdButton] = [button(label, board, enabled=board != shown) for label, board in SWITCH.items()]
    past, turns = PastWeeksButton(page.event.id, viewer.id), list[IdButton]()
    if page.pages > 1:
        turns = [
            button("previous", shown, page.page - 1, enabled=page.page > 0),
            button("own", shown),
            button("next", shown, page.page + 1, enabled=page.page < page.pages - 1),
        ]
    # A phone shows three of these buttons in a row, so let a short second row begin with the fourth.
    (boards if page.pages > 1 or not page.takes_scores else turns).append(past)
    if page.takes_scores:
        turns.append(SubmitButton(page.event.id))
    asker = None if ephemeral else viewer.display_name
    return Reply([board_card(page, asker)], [boards, turns] if turns else [boards], ephemeral)


def _offer(past: PastWeeks, viewer: int, *, ephemeral: bool = False) -> Reply:
    """Offer the latest closed weeks, the all-time board as the way back, and to submit a score."""
    buttons = [
        PageButton("week", past.event.id, str(week), 0, viewer, text=write_days(week, short=True))
        for week in past.weeks[:MOST_WEEKS]
    ]
    back: list[IdButton] = [PageButton("all", past.event.id, Board.ALL_TIME, 0, viewer)]
    if past.takes_scores:
        back.append(SubmitButton(past.event.id))
    return show_past_weeks(past, ephemeral=ephemeral).with_buttons(*in_rows(buttons), back)

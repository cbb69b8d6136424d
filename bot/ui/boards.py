"""Show boards that stay up to date."""

from discord import Color
from discord.utils import format_dt

from bot.domain.boards import BoardChange, PostedBoard
from bot.domain.standings import Board, LeaderboardPage
from bot.ui.card import Card, Reply, small_print
from bot.ui.standings import begins_with, explain_marks, is_over, line_of_page
from bot.ui.text import count_of, escape, write_days

TOP_OF_WEEK = 3


def board_cards(board: PostedBoard) -> list[Card]:
    """Show the best players of an event: of all time, of the week, and overall."""
    event = board.event
    parts = [
        *_part(board.all_time, f"All-time · {count_of(board.all_time.players, 'player')}"),
        *_week(board.week),
        *_part(board.overall, "Overall"),
    ]
    shown = (board.all_time, None), (board.week, TOP_OF_WEEK), (board.overall, None)
    small = list(dict.fromkeys(mark for page, most in shown for mark in explain_marks(page, page.standings[:most])))
    season = board.all_time.season
    if not event.is_active:
        small.append("archived: this is how it ended")
    elif season is not None and season.has_ended:
        small.append("this is how it ended")
    else:
        small.append("refreshed after every score")
    return [Card(escape(event.name), tuple(parts), tuple(small), Color.gold())]


def show_change(change: BoardChange) -> Reply:
    """Show an admin, in private, where the board of an event is."""
    name = escape(change.event.name)
    if change.channel_id is None and change.former is not None:
        text = f"The board of **{name}** is refreshed no more, but Discord kept the message: delete it by hand."
    elif change.channel_id is None:
        text = f"The board of **{name}** is taken down."
    else:
        text = f"The board of **{name}** comes to <#{change.channel_id}> in a moment, and stays up to date there."
    return Reply([Card(None, (text,), color=Color.green())], ephemeral=True)


def _part(page: LeaderboardPage, title: str, most: int | None = None) -> list[str]:
    lines = [line_of_page(page, one) for one in page.standings[:most]]
    if not lines:
        is_waiting = page.board is Board.OVERALL and page.first_week is not None
        nobody = "Nobody." if is_over(page.event, page.season) else "Nobody yet."
        lines = [begins_with(page.first_week) if is_waiting and page.first_week else nobody]
    return [small_print(title), *lines]


def _week(page: LeaderboardPage) -> list[str]:
    """Show the best of the open week, if there is one, or when the first one begins."""
    if page.season is not None and page.season.begins_at is not None:
        return [small_print("Week"), f"The first one begins {format_dt(page.season.begins_at, 'R')}."]
    if not page.standings and not page.takes_scores:
        return []
    title = "This week" if page.week is None else f"Week of {write_days(page.week)}"
    return _part(page, title, TOP_OF_WEEK)

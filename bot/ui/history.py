"""Show a player's submissions, and past boards."""

from collections.abc import Iterator
from functools import partial

from discord import Color
from discord.utils import format_dt

from bot.domain.history import HistoryEntry, HistoryPage, PastBoard, Trend
from bot.domain.moderation import TAKEN_BACK
from bot.domain.reviews import HeldState
from bot.domain.rules import SMALL_FIELD
from bot.domain.scores import ScoreStyle
from bot.domain.standings import Board
from bot.ui.card import Card, small_print
from bot.ui.standings import FEW_PLAYERS, standing_line
from bot.ui.text import count_of, escape, escape_score, escape_start, isolate, round_shown, write_page

BEST, BEST_THEN, BEST_OF_WEEK = "★", "☆", "◆"
_LEGEND = {BEST: "best", BEST_THEN: "best then", BEST_OF_WEEK: "best of week"}
_HELD = {HeldState.WAITING: "waits for an admin", HeldState.REFUSED: "refused"}
LONGEST_PAGE = 3_500
LONGEST_TEXTS = ((300, 300), (60, 300), (0, 200))
"""The lengths to which reasons are cut, and above which links are dropped: the first with which the page fits."""


def history_card(page: HistoryPage) -> Card:
    """Show a page of a player's submissions, the latest first, below a summary."""
    style = page.event.style
    marks = {mark for entry in page.entries for mark in _marks(entry)}
    legend = [f"{mark} {told}" for mark, told in _LEGEND.items() if mark in marks]
    small = [" · ".join(legend)] if legend else []
    small += write_page(page.page, page.pages)
    lines = (*_summary(page), small_print("the latest first"), _fitting(page.entries, page.player.discord_id, style))
    return Card(f"{escape(page.player.name)} · {escape(page.event.name)}", lines, tuple(small), Color.blurple())


def past_board_card(board: PastBoard) -> Card:
    """Show a page of a past board, with the row of the requested player below it."""
    style, is_overall = board.event.style, board.board is Board.OVERALL
    # Of an overall board of then, only those with a rank are known, and not how many others had played.
    is_provisional = not is_overall and board.players < SMALL_FIELD
    write = partial(standing_line, board=board.board, style=style, is_provisional=is_provisional)
    rows = [*map(write, board.standings)]
    if not rows:
        rows = [f"Nobody had a {'rank' if is_overall else 'score'} by then."]
        if board.event.season > 1:
            rows.append(small_print("an earlier season is an event of its own"))
    elif board.own is not None and board.own not in board.standings:
        rows.append(f"… {write(board.own)}")
    small = [FEW_PLAYERS] if board.standings and is_provisional else []
    if board.standings and board.own is None:
        small.append(f"<@{board.discord_id}> had no rank then")
    small.append(" · ".join([*write_page(board.page, board.pages), count_of(board.players, "player")]))
    small.append(f"scores {'and weeks ' if is_overall else ''}up to then that count today")
    rated = "rated by today's rules"
    small.append(rated if is_overall or style.unit is None else f"{escape(style.unit)} · {rated}")
    name = "overall" if is_overall else "all-time"
    lines = small_print(f"as it was {format_dt(board.at, 'f')}"), *rows
    return Card(f"{escape(board.event.name)} · {name}", lines, tuple(small), Color.gold())


def _summary(page: HistoryPage) -> Iterator[str]:
    style = page.event.style
    if page.first is None or page.best is None:
        yield "No score that counts."
        return
    yield f"**{count_of(page.scores, 'score')}** since {format_dt(page.first.at, 'd')}"
    yield f"Best **{escape_score(page.best.score, style)}** · {format_dt(page.best.at, 'd')}"
    if page.trend is not None:
        yield _trend(page.trend, style)


def _trend(trend: Trend, style: ScoreStyle) -> str:
    average, gap = _rounded(trend.average, style), _rounded(abs(trend.gain), style)
    change = f"{gap} {'better' if trend.gain > 0 else 'worse'} than" if trend.gain else "as"
    return f"Last {trend.scores} average **{average}**\n{small_print(f'{change} the {trend.scores} before')}"


def _rounded(score: float, style: ScoreStyle) -> str:
    return style.bare(round_shown(score))


def _fitting(entries: tuple[HistoryEntry, ...], player: int, style: ScoreStyle) -> str:
    texts = ("\n".join(_line(entry, player, style, *longest) for entry in entries) for longest in LONGEST_TEXTS)
    return next(text for text in texts if len(text) <= LONGEST_PAGE)


def _line(entry: HistoryEntry, player: int, style: ScoreStyle, longest_reason: int, longest_link: int) -> str:
    marks, score = _marks(entry), style.bare(entry.score)
    shown = f"**{score}**" if entry.counts else f"~~{score}~~"
    parts = [f"{marks} {shown}" if marks else shown, format_dt(entry.at, "d"), *_remarks(entry, player)]
    if entry.proof is not None:
        is_short = len(entry.proof) <= longest_link
        parts.append(isolate(f"[proof](<{entry.proof}>)") if is_short else "proof")
    line = " · ".join(parts)
    reason = None if entry.removal is None else entry.removal.reason
    if reason is None or reason == TAKEN_BACK or not longest_reason:
        return line
    return f"{line}\n{small_print(f'“{escape_start(reason, longest_reason)}”')}"


def _remarks(entry: HistoryEntry, player: int) -> Iterator[str]:
    if entry.held is not None:
        yield _HELD[entry.held]
    if entry.removal is not None:
        yield "taken back" if entry.removal.by == player else "removed"
    if entry.is_imported:
        yield "imported"
    elif entry.is_approved:
        yield "approved"
    elif entry.added_by is not None:
        yield "added by an admin"


def _marks(entry: HistoryEntry) -> str:
    """Return the marks of an entry; the personal best gets only its own mark."""
    if entry.is_best:
        return BEST
    best_then = BEST_THEN if entry.was_best else ""
    return f"{best_then}{BEST_OF_WEEK}" if entry.is_week_best else best_then

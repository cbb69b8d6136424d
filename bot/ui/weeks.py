"""Show weeks that are about to close, and reopened ones."""

from collections.abc import Sequence
from dataclasses import replace

from discord import Color
from discord.utils import format_dt

from bot.domain.announcements import Results
from bot.domain.weeks import PendingWeek, UndoResult
from bot.errors import WeekNotOver
from bot.ui.announcements import EARLIER, ENDED, show_results
from bot.ui.card import Card, Reply
from bot.ui.refusals import sentence
from bot.ui.text import count_of, escape, name_week, write_days


def ask_early(question: WeekNotOver) -> Reply:
    """Ask the admin, in private, whether to close the current week early."""
    return Reply([Card(None, (sentence(question),), color=Color.gold())], ephemeral=True)


def show_preview(results: Results, *, below_question: bool = False) -> Reply:
    """Show, to the admin only, the results of the weeks that a run would close."""
    how = "*Close it now*, above" if below_question else "`/weekly-reset`"
    preview = Card(None, ("Preview: nothing is closed yet.",), (f"to close: {how}",), Color.light_grey())
    return Reply([preview, *show_results(results).cards], ephemeral=True)


def show_undo(result: UndoResult) -> Reply:
    """Show that a week is open again."""
    return Reply([_undone(result)])


def show_undo_of(shown: Sequence[Card], result: UndoResult) -> Reply:
    """Show, in place of a week's results, that the week is open again; the results of earlier weeks stay.

    A reopened event has not ended, so the final podium is left out.
    """
    weeks = [card for card in shown if card.heading is None or not card.heading.startswith(ENDED)]
    undone = _undone(result)
    lines = weeks[-1].lines if weeks else ()
    earlier = lines[lines.index(EARLIER) + 1 :] if EARLIER in lines else ()
    still = ("**Still closed**", *earlier) if earlier else ()
    return Reply([*weeks[:-1], replace(undone, lines=(*undone.lines, *still))])


def name_pending(pending: PendingWeek) -> str:
    """Describe a week that can be closed, in the list of suggestions."""
    state = "finished" if pending.is_finished else "still going on"
    return f"{name_week(pending.week)} · {count_of(pending.players, 'player')} · {state}"


def _undone(result: UndoResult) -> Card:
    # Each player may have several scores in the week, or none any more.
    counting = f"Scores of {count_of(result.players, 'player')} count for the open week again"
    if not result.players:
        counting = "No scores count for the open week"
    lines = [
        f"The closing of {format_dt(result.ran_at, 'f')} is undone.",
        f"{counting}, and all Elos are as if it had not closed.",
    ]
    if result.called_back:
        lines.append(f"That includes {count_of(result.called_back, 'score')} submitted since.")
    if result.closes_at is not None:
        lines.append(f"It closes by itself {format_dt(result.closes_at, 'R')}, or before that by `/weekly-reset`.")
    elif result.event.is_active:
        lines.append("`/weekly-reset` closes it again.")
    else:
        lines.append("The event is archived, so only `/weekly-reset` with this event closes it again.")
    title = f"{escape(result.event.name)} · {write_days(result.week, short=True)} is open again"
    return Card(title, tuple(lines), color=Color.orange())

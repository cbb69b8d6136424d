"""Show closed, previewed and reopened weeks."""

from collections.abc import Sequence
from dataclasses import replace
from math import exp, floor, log10

from discord import Color
from discord.utils import format_dt

from bot.domain.rules import Method
from bot.domain.typed_scores import MAX_DECIMALS
from bot.domain.weeks import PendingWeek, UndoResult, WeeklyRunResult
from bot.errors import WeekNotOver
from bot.ui.announcements import ENDED
from bot.ui.card import Card, labelled
from bot.ui.refusals import sentence
from bot.ui.reply import Reply
from bot.ui.standings import MEDALS
from bot.ui.text import count_of, escape, escape_score, isolate_score

SHOWN_WEEKS = 3
PODIUM = 3
LONGEST_MISSED = 600
SHOWN_DIGITS = 3
MOST_DECIMALS = 3
"""Of the mean, where all scores are one."""


def show_runs(runs: Sequence[WeeklyRunResult]) -> Reply:
    """Show the results of closed weeks: the latest three in full, the others by name."""
    return Reply(_cards(runs, "closed", "scores from now on count"))


def ask_early(question: WeekNotOver) -> Reply:
    """Ask the admin alone whether the current week is meant."""
    return Reply([Card(None, (sentence(question),), color=Color.gold())], ephemeral=True)


def show_agreed() -> Reply:
    """Show, in place of the question, that the week is closed."""
    return Reply([Card(None, ("Closed. The results are below.",), color=Color.gold())], ephemeral=True)


def show_cancelled() -> Reply:
    """Show, in place of the question, that nothing was done."""
    return Reply([Card(None, ("Nothing was closed.",), color=Color.light_grey())], ephemeral=True)


def show_preview(runs: Sequence[WeeklyRunResult]) -> Reply:
    """Show the results of weeks that a run would close, to the admin alone."""
    return Reply(_cards(runs, "preview, nothing is closed yet", "once closed, scores count"), ephemeral=True)


def show_undo(result: UndoResult) -> Reply:
    """Show that a week is open again."""
    return Reply([_undone(result, "is open again")])


def show_undo_of(shown: Sequence[Card], result: UndoResult) -> Reply:
    """Show, in place of the results of the week, that it is open again; those of weeks before it stay.

    The event has not ended then.
    """
    weeks = [card for card in shown if card.heading is None or not card.heading.startswith(ENDED)]
    return Reply([*weeks[:-1], _undone(result, "· closing undone")])


def name_pending(pending: PendingWeek) -> str:
    """Describe a week that can be closed in the list of suggestions."""
    state = "finished" if pending.is_finished else "still going on"
    return f"{pending.week} · {count_of(pending.players, 'player')} · {state}"


def _undone(result: UndoResult, state: str) -> Card:
    count = "Its score counts" if result.players == 1 else f"Its {result.players:,} scores count"
    lines = [
        f"The closing of {format_dt(result.ran_at, 'f')} is undone.",
        f"{count} for the open week again, and all Elos are as before.",
    ]
    if result.called_back:
        lines.append(f"That includes {count_of(result.called_back, 'score')} submitted since.")
    if result.closes_at is None:
        lines.append("When the week is over, close it with `/weekly-reset`.")
    else:
        lines.append(f"It closes by itself {format_dt(result.closes_at, 'R')}, or before that by `/weekly-reset`.")
    title = f"{escape(result.event.name)} · {result.week} {state}"
    return Card(title, tuple(lines), color=Color.orange())


def _cards(runs: Sequence[WeeklyRunResult], state: str, consequence: str) -> list[Card]:
    shown = runs[-SHOWN_WEEKS:]
    cards = [_run(run, state, consequence, LONGEST_MISSED // len(shown)) for run in shown]
    if earlier := [run.week for run in runs[:-SHOWN_WEEKS]]:
        weeks = f"{len(earlier)} weeks, {earlier[0]} to {earlier[-1]}" if len(earlier) > 1 else f"{earlier[0]}"
        cards[0] = replace(cards[0], lines=(f"Before it: {weeks}.", *cards[0].lines))
    return cards


def _run(run: WeeklyRunResult, state: str, consequence: str, longest_missed: int) -> Card:
    style = run.event.style
    lines: list[str] = []
    if run.closed_early:
        lines.append(f"The week is not over: {consequence} for {run.week.next()}.")
    for result in run.podium[:PODIUM]:
        score = escape_score(style.show(result.score), style)
        elos = f" · week **{result.elo}** · event **{result.event_elo}**" if run.is_rated else ""
        lines += [
            f"{MEDALS.get(result.rank, f'#{result.rank}')} {escape(result.player.name)}",
            f"{score}{elos}",
        ]
    if not run.is_rated:
        few = f"a week of this event takes {run.event.rules.min_field:,} players"
        lines += labelled("Counts for nobody", few)
    if run.penalised:
        lines += labelled(f"Missed the week (counts as {run.missed_week_elo})", _missed(run, longest_missed))
    return Card(f"🏆 {escape(run.event.name)} · {run.week} {state}", tuple(lines), (_field(run),), Color.gold())


def _field(run: WeeklyRunResult) -> str:
    """Return what the Elos of a run are relative to; ranks have no middle, and logarithms no spread to show."""
    style, rules, field = run.event.style, run.event.rules, run.field
    players = count_of(field.size, "player")
    if rules.method is Method.RANKS:
        return players
    if rules.rates_logarithms:
        return f"{players} · median {style.bare(round(exp(field.middle), MAX_DECIMALS))}"
    decimals = _decimals(field.spread)
    middle = f"{'mean' if rules.method is Method.CLASSIC else 'median'} {style.bare(round(field.middle, decimals))}"
    return f"{players} · {middle} · spread {isolate_score(style.show(round(field.spread, decimals)), style)}"


def _decimals(spread: float) -> int:
    """Return with how many decimals a field is shown: three digits of its spread, and none of a whole part lost."""
    if not spread:
        return MOST_DECIMALS
    return min(max(SHOWN_DIGITS - 1 - floor(log10(spread)), 0), MAX_DECIMALS)


def _missed(run: WeeklyRunResult, longest: int) -> str:
    names = [f"{escape(penalty.player.name)} (event Elo {penalty.event_elo})" for penalty in run.penalties]
    text = names[0]
    shown = 1
    for name in names[1:]:
        if len(text) + len(name) > longest:
            break
        text, shown = f"{text}, {name}", shown + 1
    more = run.penalised - shown
    return f"{text} and {more:,} more" if more else text

"""Show closed, previewed and reopened weeks."""

from collections.abc import Sequence
from math import floor, log10

from discord import Color, Embed
from discord.utils import format_dt

from bot.domain.typed_scores import MAX_DECIMALS
from bot.domain.weeks import PendingWeek, UndoResult, WeeklyRunResult
from bot.errors import WeekNotOver
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
    return Reply(_embeds(runs, "closed", "scores from now on count"))


def ask_early(question: WeekNotOver) -> Reply:
    """Ask the admin alone whether the current week is meant."""
    return Reply([Embed(description=sentence(question), color=Color.gold())], ephemeral=True)


def show_agreed() -> Reply:
    """Show, in place of the question, that the week is closed."""
    return Reply([Embed(description="Closed. The results are below.", color=Color.gold())], ephemeral=True)


def show_cancelled() -> Reply:
    """Show, in place of the question, that nothing was done."""
    return Reply([Embed(description="Nothing was closed.", color=Color.light_grey())], ephemeral=True)


def show_preview(runs: Sequence[WeeklyRunResult]) -> Reply:
    """Show the results of weeks that a run would close, to the admin alone."""
    return Reply(_embeds(runs, "preview, nothing is closed yet", "once closed, scores count"), ephemeral=True)


def show_undo(result: UndoResult) -> Reply:
    """Show that a week is open again."""
    return Reply([_undone(result, "is open again")])


def show_undo_of(shown: Sequence[Embed], result: UndoResult) -> Reply:
    """Show, in place of the results of the week, that it is open again; those of weeks before it stay."""
    return Reply([*shown[:-1], _undone(result, "· closing undone")])


def name_pending(pending: PendingWeek) -> str:
    """Describe a week that can be closed in the list of suggestions."""
    state = "finished" if pending.is_finished else "still going on"
    return f"{pending.week} · {count_of(pending.players, 'player')} · {state}"


def _undone(result: UndoResult, state: str) -> Embed:
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
    return Embed(title=title, description="\n".join(lines), color=Color.orange())


def _embeds(runs: Sequence[WeeklyRunResult], state: str, consequence: str) -> list[Embed]:
    embeds = [_run(run, state, consequence) for run in runs[-SHOWN_WEEKS:]]
    if earlier := [run.week for run in runs[:-SHOWN_WEEKS]]:
        weeks = f"{len(earlier)} weeks, {earlier[0]} to {earlier[-1]}" if len(earlier) > 1 else f"{earlier[0]}"
        embeds[0].description = f"Before it: {weeks}."
    return embeds


def _run(run: WeeklyRunResult, state: str, consequence: str) -> Embed:
    style = run.event.style
    embed = Embed(title=f"🏆 {escape(run.event.name)} · {run.week} {state}", color=Color.gold())
    if run.closed_early:
        embed.description = f"The week is not over: {consequence} for {run.week.next()}."
    for result in run.podium[:PODIUM]:
        score = escape_score(style.show(result.score), style)
        embed.add_field(
            name=f"{MEDALS.get(result.rank, f'#{result.rank}')} {escape(result.player.name)}",
            value=f"{score} · week **{result.elo}** · event **{result.event_elo}**",
            inline=False,
        )
    if run.penalised:
        embed.add_field(name=f"Missed the week (counts as {run.missed_week_elo})", value=_missed(run), inline=False)
    decimals = _decimals(run.field.spread)
    mean = style.bare(round(run.field.middle, decimals))
    spread = isolate_score(style.show(round(run.field.spread, decimals)), style)
    embed.set_footer(text=f"{count_of(run.field.size, 'player')} · mean {mean} · spread {spread}")
    return embed


def _decimals(spread: float) -> int:
    """Return with how many decimals a field is shown: three digits of its spread, and none of a whole part lost."""
    if not spread:
        return MOST_DECIMALS
    return min(max(SHOWN_DIGITS - 1 - floor(log10(spread)), 0), MAX_DECIMALS)


def _missed(run: WeeklyRunResult) -> str:
    names = [f"{escape(penalty.player.name)} (event Elo {penalty.event_elo})" for penalty in run.penalties]
    text = names[0]
    shown = 1
    for name in names[1:]:
        if len(text) + len(name) > LONGEST_MISSED:
            break
        text, shown = f"{text}, {name}", shown + 1
    more = run.penalised - shown
    return f"{text} and {more:,} more" if more else text

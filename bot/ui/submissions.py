"""Show submissions."""

from discord import Color, Embed

from bot.domain.submissions import SubmissionResult
from bot.ui.reply import Reply
from bot.ui.text import escape, escape_score, isolate


def show_submission(result: SubmissionResult) -> Reply:
    """Show what a score changed: personal best, rank, Elo, and the week that it counts for."""
    style = result.event.style
    title = "🎉 New Personal Best!" if result.is_personal_best else "Score submitted"
    embed = Embed(
        title=title,
        description=f"**{escape(result.player.name)}** in **{escape(result.event.name)}**",
        color=Color.green() if result.is_personal_best else Color.blurple(),
    )
    embed.add_field(name="Score", value=escape_score(style.show(result.score), style))
    if result.previous_best is not None and result.is_personal_best:
        before = escape_score(style.show(result.previous_best), style)
        change = escape_score(f"({style.show_change(result.score, result.previous_best)}", style)
        embed.add_field(name="Previous best", value=f"{before} {change})")
    elif not result.is_personal_best:
        embed.add_field(name="Personal best", value=escape_score(style.show(result.personal_best), style))
    embed.add_field(name="Rank", value=f"#{result.rank} of {result.players}")
    embed.add_field(name="All-time Elo", value=str(result.elo))
    if result.proof is not None:
        embed.add_field(name="Proof", value=isolate(f"<{result.proof}>"), inline=False)
    embed.set_footer(text=_footer(result))
    return Reply([embed])


def _footer(result: SubmissionResult) -> str:
    counts = f"Counts for {result.week}"
    if result.closed_week is not None:
        counts = f"{result.closed_week} is closed already: counts for {result.week}"
    return f"{counts} · your best of the week" if result.is_weekly_best else counts

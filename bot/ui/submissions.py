"""Show submissions."""

import re
from collections.abc import Sequence

from discord import Color, Embed

from bot.domain.submissions import SubmissionResult
from bot.errors import ScoreInQuestion
from bot.ui.refusals import sentence
from bot.ui.reply import Reply
from bot.ui.text import FIRST_STRONG_ISOLATE, POP_ISOLATE, escape, escape_score, isolate

PROOF = "Proof"
_LINK = re.compile(f"[<>{FIRST_STRONG_ISOLATE}{POP_ISOLATE}]")
"""What stands around a link; none of it can be in one."""


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
        _add_proof(embed, result.proof)
    embed.set_footer(text=_footer(result))
    return Reply([embed])


def show_question(question: ScoreInQuestion, proof: str | None) -> Reply:
    """Ask which score was meant; the buttons below come from the caller, and `proof_in` finds the link again."""
    embed = Embed(description=sentence(question), color=Color.orange())
    if proof is not None and proof.strip():
        _add_proof(embed, proof.strip())
    return Reply([embed], ephemeral=True)


def show_answered(shown: str) -> Reply:
    """Show what became of a question: the score that was meant is submitted."""
    return Reply([Embed(description=f"Submitted: **{shown}**", color=Color.green())], ephemeral=True)


def proof_in(embeds: Sequence[Embed]) -> str | None:
    """Return the link of a message that `show_question` made, or None."""
    links = [field.value for embed in embeds for field in embed.fields if field.name == PROOF]
    return None if not links or links[0] is None else _LINK.sub("", links[0])


def _add_proof(embed: Embed, proof: str) -> None:
    embed.add_field(name=PROOF, value=isolate(f"<{proof}>"), inline=False)


def _footer(result: SubmissionResult) -> str:
    counts = f"Counts for this week ({result.week})"
    if result.closed_week is not None:
        which = "next week" if result.week == result.closed_week.next() else "a later week"
        counts = f"Counts for {which} ({result.week}), since this one is closed"
    return f"{counts} · your best of the week" if result.is_weekly_best else counts

"""Show scores that are held until an admin has looked at them."""

from discord import Color
from discord.utils import format_dt

from bot.domain.alarm import HeldScore, HeldState, OwnHeldScores, Review
from bot.domain.moderation import Consequences
from bot.domain.scores import ScoreStyle
from bot.ui.card import Card, labelled
from bot.ui.moderation import tell_moves, tell_reason
from bot.ui.reply import Reply
from bot.ui.text import count_of, escape, escape_score, isolate, write_days

_STATES = {
    HeldState.WAITING: "waits for an admin",
    HeldState.APPROVED: "approved: it counts",
    HeldState.REFUSED: "refused: it does not count",
}


def show_review(review: Review) -> Reply:
    """Show an admin alone a held score, why it is held, and what its approval would change."""
    held = review.held
    style = held.event.style
    why = "It is beyond the alarm bounds." if held.moves is None else f"It moves another player by {held.moves:,} Elo."
    place = count_of(review.waiting, "score") if review.waiting == 1 else f"{review.place + 1} of {review.waiting}"
    lines = [
        f"{escape(held.event.name)} · {format_dt(held.held_at, 'f')}",
        why,
        *([] if held.proof is None else labelled("Proof", isolate(f"<{held.proof}>"))),
    ]
    if review.consequences is None:
        lines.append("The event takes no scores of that week any more, so it can only be refused.")
    else:
        lines += labelled("If it is approved", _best_of(style, held, review.consequences))
        lines += tell_moves(review.consequences, write_days(held.week))
    heading = f"Held: {escape_score(style.show(held.score), style)} of {escape(held.player.name)}"
    small = (f"{place} waiting",)
    return Reply([Card(heading, tuple(lines), small, Color.orange())], ephemeral=True)


def show_nothing_held() -> Reply:
    """Show an admin alone that no score waits."""
    return Reply([Card(None, ("No score waits for an admin.",))], ephemeral=True)


def show_own_held(own: OwnHeldScores) -> Reply:
    """Show a player alone what became of their held scores."""
    lines: list[str] = []
    for held in own.scores:
        style = held.event.style
        shown = f"**{escape_score(style.show(held.score), style)}** · {escape(held.event.name)}"
        lines.append(f"{shown} · {_STATES[held.state]}")
        if held.reason is not None:
            lines.append(f"“{escape(held.reason)}”")
    return Reply([Card("Your held scores", tuple(lines) or ("None of your scores was held.",))], ephemeral=True)


def show_refused(held: HeldScore) -> Reply:
    """Show everyone that an admin has refused a held score, and why."""
    style = held.event.style
    lines = [
        f"**{escape(held.player.name)}**'s score of **{escape_score(style.show(held.score), style)}**",
        f"{escape(held.event.name)} · {write_days(held.week)}",
        "It does not count.",
    ]
    lines += tell_reason(held.reason)
    return Reply([Card("Score refused", tuple(lines), color=Color.orange())])


def _best_of(style: ScoreStyle, held: HeldScore, consequences: Consequences) -> str:
    before, after = consequences.before, consequences.after
    if after is None:
        return "The player is withdrawn, so no board changes now."
    rank = f"#{after.rank}" if before is None else f"#{before.rank} → #{after.rank}"
    best = escape_score(style.show(after.score), style)
    return f"{escape(held.player.name)} would have **{best}** ({rank})."

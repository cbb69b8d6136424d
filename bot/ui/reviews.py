"""Show held scores."""

from collections.abc import Mapping

from discord import Color
from discord.utils import format_dt

from bot.domain.moderation import Place
from bot.domain.reviews import HeldScore, HeldState, OwnHeldScores, Review
from bot.errors import ScoreHeld
from bot.ui.card import Card, Reply, labelled
from bot.ui.moderation import tell_moves, tell_ranks, tell_reason
from bot.ui.refusals import sentence, write_refusal
from bot.ui.text import count_of, escape, escape_score, escape_start, isolate, mention, write_days, write_elo

_STATES = {
    HeldState.WAITING: "waits for an admin",
    HeldState.APPROVED: "approved: it counts",
    HeldState.REFUSED: "refused: it does not count",
}
_REMOVED = "approved, and removed since"
NEXT = "`/review` shows whether another score waits"
"""What an admin may do once a held score is decided."""
LONGEST_REASON = 200
"""How many characters of each reason are shown where there are several reasons."""


def show_review(review: Review) -> Reply:
    """Show, to the admin only, a held score, why it is held, and what its approval would change."""
    held = review.held
    place = count_of(review.waiting, "score") if review.waiting == 1 else f"{review.place + 1} of {review.waiting}"
    consequences = review.consequences
    # The consequences say by how much the score moves others at present.
    lines = _about(held, says_why=held.moves is None or consequences is None or consequences.after is None)
    if consequences is None:
        lines.append("The event does not take this score any more, so it can only be refused.")
    elif (after := consequences.after) is None:
        lines.append("The player is withdrawn: `/player return` has to bring them back before it can be approved.")
    else:
        lines += labelled("If it is approved", _best_of(held, consequences.before, after))
        lines += _elo_of(held, consequences.before, after)
        lines += tell_moves(consequences, write_days(held.week))
    return Reply([Card(_heading("Held", held), tuple(lines), (f"{place} waiting",), Color.orange())], ephemeral=True)


def show_held(held: HeldScore | None) -> Reply:
    """Show admins, in the review channel, a held score and its state; None for a score whose player was erased."""
    if held is None:
        return Reply([Card("Held score", ("Its player was erased: nothing is left to decide.",))])
    if held.decided_by is None or held.decided_at is None:
        small = ("It counts once an admin approves it; until then, players do not see it.",)
        return Reply([Card(_heading("Held", held), tuple(_about(held)), small, Color.orange())])
    is_approved = held.state is HeldState.APPROVED
    what = "Approved" if is_approved else "Taken back" if held.is_taken_back else "Refused"
    lines = [_where(held), f"by {mention(held.decided_by)}, {format_dt(held.decided_at, 'R')}"]
    if held.is_removed:
        lines.append("Removed since: it counts no more.")
    return Reply([Card(_heading(what, held), tuple(lines), color=Color.green() if is_approved else None)])


def show_nothing_held() -> Reply:
    """Show, to the admin only, that no score waits."""
    return Reply([Card(None, ("No score waits for an admin.",))], ephemeral=True)


def show_own_held(own: OwnHeldScores) -> Reply:
    """Show, to the player only, the state of their held scores."""
    lines: list[str] = []
    for held in own.scores:
        shown = f"**{escape_score(held.score, held.event.style)}** · {escape(held.event.name)}"
        lines.append(f"{shown} · {_state(held)}")
        if held.reason is not None and not held.is_taken_back:
            lines.append(f"“{escape_start(held.reason, LONGEST_REASON)}”")
    return Reply([Card("Your held scores", tuple(lines) or ("None of your scores was held.",))], ephemeral=True)


def show_score_held(held: ScoreHeld, ids: Mapping[str, int]) -> Reply:
    """Tell the player only that their score waits for an admin; `ids` make commands clickable."""
    return Reply([Card(None, (write_refusal(sentence(held), ids),))], ephemeral=True)


def show_refused(held: HeldScore) -> Reply:
    """Show everyone that an admin has refused a held score, and why."""
    lines = [
        f"**{escape(held.player.name)}**'s score of **{escape_score(held.score, held.event.style)}**",
        f"{escape(held.event.name)} · {write_days(held.week)}",
        "It does not count.",
    ]
    lines += tell_reason(held.reason)
    return Reply([Card("Score refused", tuple(lines), color=Color.orange())])


def _heading(what: str, held: HeldScore) -> str:
    return f"{what}: {escape_score(held.score, held.event.style)} of {escape(held.player.name)}"


def _state(held: HeldScore) -> str:
    if held.is_taken_back:
        return "taken back"
    return _REMOVED if held.is_removed else _STATES[held.state]


def _where(held: HeldScore) -> str:
    archived = "" if held.event.is_active else " · archived"
    return f"{escape(held.event.name)}{archived} · {format_dt(held.held_at, 'f')}"


def _about(held: HeldScore, *, says_why: bool = True) -> list[str]:
    if held.moves is not None:
        why = f"It moves another player by {held.moves:,} Elo."
    elif held.event.alarm.is_beyond(held.score):
        why = "It is beyond the alarm bounds."
    else:
        why = "It was beyond the alarm bounds, which have changed since."
    proof = [] if held.proof is None else labelled("Proof", isolate(f"<{held.proof}>"))
    return [_where(held), *([why] if says_why else []), *proof]


def _best_of(held: HeldScore, before: Place | None, after: Place) -> str:
    best, name = escape_score(after.score, held.event.style), escape(held.player.name)
    if before is None:
        return f"{name} would have **{best}** (#{after.rank:,})."
    if before.score == after.score:
        return f"The best of {name} stays **{best}** (#{after.rank:,})."
    return f"{name} would have **{best}** ({tell_ranks(before, after)})."


def _elo_of(held: HeldScore, before: Place | None, after: Place) -> list[str]:
    """Say which all-time Elo the player would have, and which best they have now, unless the best stays."""
    if before is None:
        return [f"Elo **{write_elo(after.elo)}** · no score now"]
    if before.score == after.score:
        return []
    best = escape_score(before.score, held.event.style)
    return [f"Elo {write_elo(before.elo)} → **{write_elo(after.elo)}** · best now {best}"]

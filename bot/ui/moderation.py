"""Show what admins do with scores and players."""

from collections.abc import Iterable

from discord import Color

from bot.domain.moderation import LoggedSubmission, MembershipResult, RemovalPreview, RemovalResult, RestorationResult
from bot.domain.standings import Board
from bot.ui.card import Card, labelled
from bot.ui.reply import Reply
from bot.ui.text import count_of, escape, escape_score, isolate_score, unescape

WHY = "Why (everyone can read it)"


def show_removal_preview(preview: RemovalPreview, reason: str | None) -> Reply:
    """Show privately what a removal would change, and the reason as it would be logged."""
    score, player = _score(preview.submission), escape(preview.player.name)
    lines = [_where(preview), *_changes(preview)]
    if reason is not None:
        lines += labelled(WHY, escape(reason))
    return Reply([Card(f"Remove {player}'s score of {score}?", tuple(lines), color=Color.orange())], ephemeral=True)


def read_reason(cards: Iterable[Card]) -> str | None:
    """Return the reason that `show_removal_preview` has written into a message."""
    reasons = (card.under(WHY) for card in cards)
    return next((unescape(reason) for reason in reasons if reason is not None), None)


def show_kept() -> Reply:
    """Show that nothing was removed."""
    return Reply([Card(None, ("Nothing was removed.",))], ephemeral=True)


def show_removed() -> Reply:
    """Show to the admin that the removal is done; everyone sees the result below."""
    return Reply([Card(None, ("Removed. The result is below.",))], ephemeral=True)


def show_removal(result: RemovalResult) -> Reply:
    """Show which score was removed and why, and the player's personal best after it."""
    style = result.event.style
    score = _score(result.submission)
    lines = [*_named(result)]
    if result.personal_best is None:
        lines += labelled("Personal best", "None left: no longer on the leaderboard.")
    else:
        before = f" (was {score})" if result.was_personal_best else ""
        lines += labelled("Personal best", escape_score(style.show(result.personal_best), style) + before)
    if result.reason is not None:
        lines += labelled("Reason", escape(result.reason))
    if result.week_is_closed:
        week = result.submission.week
        closed = (
            f"{week} is closed already, and its results keep the score. To take it out of them too, undo the "
            f"week with `/weekly-undo` and close it again."
        )
        lines += labelled("Closed week", closed)
    return Reply([Card("Score removed", tuple(lines), color=Color.orange())])


def show_restoration(result: RestorationResult) -> Reply:
    """Show which score counts again, and the player's personal best after it."""
    style = result.event.style
    if result.personal_best is None:
        value = "None: the player is withdrawn, and it counts once they return."
    else:
        value = escape_score(style.show(result.personal_best), style)
    lines = [*_named(result), *labelled("Personal best", value)]
    if result.week_is_closed:
        closed = f"{result.submission.week} is closed already, and its results stay as they are."
        lines += labelled("Closed week", closed)
    return Reply([Card("Score restored", tuple(lines), color=Color.green())])


def name_submission(submission: LoggedSubmission) -> str:
    """Name a submission in the list of suggestions."""
    score = submission.style.show(submission.score)
    return str(submission).replace(score, isolate_score(score, submission.style), 1)


def show_membership(result: MembershipResult) -> Reply:
    """Show that a player was withdrawn, or is back."""
    name = escape(result.player.name)
    if result.is_withdrawn:
        title = "Player withdrawn"
        text = (
            f"**{name}** is out of {count_of(result.events, 'event')}. `/player return` brings them back as they were."
        )
    else:
        title, text = "Player returned", f"**{name}** is back in {count_of(result.events, 'event')}."
    reason = () if result.reason is None else labelled("Reason", escape(result.reason))
    color = Color.orange() if result.is_withdrawn else Color.green()
    return Reply([Card(title, (text, *reason), color=color)])


def _changes(preview: RemovalPreview) -> list[str]:
    changes = [_best(preview)]
    if preview.elos_moved:
        whose = (
            "1 other player's Elo moves" if preview.elos_moved == 1 else f"{preview.elos_moved:,} players' Elos move"
        )
        changes.append(f"{whose}, by {preview.most_moved:,} at most.")
    else:
        changes.append("No other player's Elo moves.")
    for podium in preview.podiums:
        board = "The podium" if podium.board is Board.ALL_TIME else f"The podium of {preview.submission.week}"
        left = ", ".join(escape(player.name) for player in podium.players)
        changes.append(f"{board} would be {left}." if left else f"{board} would be empty.")
    if preview.week_is_closed:
        changes.append(f"{preview.submission.week} is closed, and its results keep the score.")
    return changes


def _best(preview: RemovalPreview) -> str:
    before, after, style = preview.before, preview.after, preview.event.style
    if before is None:
        return "The player is withdrawn, so no board changes now."
    if after is None:
        return f"It is the last score (#{before.rank}): {escape(preview.player.name)} would leave the leaderboard."
    best = escape_score(style.show(after.score), style)
    if before.score == after.score:
        return f"The personal best stays **{best}** (#{before.rank})."
    rank = f"still #{before.rank}" if before.rank == after.rank else f"#{before.rank} → #{after.rank}"
    return f"The personal best would be **{best}** again ({rank})."


def _named(result: RemovalResult | RestorationResult) -> tuple[str, str]:
    return f"**{escape(result.player.name)}**'s score of **{_score(result.submission)}**", _where(result)


def _where(result: RemovalPreview | RemovalResult | RestorationResult) -> str:
    at = result.submission.submitted_at
    return f"{escape(result.event.name)} · {at.day} {at:%b %Y}"


def _score(submission: LoggedSubmission) -> str:
    return escape_score(submission.style.show(submission.score), submission.style)

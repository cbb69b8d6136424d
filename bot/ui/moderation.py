"""Show what admins do with scores and players."""

from discord import Color, Embed

from bot.domain.moderation import LoggedSubmission, MembershipResult, RemovalPreview, RemovalResult, RestorationResult
from bot.domain.standings import Board
from bot.ui.reply import Reply
from bot.ui.text import count_of, escape, escape_score, isolate_score, unescape

WHY = "Why (everyone can read it)"


def show_removal_preview(preview: RemovalPreview, reason: str | None) -> Reply:
    """Show privately what a removal would change, and the reason as it would be logged."""
    score, player = _score(preview.submission), escape(preview.player.name)
    embed = Embed(
        title=f"Remove {player}'s score of {score}?",
        description="\n".join([_where(preview), *_changes(preview)]),
        color=Color.orange(),
    )
    if reason is not None:
        embed.add_field(name=WHY, value=escape(reason), inline=False)
    return Reply([embed], ephemeral=True)


def read_reason(embed: Embed) -> str | None:
    """Return the reason that `show_removal_preview` has written into a message."""
    for field in embed.fields:
        if field.name == WHY and field.value is not None:
            return unescape(field.value)
    return None


def show_kept() -> Reply:
    """Show that nothing was removed."""
    return Reply([Embed(description="Nothing was removed.")], ephemeral=True)


def show_removed() -> Reply:
    """Show to the admin that the removal is done; everyone sees the result below."""
    return Reply([Embed(description="Removed. The result is below.")], ephemeral=True)


def show_removal(result: RemovalResult) -> Reply:
    """Show which score was removed and why, and the player's personal best after it."""
    style = result.event.style
    score = _score(result.submission)
    embed = Embed(
        title="Score removed",
        description=_named(result),
        color=Color.orange(),
    )
    if result.personal_best is None:
        embed.add_field(name="Personal best", value="None left: no longer on the leaderboard.")
    else:
        before = f" (was {score})" if result.was_personal_best else ""
        embed.add_field(name="Personal best", value=escape_score(style.show(result.personal_best), style) + before)
    if result.reason is not None:
        embed.add_field(name="Reason", value=escape(result.reason), inline=False)
    if result.week_is_closed:
        week = result.submission.week
        closed = (
            f"{week} is closed already, and its results keep the score. To take it out of them too, undo the "
            f"week with `/weekly-undo` and close it again."
        )
        embed.add_field(name="Closed week", value=closed, inline=False)
    return Reply([embed])


def show_restoration(result: RestorationResult) -> Reply:
    """Show which score counts again, and the player's personal best after it."""
    style = result.event.style
    embed = Embed(title="Score restored", description=_named(result), color=Color.green())
    if result.personal_best is None:
        value = "None: the player is withdrawn, and it counts once they return."
    else:
        value = escape_score(style.show(result.personal_best), style)
    embed.add_field(name="Personal best", value=value)
    if result.week_is_closed:
        closed = f"{result.submission.week} is closed already, and its results stay as they are."
        embed.add_field(name="Closed week", value=closed, inline=False)
    return Reply([embed])


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
    embed = Embed(title=title, description=text, color=Color.orange() if result.is_withdrawn else Color.green())
    if result.reason is not None:
        embed.add_field(name="Reason", value=escape(result.reason), inline=False)
    return Reply([embed])


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


def _named(result: RemovalResult | RestorationResult) -> str:
    return f"**{escape(result.player.name)}**'s score of **{_score(result.submission)}**\n{_where(result)}"


def _where(result: RemovalPreview | RemovalResult | RestorationResult) -> str:
    at = result.submission.submitted_at
    return f"{escape(result.event.name)} · {at.day} {at:%b %Y}"


def _score(submission: LoggedSubmission) -> str:
    return escape_score(submission.style.show(submission.score), submission.style)

"""Show a removal, and the submissions that an admin can remove."""

from discord import Color, Embed

from bot.domain.moderation import LoggedSubmission, RemovalResult
from bot.ui.reply import Reply
from bot.ui.text import escape, escape_score, isolate_score


def show_removal(result: RemovalResult) -> Reply:
    """Show which score was removed, and the player's personal best after it."""
    style = result.event.style
    score = escape_score(style.show(result.score), style)
    embed = Embed(
        title="Score removed",
        description=f"**{score}** of **{escape(result.player.name)}** in **{escape(result.event.name)}**",
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
        closed = (
            f"{result.week} is closed already, and its results keep the score. To take it out of them too, undo the "
            f"week with `/weekly-undo` and close it again."
        )
        embed.add_field(name="Closed week", value=closed, inline=False)
    return Reply([embed])


def name_removable(submission: LoggedSubmission) -> str:
    """Describe a submission in the list of suggestions."""
    score = isolate_score(submission.style.show(submission.score), submission.style)
    return f"{score} · {submission.submitted_at:%Y-%m-%d %H:%M} UTC · {submission.week}"

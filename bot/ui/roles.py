"""Show the roles that events award."""

from discord import Color

from bot.domain.roles import Award, RoleAward
from bot.ui.card import Card
from bot.ui.reply import Reply
from bot.ui.text import escape

_WHO = {
    Award.FIRST: "the number one of {event}",
    Award.TOP_THREE: "the top three of {event}",
    Award.ELO: "everybody with {elo} Elo or more in {event}",
    Award.NOBODY: "nobody in {event} any more",
}


def show_award(award: RoleAward) -> Reply:
    """Show the admin alone who gets a role from now on."""
    who = _WHO[award.award].format(event=f"**{escape(award.event.name)}**", elo=award.elo)
    lines = (f"<@&{award.role_id}> goes to {who}.",)
    small = ("by the overall board, which it follows",)
    return Reply([Card("Role awarded", lines, small, Color.blurple())], ephemeral=True)

"""Show the roles that events award."""

from discord import Color

from bot.domain.roles import Award, RoleAward
from bot.ui.card import Card, Reply
from bot.ui.text import escape

_WHO = {
    Award.FIRST: "the number one of {event}",
    Award.TOP_THREE: "the top three of {event}",
    Award.ELO: "everybody with {elo} Elo or more in {event}",
}


def show_award(award: RoleAward) -> Reply:
    """Show, to the admin only, who will get a role, or that nobody will."""
    event, role = f"**{escape(award.event.name)}**", f"<@&{award.role_id}>"
    if award.award is Award.NOBODY:
        told = f"{event} awards {role} to nobody any more. Who has it from {event} loses it."
        return Reply([Card("Role no longer awarded", (told,), color=Color.blurple())], ephemeral=True)
    lines = (f"{role} goes to {_WHO[award.award].format(event=event, elo=award.elo)}.",)
    small = ("by the overall board, which it follows", "`/event role award:nobody` ends that")
    return Reply([Card("Role awarded", lines, small, Color.blurple())], ephemeral=True)

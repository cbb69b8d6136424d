"""Show the settings of a server."""

from discord import Color, Embed

from bot.domain.servers import ServerSettings
from bot.ui.reply import Reply


def show_settings(settings: ServerSettings, title: str = "Settings of this server") -> Reply:
    """Show the settings of a server to the admin alone."""
    embed = Embed(title=title, color=Color.blurple())
    embed.add_field(name="Time zone", value=f"{settings.time_zone}: weeks begin on Monday 00:00 there")
    role = "none" if settings.admin_role_id is None else f"<@&{settings.admin_role_id}>"
    embed.add_field(name="Admin role", value=f"{role}, besides members with *Manage Server*")
    return Reply([embed], ephemeral=True)

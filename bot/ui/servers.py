"""Show the settings of a server."""

from discord import Color, Embed

from bot.domain.servers import ServerSettings
from bot.ui.reply import Reply


def show_settings(settings: ServerSettings, title: str = "Settings of this server") -> Reply:
    """Show the settings of a server to the admin alone."""
    embed = Embed(title=title, color=Color.blurple())
    embed.add_field(name="Time zone", value=f"{settings.time_zone}: weeks begin on Monday 00:00 there")
    role = f"<@&{settings.admin_role_id}>, besides members with *Manage Server*"
    if settings.admin_role_id is None:
        role = "not set; members with *Manage Server* are admins"
    embed.add_field(name="Admin role", value=role)
    return Reply([embed], ephemeral=True)

"""`/settings`."""

from functools import partial
from typing import Any

from discord import Interaction, Role, app_commands

from bot.cogs._answering import answer
from bot.cogs._services import ServiceCog
from bot.cogs._suggestions import time_zones
from bot.ui.servers import show_settings


class Servers(ServiceCog):
    """The commands for the settings of a server."""

    @app_commands.command(name="settings", description="Admins: show or change the time zone and the admin role")
    @app_commands.rename(time_zone="time-zone", admin_role="admin-role")
    @app_commands.describe(
        time_zone="Where weeks begin: a city, country or zone",
        admin_role="Its members are admins; @everyone: no role",
    )
    @app_commands.autocomplete(time_zone=time_zones)
    @app_commands.guild_only()
    async def settings(
        self, interaction: Interaction[Any], time_zone: str | None = None, admin_role: Role | None = None
    ) -> None:
        """Change the given settings, and show all settings."""
        actor, settings = self.actor(interaction), self.services.settings
        if time_zone is None and admin_role is None:
            await answer(interaction, settings.show(actor), show_settings, only_reads=True)
            return
        role_id = None if admin_role is None else admin_role.id
        changed = settings.change(actor, time_zone=time_zone, admin_role_id=role_id)
        await answer(interaction, changed, partial(show_settings, title="Settings changed"))

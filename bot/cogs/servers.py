"""`/settings`."""

from functools import partial
from typing import Any

from discord import Interaction, Role, TextChannel, app_commands

from bot.cogs._answering import answer
from bot.cogs._services import ServiceCog
from bot.cogs._suggestions import time_zones
from bot.domain.servers import LONGEST_GRACE_MINUTES
from bot.ui.servers import show_settings


class Servers(ServiceCog):
    """The commands for the settings of a server."""

    @app_commands.command(
        name="settings", description="Admins: show or change time zone, admin role, closing and announcements"
    )
    @app_commands.rename(
        time_zone="time-zone",
        admin_role="admin-role",
        close_weeks="close-weeks",
        quiet_from="quiet-from",
        quiet_to="quiet-to",
    )
    @app_commands.describe(
        time_zone="Where weeks begin: a city, country or zone",
        admin_role="Its members are admins; @everyone: no role",
        close_weeks="True: weeks close by themselves",
        grace="Minutes from a week's end to its close",
        announcements="Where results are posted; again: off",
        quiet_from="Nothing is posted from here, as 22:00",
        quiet_to="… to here, such as 8:00; none: no quiet",
    )
    @app_commands.autocomplete(time_zone=time_zones)
    @app_commands.guild_only()
    async def settings(
        self,
        interaction: Interaction[Any],
        time_zone: str | None = None,
        admin_role: Role | None = None,
        close_weeks: bool | None = None,
        grace: app_commands.Range[int, 0, LONGEST_GRACE_MINUTES] | None = None,
        announcements: TextChannel | None = None,
        quiet_from: str | None = None,
        quiet_to: str | None = None,
    ) -> None:
        """Change the given settings, and show all settings."""
        actor, settings = self.actor(interaction), self.services.settings
        given = time_zone, admin_role, close_weeks, grace, announcements, quiet_from, quiet_to
        if all(option is None for option in given):
            await answer(interaction, settings.show(actor), show_settings, only_reads=True)
            return
        changed = settings.change(
            actor,
            time_zone=time_zone,
            admin_role_id=None if admin_role is None else admin_role.id,
            closes_weeks=close_weeks,
            grace_minutes=grace,
            announcement_channel_id=None if announcements is None else announcements.id,
            quiet_from=quiet_from,
            quiet_to=quiet_to,
        )
        await answer(interaction, changed, partial(show_settings, title="Settings changed"))

"""What admins type: `/weekly-reset`, `/weekly-undo`, `/remove-score`, `/event …` and `/settings`."""

from typing import Any, Literal

from discord import Interaction, Role, User, app_commands
from discord.ext import commands

from bot.cogs.answering import actor_of, answer, guild_of
from bot.cogs.services import Services
from bot.cogs.suggestions import active_events, all_events, pending_weeks, removable_scores, time_zones
from bot.domain.ratings import ScoreDirection
from bot.domain.scores import ScoreFormat
from bot.services.events import EventOptions
from bot.services.servers import Actor
from bot.ui.events import show_event, show_events, show_settings
from bot.ui.submissions import show_removal
from bot.ui.weeks import show_preview, show_runs, show_undo

FORMAT = "number: plain numbers · time: seconds, shown as 1:23.456"
BOUND = "in the event's format, such as 100 or 0:30; none for no bound"


class AdminCommands(commands.Cog):
    """Commands that the services refuse to everyone but admins."""

    def __init__(self, services: Services) -> None:
        """Answer by means of the services."""
        self.services = services

    def _actor(self, interaction: Interaction[Any]) -> Actor:
        return actor_of(interaction, self.services.owner_id)

    @app_commands.command(name="weekly-reset", description="Admins: close the finished weeks of an event, or this one")
    @app_commands.describe(
        event="The event: start typing its name",
        week="Which week; leave it out for every finished week, or else the current one",
        preview="True shows the results to you alone and changes nothing",
    )
    @app_commands.autocomplete(event=all_events, week=pending_weeks)
    @app_commands.guild_only()
    async def weekly_reset(
        self, interaction: Interaction[Any], event: str, week: str | None = None, preview: bool = False
    ) -> None:
        """Run weeks, or show what running them would do."""
        weeks = self.services.weeks
        if preview:
            await answer(interaction, weeks.preview(self._actor(interaction), event, week), show_preview)
        else:
            await answer(interaction, weeks.run(self._actor(interaction), event, week), show_runs)

    @app_commands.command(name="weekly-undo", description="Admins: take back the latest weekly reset of an event")
    @app_commands.describe(event="The event: start typing its name")
    @app_commands.autocomplete(event=all_events)
    @app_commands.guild_only()
    async def weekly_undo(self, interaction: Interaction[Any], event: str) -> None:
        """Open the week of the latest run again."""
        await answer(interaction, self.services.weeks.undo(self._actor(interaction), event), show_undo)

    @app_commands.command(name="remove-score", description="Admins: take a score that should not count out of an event")
    @app_commands.describe(
        event="The event: start typing its name",
        player="Whose score",
        score="Which one, of the latest; leave it out for the personal best",
        reason="Why, for the log and for the player",
    )
    @app_commands.autocomplete(event=all_events, score=removable_scores)
    @app_commands.guild_only()
    async def remove_score(
        self,
        interaction: Interaction[Any],
        event: str,
        player: User,
        score: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Remove one submission."""
        actor = self._actor(interaction)
        removed = self.services.removals.remove(actor, event, player.id, score, reason)
        await answer(interaction, removed, show_removal)

    @app_commands.command(name="settings", description="Admins: show or change the time zone and the admin role")
    @app_commands.rename(time_zone="time-zone", admin_role="admin-role")
    @app_commands.describe(
        time_zone="Weeks begin on Monday 00:00 there, such as Europe/Berlin",
        admin_role="Members with this role may use the admin commands; @everyone for no such role",
    )
    @app_commands.autocomplete(time_zone=time_zones)
    @app_commands.guild_only()
    async def settings(
        self, interaction: Interaction[Any], time_zone: str | None = None, admin_role: Role | None = None
    ) -> None:
        """Change what is given; show all."""
        actor = self._actor(interaction)
        if time_zone is None and admin_role is None:
            shown = self.services.settings.show(actor)
            await answer(interaction, shown, lambda settings: show_settings(settings, "Settings of this server"))
            return
        role_id = None if admin_role is None else admin_role.id
        changed = self.services.settings.change(actor, time_zone=time_zone, admin_role_id=role_id)
        await answer(interaction, changed, lambda settings: show_settings(settings, "Settings changed"))

    event = app_commands.Group(name="event", description="The events of this server", guild_only=True)

    @event.command(name="create", description="Admins: make an event")
    @app_commands.describe(
        name="What players will look for, such as Tetris Blitz",
        direction="HIGH: a greater score is better · LOW: a smaller one",
        format=FORMAT,
        unit="Shown behind numbers, such as points",
        min=f"The smallest score allowed, {BOUND}",
        max=f"The greatest score allowed, {BOUND}",
    )
    async def event_create(
        self,
        interaction: Interaction[Any],
        name: str,
        direction: Literal["HIGH", "LOW"],
        format: Literal["number", "time"] = "number",
        unit: str | None = None,
        min: str | None = None,
        max: str | None = None,
    ) -> None:
        """Make an event."""
        options = EventOptions(name, ScoreFormat(format), unit, min, max)
        made = self.services.events.create(self._actor(interaction), ScoreDirection(direction), options)
        await answer(interaction, made, lambda event: show_event(event, "Event created"))

    @event.command(name="edit", description="Admins: change an event, or take it out of the archive")
    @app_commands.describe(
        event="The event: start typing its name",
        name="A new name",
        format=FORMAT,
        unit="Shown behind numbers, such as points; none for no unit",
        min=f"The smallest score allowed, {BOUND}",
        max=f"The greatest score allowed, {BOUND}",
        active="True takes an event out of the archive, False puts it there",
    )
    @app_commands.autocomplete(event=all_events)
    async def event_edit(
        self,
        interaction: Interaction[Any],
        event: str,
        name: str | None = None,
        format: Literal["number", "time"] | None = None,
        unit: str | None = None,
        min: str | None = None,
        max: str | None = None,
        active: bool | None = None,
    ) -> None:
        """Change what is given, and nothing else."""
        options = EventOptions(name, None if format is None else ScoreFormat(format), unit, min, max, active)
        changed = self.services.events.edit(self._actor(interaction), event, options)
        await answer(interaction, changed, lambda event: show_event(event, "Event changed"))

    @event.command(name="archive", description="Admins: stop an event from taking scores; it can be read, and restored")
    @app_commands.describe(event="The event: start typing its name")
    @app_commands.autocomplete(event=active_events)
    async def event_archive(self, interaction: Interaction[Any], event: str) -> None:
        """Put an event away."""
        archived = self.services.events.archive(self._actor(interaction), event)
        await answer(interaction, archived, lambda event: show_event(event, "Event archived"))

    @event.command(name="list", description="Show the events of this server")
    async def event_list(self, interaction: Interaction[Any]) -> None:
        """List the events of the server."""
        await answer(interaction, self.services.events.list(guild_of(interaction)), show_events)

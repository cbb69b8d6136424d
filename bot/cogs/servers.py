"""`/settings` and `/setup`, a panel whose buttons open a modal for each part; and the greeting of a new server."""

import logging
import re
from collections.abc import Coroutine
from typing import Any, ClassVar, Self

from discord import ButtonStyle, Guild, Interaction, Role, TextChannel, app_commands
from discord.ext import commands
from discord.ui import Label

from bot.cogs._admins import for_admins
from bot.cogs._answering import actor_of, answer, update
from bot.cogs._buttons import IdButton
from bot.cogs._channels import check_known, closed_among
from bot.cogs._delivery import UNDELIVERED
from bot.cogs._modals import IdModal, open_modal
from bot.cogs._services import ServiceCog, services_of
from bot.cogs._suggestions import time_zones
from bot.domain.rules import Attendance, Method
from bot.domain.servers import LONGEST_GRACE_MINUTES, ServerSettings, SettingsReport
from bot.errors import EveryoneReads, GraceTooLong, NotATextChannel, Unavailable
from bot.services.events import EventOptions
from bot.services.servers import SettingsService
from bot.ui.card import Reply
from bot.ui.events import show_event
from bot.ui.servers import (
    BESTS,
    BY_ITSELF,
    OPEN,
    PARTS,
    attendance_label,
    best_label,
    channel_label,
    closing_label,
    grace_label,
    method_label,
    name_label,
    review_label,
    role_label,
    show_settings,
    show_welcome,
    unit_label,
    zone_label,
)

ONE_ROW = 4
_MINUTES = re.compile("[0-9]{1,5}")

logger = logging.getLogger(__name__)


class Servers(ServiceCog):
    """The commands for the settings of a server."""

    @app_commands.command(
        name="settings", description="Admins: show or change time zone, admin role, closing and channels"
    )
    @app_commands.rename(
        time_zone="time-zone",
        admin_role="admin-role",
        close_weeks="close-weeks",
        review_channel="review-channel",
        quiet_from="quiet-from",
        quiet_to="quiet-to",
    )
    @app_commands.describe(
        time_zone="Where weeks begin: a city, country or zone",
        admin_role="Its members are admins; @everyone: no role",
        close_weeks="True: weeks close by themselves",
        grace="Minutes from a week's end to its close",
        announcements="Where results are posted; same again: off",
        review_channel="Shows admins held scores; same again: off",
        quiet_from="Nothing is posted from then, such as 22:00",
        quiet_to="… until then, such as 8:00; none: no quiet",
    )
    @app_commands.autocomplete(time_zone=time_zones)
    @app_commands.guild_only()
    @for_admins
    async def settings(
        self,
        interaction: Interaction[Any],
        time_zone: str | None = None,
        admin_role: Role | None = None,
        close_weeks: bool | None = None,
        grace: app_commands.Range[int, 0, LONGEST_GRACE_MINUTES] | None = None,
        announcements: app_commands.AppCommandChannel | None = None,
        review_channel: app_commands.AppCommandChannel | None = None,
        quiet_from: str | None = None,
        quiet_to: str | None = None,
    ) -> None:
        """Change the given settings, and show all settings."""
        actor, settings = actor_of(interaction), self.services.settings
        given = time_zone, admin_role, close_weeks, grace, announcements, review_channel, quiet_from, quiet_to
        if all(option is None for option in given):
            await answer(interaction, settings.show(actor), show_panel, only_reads=True)
            return
        announced_in = None if announcements is None else _text_channel(interaction, announcements.id).id
        reviewed_in = None if review_channel is None else _private_channel(interaction, review_channel.id)
        changed = settings.change(
            actor,
            time_zone=time_zone,
            admin_role_id=None if admin_role is None else admin_role.id,
            closes_weeks=close_weeks,
            grace_minutes=grace,
            announcement_channel_id=announced_in,
            review_channel_id=reviewed_in,
            closed_channels=closed_among(interaction, filter(None, (announced_in, reviewed_in))),
            quiet_from=quiet_from,
            quiet_to=quiet_to,
        )
        await answer(interaction, changed, _show_changed)

    @app_commands.command(name="setup", description="Admins: set up events, channel, weeks, time zone and admin role")
    @app_commands.guild_only()
    @for_admins
    async def setup(self, interaction: Interaction[Any]) -> None:
        """Show the panel."""
        await answer(interaction, self.services.settings.show(actor_of(interaction)), show_panel, only_reads=True)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: Guild) -> None:
        """Greet a new server, once, in a channel where the bot may write."""
        channel, welcome = _writable(guild), show_welcome().with_buttons([SetupButton("open")])
        try:
            if channel is not None and await self.services.settings.begin_greeting(guild.id):
                await channel.send(view=welcome.layout())
        except (Unavailable, *UNDELIVERED) as error:
            logger.warning("server %d was not greeted: %s", guild.id, error)


class SetupButton(IdButton, template=r"setup:(?P<part>open|event|channel|review|weeks|zone|role|rules)"):
    """A button that shows the panel, or opens the modal of one of its parts."""

    def __init__(self, part: str) -> None:
        """Open a part of the panel, or the panel itself."""
        self.part = part
        style = ButtonStyle.primary if part in ("open", "event") else ButtonStyle.secondary
        super().__init__(PARTS.get(part, OPEN), f"setup:{part}", style)

    async def press(self, interaction: Interaction[Any]) -> None:
        """Show the panel, or open the modal of a part with the present settings."""
        services = services_of(interaction)
        shown = services.settings.show(actor_of(interaction))
        if self.part == "open":
            await answer(interaction, shown, show_panel, only_reads=True)
        else:
            kind = next(kind for kind in SETUP_MODALS if self.part == kind.PART)
            await open_modal(interaction, shown, lambda report: kind.asking(report.settings))


class SetupModal(IdModal):
    """Asks for one part of the setup, and shows the panel with the change."""

    PART: ClassVar[str]

    def __init_subclass__(cls) -> None:
        """Derive the pattern of the ids from the part."""
        super().__init_subclass__()
        cls.TEMPLATE = re.compile(f"setup:{cls.PART}")

    def __init__(self, *labels: Label[Any]) -> None:
        """Ask for the values of the labels."""
        super().__init__(title=PARTS[self.PART], custom_id=f"setup:{self.PART}")
        self.inputs: list[Any] = [label.component for label in labels]
        for label in labels:
            self.add_item(label)

    @classmethod
    def from_id(cls, match: re.Match[str]) -> Self:
        """Rebuild a modal from its id."""
        return cls.asking(ServerSettings())

    @classmethod
    def asking(cls, settings: ServerSettings) -> Self:
        """Return a modal that shows the present settings."""
        raise NotImplementedError

    async def submit(self, interaction: Interaction[Any]) -> None:
        """Apply the submitted values."""
        services = services_of(interaction)
        work = self.change(interaction, services.settings)
        await update(interaction, work, _show_changed)

    def change(self, interaction: Interaction[Any], settings: SettingsService) -> Coroutine[Any, Any, SettingsReport]:
        """Return the use case that makes the change."""
        raise NotImplementedError


class EventModal(SetupModal):
    """Asks for a new event, and shows it to everyone as `/event create` does."""

    PART = "event"

    @classmethod
    def asking(cls, settings: ServerSettings) -> Self:
        """Ask for the name of the event, its unit, and what is best in it."""
        return cls(name_label(), best_label(), unit_label())

    async def submit(self, interaction: Interaction[Any]) -> None:
        """Create the event."""
        services = services_of(interaction)
        name, best, unit = self.inputs
        direction, kind = BESTS[best.value]
        options = EventOptions(name.value, kind, unit.value.strip() or None)
        made = services.events.create(actor_of(interaction), direction, options)
        await answer(interaction, made, show_event)


class ChannelModal(SetupModal):
    """Asks where to announce results."""

    PART = "channel"

    @classmethod
    def asking(cls, settings: ServerSettings) -> Self:
        """Show the present channel."""
        return cls(channel_label(settings.announcement_channel_id))

    def change(self, interaction: Interaction[Any], settings: SettingsService) -> Coroutine[Any, Any, SettingsReport]:
        """Announce in the chosen channel, or nowhere."""
        chosen = [_text_channel(interaction, one.id).id for one in self.inputs[0].values]
        closed = closed_among(interaction, chosen)
        return settings.announce_in(actor_of(interaction), next(iter(chosen), None), closed_channels=closed)


class ReviewsModal(SetupModal):
    """Asks where to show held scores to admins."""

    PART = "review"

    @classmethod
    def asking(cls, settings: ServerSettings) -> Self:
        """Show the present channel."""
        return cls(review_label(settings.review_channel_id))

    def change(self, interaction: Interaction[Any], settings: SettingsService) -> Coroutine[Any, Any, SettingsReport]:
        """Show held scores in the chosen channel, or nowhere."""
        chosen = [_private_channel(interaction, one.id) for one in self.inputs[0].values]
        closed = closed_among(interaction, chosen)
        return settings.review_in(actor_of(interaction), next(iter(chosen), None), closed_channels=closed)


class WeeksModal(SetupModal):
    """Asks how weeks close."""

    PART = "weeks"

    @classmethod
    def asking(cls, settings: ServerSettings) -> Self:
        """Show how weeks close at present."""
        return cls(closing_label(settings), grace_label(settings))

    def change(self, interaction: Interaction[Any], settings: SettingsService) -> Coroutine[Any, Any, SettingsReport]:
        """Let weeks close automatically after the grace, or not."""
        closing, grace = self.inputs
        is_by_itself, minutes = closing.value == BY_ITSELF, _minutes(grace.value)
        return settings.change(actor_of(interaction), closes_weeks=is_by_itself, grace_minutes=minutes)


class ZoneModal(SetupModal):
    """Asks for a time zone."""

    PART = "zone"

    @classmethod
    def asking(cls, settings: ServerSettings) -> Self:
        """Show the present time zone."""
        return cls(zone_label(settings))

    def change(self, interaction: Interaction[Any], settings: SettingsService) -> Coroutine[Any, Any, SettingsReport]:
        """Let weeks begin in the chosen time zone."""
        return settings.change(actor_of(interaction), time_zone=self.inputs[0].value)


class RoleModal(SetupModal):
    """Asks for the admin role."""

    PART = "role"

    @classmethod
    def asking(cls, settings: ServerSettings) -> Self:
        """Show the present role."""
        return cls(role_label(settings))

    def change(self, interaction: Interaction[Any], settings: SettingsService) -> Coroutine[Any, Any, SettingsReport]:
        """Treat the members of the chosen role as admins, or of no role."""
        chosen, actor = self.inputs[0].values, actor_of(interaction)
        return settings.change(actor, admin_role_id=chosen[0].id if chosen else actor.guild_id)


class RulesModal(SetupModal):
    """Asks for the rules of new events."""

    PART = "rules"

    @classmethod
    def asking(cls, settings: ServerSettings) -> Self:
        """Show the present default rules."""
        return cls(method_label(settings), attendance_label(settings))

    def change(self, interaction: Interaction[Any], settings: SettingsService) -> Coroutine[Any, Any, SettingsReport]:
        """Use these rules for new events."""
        method, attendance = self.inputs
        return settings.rate_new_events(actor_of(interaction), Method(method.value), Attendance(attendance.value))


SETUP_MODALS = (EventModal, ChannelModal, ReviewsModal, WeeksModal, ZoneModal, RoleModal, RulesModal)


def show_panel(report: SettingsReport, title: str = "Settings of this server") -> Reply:
    """Show the settings of a server, with a button for each part of them."""
    buttons = [SetupButton(part) for part in PARTS]
    return show_settings(report, title).with_buttons(buttons[:ONE_ROW], buttons[ONE_ROW:])


def _show_changed(report: SettingsReport) -> Reply:
    return show_panel(report, "Settings changed" if report.is_changed else "Nothing changed")


def _minutes(text: str) -> int:
    """Parse a grace as typed."""
    if not _MINUTES.fullmatch(text.strip()):
        raise GraceTooLong(LONGEST_GRACE_MINUTES)
    return int(text)


def _writable(guild: Guild) -> TextChannel | None:
    """Return a channel of the server where the bot may write: the system channel if possible, else the first one."""
    channels = [guild.system_channel, *guild.text_channels]
    return next((one for one in channels if one is not None and one.permissions_for(guild.me).send_messages), None)


def _text_channel(interaction: Interaction[Any], channel_id: int) -> TextChannel:
    """Return a text channel of the server.

    Raises:
        NotATextChannel: the channel is of another type, or belongs to another server.
        Restarting: the bot does not know the channels of the server yet.
    """
    channel = None if interaction.guild is None else interaction.guild.get_channel(channel_id)
    if not isinstance(channel, TextChannel):
        check_known(interaction)
        raise NotATextChannel
    return channel


def _private_channel(interaction: Interaction[Any], channel_id: int) -> int:
    """Return the id of a text channel of the server that not everyone can read.

    Raises:
        NotATextChannel, Restarting: as in `_text_channel`.
        EveryoneReads: everyone can read it.
    """
    channel = _text_channel(interaction, channel_id)
    if channel.permissions_for(channel.guild.default_role).read_messages:
        raise EveryoneReads(channel_id)
    return channel_id

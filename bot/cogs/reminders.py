"""`/notify`, its switches, and the job that sends players direct messages."""

import logging
import re
from contextlib import suppress
from typing import Any

from discord import (
    AllowedMentions,
    ButtonStyle,
    Client,
    Forbidden,
    HTTPException,
    Interaction,
    NotFound,
    Object,
    app_commands,
)

from bot.cogs._answering import answer, guild_of, update
from bot.cogs._buttons import DISCORD_ID, IdButton
from bot.cogs._pace import Pace
from bot.cogs._services import ServiceCog, services_of
from bot.domain.jobs import Claim
from bot.domain.reminders import Message, Reminder, ReminderSettings
from bot.services.reminders import ReminderService
from bot.ui.card import Reply
from bot.ui.reminders import NAMES, show_panel, show_reminder, show_stopped

UNWANTED = {50007, 50278, 10013}
"""Discord's error codes for a user who accepts no direct messages from the bot, shares no server with it, or is
gone."""
OPENED_A_SECOND = 5
"""How many direct messages the bot opens a second: Discord slows down, and may punish, bots that open many at once."""

logger = logging.getLogger(__name__)


class Reminders(ServiceCog):
    """The command that switches reminders on and off."""

    @app_commands.command(name="notify", description="Choose what the bot tells you by direct message")
    @app_commands.guild_only()
    async def notify(self, interaction: Interaction[Any]) -> None:
        """Show the user's reminders, with a switch for each."""
        shown = self.services.reminders.show(guild_of(interaction), interaction.user.id)
        await answer(interaction, shown, _panel, only_reads=True)


class SwitchButton(IdButton, template=r"notify:(?P<reminder>missed-week|overtaken|results|rival):(?P<state>on|off)"):
    """A button that switches one reminder on or off, for the clicking user in this server."""

    def __init__(self, reminder: Reminder, *, is_on: bool) -> None:
        """Switch a reminder on, or off."""
        self.reminder, self.is_on = reminder, is_on
        state = "on" if is_on else "off"
        style = ButtonStyle.success if is_on else ButtonStyle.secondary
        super().__init__(f"{NAMES[reminder]}: turn {state}", f"notify:{reminder}:{state}", style)

    @classmethod
    def from_id(cls, match: re.Match[str]) -> "SwitchButton":
        """Rebuild a button from its id."""
        return cls(Reminder(match["reminder"]), is_on=match["state"] == "on")

    async def press(self, interaction: Interaction[Any]) -> None:
        """Switch the reminder, and show the panel again."""
        reminders = services_of(interaction).reminders
        switched = reminders.switch(guild_of(interaction), interaction.user.id, self.reminder, is_on=self.is_on)
        await update(interaction, switched, _panel)


class StopButton(IdButton, template=rf"notify:stop:(?P<guild>{DISCORD_ID})"):
    """A button below a reminder: it ends all reminders from its server for the clicking user."""

    def __init__(self, guild_id: int) -> None:
        """End the reminders from a server."""
        self.guild_id = guild_id
        super().__init__("No more reminders", f"notify:stop:{guild_id}")

    async def press(self, interaction: Interaction[Any]) -> None:
        """End the reminders; this works in a direct message, and affects only the user."""
        stopped = services_of(interaction).reminders.stop(self.guild_id, interaction.user.id)
        await update(interaction, stopped, lambda _: show_stopped())


class Messenger:
    """Runs the jobs of reminders: it sends a player one direct message with all the news."""

    def __init__(self, client: Client, reminders: ReminderService, pace: Pace) -> None:
        """Send what `reminders` says, as the logged-in `client`, at a `pace`."""
        self._client = client
        self._reminders = reminders
        self._pace = pace
        self._opening = Pace(OPENED_A_SECOND)

    async def do(self, claim: Claim) -> None:
        """Send the player of a job their news, and reschedule the job.

        Raises:
            ClaimLost: this process no longer holds the claim.
            Unavailable: the database did not answer.
            discord.HTTPException, aiohttp.ClientError, OSError: Discord did not accept the message this time.
        """
        message = await self._reminders.draft(claim)
        if message is None:
            await self._reminders.drop(claim)
            return
        if not message.is_empty:
            await self._reminders.begin(claim, message)
            try:
                await self._send(message)
            except HTTPException as error:
                if error.code not in UNWANTED:
                    raise
                logger.info("no more reminders to user %d: %s", message.discord_id, error)
                await self._reminders.refuse(claim, message)
                return
        await self._reminders.keep(claim, message)

    async def _send(self, message: Message) -> None:
        server = await self._name_server(message.guild_id)
        reply = show_reminder(message, server).with_buttons([StopButton(message.guild_id)])
        await self._opening.wait()
        await self._pace.wait()
        channel = await self._client.create_dm(Object(message.discord_id))
        await self._pace.wait()
        await channel.send(view=reply.layout(), nonce=message.nonce, allowed_mentions=AllowedMentions.none())

    async def _name_server(self, guild_id: int) -> str:
        guild = self._client.get_guild(guild_id)
        if guild is None:
            # Just after its start, the bot has not yet been told of its servers.
            await self._pace.wait()
            with suppress(Forbidden, NotFound):
                guild = await self._client.fetch_guild(guild_id, with_counts=False)
        return "Leaderboards" if guild is None else guild.name


def _panel(settings: ReminderSettings) -> Reply:
    offered = [one for one in NAMES if one is not Reminder.RIVAL or settings.rival is not None]
    switches = [SwitchButton(reminder, is_on=reminder not in settings.switched_on) for reminder in offered]
    return show_panel(settings).with_buttons(switches)

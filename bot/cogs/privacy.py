"""`/my-data`, and the button below it that erases a user after two confirmations."""

import logging
import re
from typing import Any, ClassVar

from discord import ButtonStyle, Interaction, app_commands
from discord.ui import Label, TextInput

from bot.cogs._answering import answer, update
from bot.cogs._buttons import IdButton
from bot.cogs._delivery import UNDELIVERED
from bot.cogs._modals import IdModal, open_modal
from bot.cogs._questions import KeepButton
from bot.cogs._services import ServiceCog, services_of
from bot.domain.privacy import CONFIRMATION, Footprint, PersonalData
from bot.domain.text import clean_display_name
from bot.errors import ErasureUnconfirmed
from bot.ui.card import Reply
from bot.ui.privacy import (
    FORMER_PLAYER,
    show_erased,
    show_erasure_question,
    show_nothing_stored,
    show_personal_data,
    write_request,
)

REASON = "the user asked to be erased"
"""The reason in a server's audit log for taking a role away."""

logger = logging.getLogger(__name__)


class Privacy(ServiceCog):
    """The command that gives users the data stored about them."""

    @app_commands.command(name="my-data", description="Get all that I store about you, or be erased")
    @app_commands.guild_only()
    async def my_data(self, interaction: Interaction[Any]) -> None:
        """Send a file with everything, to the user only."""
        servers = {guild.id: guild.name for guild in interaction.client.guilds}
        await answer(interaction, self.services.privacy.collect(interaction.user.id, servers), _show, only_reads=True)


class EraseButton(IdButton, template=r"privacy:(?P<step>ask|confirm)"):
    """Asks only the clicking user whether to erase them: first with the consequences, then for a word."""

    LABELS: ClassVar = {"ask": "Erase me", "confirm": "Erase me for good"}

    def __init__(self, step: str) -> None:
        """Ask the first question or the second one."""
        self.step = step
        super().__init__(self.LABELS[step], f"privacy:{step}", ButtonStyle.danger)

    async def press(self, interaction: Interaction[Any]) -> None:
        """Ask."""
        measured = services_of(interaction).privacy.measure(interaction.user.id)
        if self.step == "confirm":
            await open_modal(interaction, measured, lambda _: EraseModal())
        else:
            # Keep the message with the file.
            await answer(interaction, measured, _ask, only_reads=True)


class EraseModal(IdModal):
    """Asks the user to type a word, and erases them."""

    TEMPLATE = re.compile(r"privacy:erase")

    def __init__(self) -> None:
        """Ask for the word."""
        super().__init__(title="Erase me for good", custom_id="privacy:erase")
        self.word: TextInput[Any] = TextInput(custom_id="word", max_length=20)
        self.add_item(Label(text=write_request(), component=self.word))

    async def submit(self, interaction: Interaction[Any]) -> None:
        """Erase the user.

        Raises:
            ErasureUnconfirmed: the user typed a different word.
        """
        if self.word.value.strip().upper() != CONFIRMATION:
            raise ErasureUnconfirmed(self.word.value.strip(), CONFIRMATION)
        await update(interaction, _erase(interaction), show_erased)


async def _erase(interaction: Interaction[Any]) -> Footprint:
    """Take away the roles that the bot has given, as far as Discord allows, and erase the user."""
    privacy, user = services_of(interaction).privacy, interaction.user
    for role in (await privacy.measure(user.id)).roles:
        try:
            await interaction.client.http.remove_role(role.guild_id, user.id, role.role_id, reason=REASON)
        except UNDELIVERED as error:
            logger.info("role %d of server %d stays: %s", role.role_id, role.guild_id, error)
    names = {clean_display_name(name) for name in (user.name, user.global_name, user.display_name) if name}
    return await privacy.erase(user.id, FORMER_PLAYER, names)


def _show(data: PersonalData) -> Reply:
    if data.footprint.is_empty:
        return show_nothing_stored()
    return show_personal_data(data).with_buttons([EraseButton("ask")])


def _ask(footprint: Footprint) -> Reply:
    if footprint.is_empty:
        return show_nothing_stored()
    return show_erasure_question(footprint).with_buttons([EraseButton("confirm"), KeepButton()])

"""`/export`, `/import` and its buttons."""

import re
from dataclasses import replace
from typing import Any

from discord import Attachment, ButtonStyle, Interaction, app_commands
from discord.ui import Button, Item

from bot.cogs._answering import actor_of, answer, post, update
from bot.cogs._buttons import IdButton
from bot.cogs._delivery import UNDELIVERED
from bot.cogs._services import ServiceCog, services_of
from bot.cogs._suggestions import all_events
from bot.cogs.moderation import KeepButton
from bot.domain.score_files import MOST_BYTES, MOST_ROWS, ScoreImportPlan, ScoreImportResult
from bot.errors import FileGone, FileTooLarge
from bot.services.servers import Actor
from bot.services.transfer import TransferService
from bot.ui.moderation import show_agreed
from bot.ui.reply import Reply
from bot.ui.transfer import show_export, show_score_import, show_score_import_plan, show_taken_back

_OF_EVENT = r"(?P<event>[0-9]{1,18})"


class Transfer(ServiceCog):
    """The commands that hand an event to an admin as a file, and take scores out of one."""

    @app_commands.command(name="export", description="Admins: get all of an event as tables, for you alone")
    @app_commands.describe(event="The event: start typing its name")
    @app_commands.autocomplete(event=all_events)
    @app_commands.guild_only()
    async def export(self, interaction: Interaction[Any], event: str) -> None:
        """Hand over all of an event."""
        await answer(
            interaction, self.services.transfer.export(self.actor(interaction), event), show_export, only_reads=True
        )

    @app_commands.command(name="import", description="Admins: count the scores of a table, after a look at them")
    @app_commands.describe(event="The event: start typing its name", file="CSV: player, score, time")
    @app_commands.autocomplete(event=all_events)
    @app_commands.guild_only()
    async def import_(self, interaction: Interaction[Any], event: str, file: Attachment) -> None:
        """Show what an import of a file would do, and ask whether to do it."""
        plan = _plan(self.services.transfer, self.actor(interaction), event, file)
        await answer(interaction, plan, _ask, only_reads=True)


async def _plan(transfer: TransferService, actor: Actor, event: str, file: Attachment) -> tuple[ScoreImportPlan, bytes]:
    if file.size > MOST_BYTES:
        raise FileTooLarge(MOST_BYTES, MOST_ROWS)
    content = await _read(file)
    return await transfer.plan_scores(actor, event, content), content


async def _read(file: Attachment) -> bytes:
    try:
        return await file.read()
    except UNDELIVERED:
        raise FileGone from None


class ImportButton(IdButton, template=rf"import:do:{_OF_EVENT}"):
    """Imports the scores of the file that the message keeps."""

    def __init__(self, event_id: int) -> None:
        """Import into an event."""
        self.event_id = event_id
        super().__init__(Button(label="Import", style=ButtonStyle.success, custom_id=f"import:do:{event_id}"))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction[Any], item: Item[Any], match: re.Match[str], /
    ) -> "ImportButton":
        """Rebuild a button from its id."""
        return cls(int(match["event"]))

    async def press(self, interaction: Interaction[Any]) -> None:
        """Import the scores, and show everyone."""
        services = services_of(interaction)
        actor = actor_of(interaction, services.owner_id)
        files = [] if interaction.message is None else interaction.message.attachments

        async def work() -> ScoreImportResult:
            if not files:
                raise FileGone
            return await services.transfer.import_scores(actor, self.event_id, await _read(files[0]))

        await post(interaction, work(), lambda _: show_agreed(), _show_import)


class TakeBackButton(IdButton, template=rf"import:undo:{_OF_EVENT}:(?P<number>-?[0-9]{{1,18}}|[1-8][0-9]{{18}})"):
    """Takes the import back that the message is about."""

    def __init__(self, event_id: int, import_id: int) -> None:
        """Take an import into an event back."""
        self.event_id, self.import_id = event_id, import_id
        custom_id = f"import:undo:{event_id}:{import_id}"
        super().__init__(Button(label="Take the import back", style=ButtonStyle.secondary, custom_id=custom_id))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction[Any], item: Item[Any], match: re.Match[str], /
    ) -> "TakeBackButton":
        """Rebuild a button from its id."""
        return cls(int(match["event"]), int(match["number"]))

    async def press(self, interaction: Interaction[Any]) -> None:
        """Take the import back, and show that instead."""
        services = services_of(interaction)
        actor = actor_of(interaction, services.owner_id)
        await update(interaction, services.transfer.take_back(actor, self.event_id, self.import_id), show_taken_back)


def _ask(planned: tuple[ScoreImportPlan, bytes]) -> Reply:
    plan, content = planned
    asked = show_score_import_plan(plan, content)
    return replace(asked, buttons=((ImportButton(plan.event.id), KeepButton()),)) if plan.new else asked


def _show_import(result: ScoreImportResult) -> Reply:
    buttons = ((TakeBackButton(result.plan.event.id, result.import_id),),)
    return replace(show_score_import(result), buttons=buttons)

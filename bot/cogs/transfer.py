"""`/export`, `/import` and its buttons."""

from collections.abc import Awaitable
from typing import Any

from discord import Attachment, ButtonStyle, FileComponent, Interaction, app_commands

from bot.cogs._admins import for_admins
from bot.cogs._answering import actor_of, answer, update
from bot.cogs._buttons import EVENT, IdButton
from bot.cogs._delivery import UNDELIVERED
from bot.cogs._questions import KeepButton, agree
from bot.cogs._services import ServiceCog, services_of
from bot.cogs._suggestions import all_events
from bot.domain.score_files import MOST_BYTES, MOST_ROWS, ScoreImportPlan, ScoreImportResult
from bot.domain.transfer import EventImportPlan
from bot.errors import EventFileTooLarge, FileGone, FileTooLarge, ImportUnnamed
from bot.services.servers import Actor
from bot.services.transfer import MOST_EVENT_BYTES, MOST_RESULTS, TransferService, is_event_file
from bot.ui.card import Reply
from bot.ui.transfer import (
    show_event_import,
    show_event_import_plan,
    show_export,
    show_score_import,
    show_score_import_plan,
    show_taken_back,
)

_EVENT_FILES = (".json", ".zip")


class Transfer(ServiceCog):
    """The commands that export an event as a file for an admin, and import scores or an event from one."""

    @app_commands.command(name="export", description="Admins: get all of an event as tables, for you alone")
    @app_commands.describe(event="The event: start typing its name")
    @app_commands.autocomplete(event=all_events)
    @app_commands.guild_only()
    @for_admins
    async def export(self, interaction: Interaction[Any], event: str) -> None:
        """Send a file with everything about an event."""
        await answer(
            interaction, self.services.transfer.export(actor_of(interaction), event), show_export, only_reads=True
        )

    @app_commands.command(name="import", description="Admins: bring scores or an event in, after a look at them")
    @app_commands.describe(
        file="CSV: player, score, time; or an /export", event="For scores: where to; else a new name"
    )
    @app_commands.autocomplete(event=all_events)
    @app_commands.guild_only()
    @for_admins
    async def import_(self, interaction: Interaction[Any], file: Attachment, event: str | None = None) -> None:
        """Show what importing a file would do, and ask whether to import it."""
        question = _plan(self.services.transfer, actor_of(interaction), event, file)
        await answer(interaction, question, lambda asked: asked, only_reads=True)


async def _plan(transfer: TransferService, actor: Actor, event: str | None, file: Attachment) -> Reply:
    await transfer.check_admin(actor)
    if file.size > MOST_EVENT_BYTES:
        if file.filename.casefold().endswith(_EVENT_FILES):
            raise EventFileTooLarge(MOST_EVENT_BYTES, MOST_RESULTS)
        raise FileTooLarge(MOST_BYTES, MOST_ROWS)
    content = await _read(file.read())
    if is_event_file(content):
        planned = await transfer.plan_event(actor, content, event)
        asked = show_event_import_plan(planned)
        return asked if planned.plan.is_here else asked.with_buttons([ImportEventButton(), KeepButton()])
    if event is None:
        raise ImportUnnamed
    return _ask(await transfer.plan_scores(actor, event, content), content)


async def _read(file: Awaitable[bytes]) -> bytes:
    try:
        return await file
    except UNDELIVERED:
        raise FileGone from None


async def _read_kept(interaction: Interaction[Any]) -> bytes:
    """Return the file in the message of a clicked button; Discord lists it among components, not in `attachments`."""
    shown = [] if interaction.message is None else interaction.message.components
    addresses = [part.media.url for part in shown if isinstance(part, FileComponent)]
    if not addresses:
        raise FileGone
    return await _read(interaction.client.http.get_from_cdn(addresses[0]))


class ImportButton(IdButton, template=rf"import:do:{EVENT}"):
    """Imports the scores of the file in its message."""

    def __init__(self, event_id: int) -> None:
        """Import into the event with this key."""
        self.event_id = event_id
        super().__init__("Import", f"import:do:{event_id}", ButtonStyle.success)

    async def press(self, interaction: Interaction[Any]) -> None:
        """Import the scores, and show everyone."""
        services, actor = services_of(interaction), actor_of(interaction)

        async def work() -> ScoreImportResult:
            return await services.transfer.import_scores(actor, self.event_id, await _read_kept(interaction))

        await agree(interaction, work(), _show_import)


class ImportEventButton(IdButton, template=r"import:event"):
    """Creates the event of the file in its message."""

    def __init__(self) -> None:
        """Import into the server of the message."""
        super().__init__("Import", "import:event", ButtonStyle.success)

    async def press(self, interaction: Interaction[Any]) -> None:
        """Create the event, and show everyone."""
        services, actor = services_of(interaction), actor_of(interaction)

        async def work() -> EventImportPlan:
            return await services.transfer.import_event(actor, await _read_kept(interaction))

        await agree(interaction, work(), show_event_import)


class TakeBackButton(IdButton, template=rf"import:undo:{EVENT}:(?P<number>-?[0-9]{{1,18}}|[1-8][0-9]{{18}})"):
    """Undoes the import that its message describes."""

    def __init__(self, event_id: int, import_id: int) -> None:
        """Undo an import into an event."""
        self.event_id, self.import_id = event_id, import_id
        super().__init__("Take the import back", f"import:undo:{event_id}:{import_id}")

    async def press(self, interaction: Interaction[Any]) -> None:
        """Undo the import, and show that in its place."""
        services, actor = services_of(interaction), actor_of(interaction)
        await update(interaction, services.transfer.take_back(actor, self.event_id, self.import_id), show_taken_back)


def _ask(plan: ScoreImportPlan, content: bytes) -> Reply:
    asked = show_score_import_plan(plan, content)
    return asked.with_buttons([ImportButton(plan.event.id), KeepButton()]) if plan.new else asked


def _show_import(result: ScoreImportResult) -> Reply:
    return show_score_import(result).with_buttons([TakeBackButton(result.plan.event.id, result.import_id)])

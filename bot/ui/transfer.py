"""Show exported events."""

from discord import Color

from bot.domain.transfer import ExportedEvent
from bot.ui.card import Card
from bot.ui.reply import Attachment, Reply
from bot.ui.text import escape


def show_export(export: ExportedEvent) -> Reply:
    """Hand an exported event to the admin alone."""
    text = (
        f"**{escape(export.event)}**: submissions, runs, results and standings as tables (CSV), and"
        " `event.json`, from which the bot's operator can make the event again in another server."
    )
    return Reply(
        [Card("Exported", (text,), color=Color.blurple())],
        files=(Attachment(export.file_name, export.content),),
        ephemeral=True,
    )

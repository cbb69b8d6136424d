"""Show users the data stored about them, and ask before erasing them."""

from discord import Color

from bot.domain.privacy import CONFIRMATION, Footprint, PersonalData
from bot.ui.card import Attachment, Card, Reply, small_print
from bot.ui.text import count_of

FORMER_PLAYER = "Former player"
"""The name of every erased user."""


def show_personal_data(data: PersonalData) -> Reply:
    """Send a user, in private, everything that is stored about them."""
    lines = (
        f"**{_size(data.footprint)}**",
        "The file has all that I store.",
    )
    files = (Attachment(data.file_name, data.content),)
    card = Card("Your data", lines, ("from all servers; only you see this",), Color.blurple())
    return Reply([card], ephemeral=True, files=files)


def show_nothing_stored() -> Reply:
    """Tell a user, in private, that the bot does not know them."""
    return Reply([Card("Your data", ("I store nothing about you.",), color=Color.blurple())], ephemeral=True)


def show_erasure_question(footprint: Footprint) -> Reply:
    """Ask a user, in private, whether to erase them, and say what is deleted and what stays."""
    scores = "your score" if footprint.submissions == 1 else f"your {footprint.submissions:,} scores"
    lines = [
        "**Gone, in all servers**",
        "your names and your id",
        "proof links and held scores",
        "reminders, rivals, roles from me",
        "reasons that admins gave",
        "**Stays**",
        f"{scores}, under “{FORMER_PLAYER}”",
        "everybody else's rank and Elo",
        "my earlier answers in channels",
        "**This cannot be undone.**",
        small_print("a later score is a newcomer's"),
    ]
    return Reply([Card("Erase you?", tuple(lines), color=Color.red())], ephemeral=True)


def show_erased(_: Footprint) -> Reply:
    """Show a user, in private, that they have been erased."""
    lines = ("I know nothing about you now.", small_print("boards lose your name within minutes"))
    return Reply([Card("You are erased", lines, color=Color.green())], ephemeral=True)


def write_request() -> str:
    """Ask the user to type the word that confirms the erasure."""
    return f"Type {CONFIRMATION} to go on"


def _size(footprint: Footprint) -> str:
    scores = count_of(footprint.submissions, "score")
    return f"{scores} in {count_of(footprint.events, 'event')} of {count_of(footprint.servers, 'server')}"

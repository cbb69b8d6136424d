"""The answer to an interaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from discord.ui import LayoutView

from bot.ui.card import Buttons, Card, layout_of


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of at most 10 MB, under the name that the user sees: letters, digits, hyphens and a point."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """A message to a user.

    Attributes:
        cards: at least one, with at most 4,000 characters together.
        buttons: the rows of buttons; with the cards, at most 40 components.
        ephemeral: whether only the user sees it.
        files: what is attached, at most ten.
    """

    cards: Sequence[Card]
    buttons: Buttons = ()
    ephemeral: bool = False
    files: tuple[Attachment, ...] = ()

    def layout(self) -> LayoutView:
        """Return the message as discord.py sends it, once."""
        return layout_of(self.cards, self.buttons, [file.name for file in self.files])

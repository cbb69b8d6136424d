"""The answer to an interaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from discord.ui import LayoutView

from bot.ui.card import Buttons, Card, layout_of

ELSEWHERE = "Done. The answer is below."
"""Stands where only one user sees it, above an answer that everyone sees."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of at most 10 MB.

    Attributes:
        name: as the user sees it: letters, digits, hyphens and a point.
        content: what is in it.
        description: of a picture, which the message shows: what it says, for who does not see it. None for other files.
    """

    name: str
    content: bytes
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A message to a user.

    Attributes:
        cards: with at most 4,000 characters together; at least one, unless the reply is a picture.
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
        pictures = [(file.name, file.description) for file in self.files if file.description is not None]
        others = [file.name for file in self.files if file.description is None]
        return layout_of(self.cards, self.buttons, others, pictures)

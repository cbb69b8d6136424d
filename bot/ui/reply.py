"""The answer to an interaction."""

from dataclasses import dataclass, field

from discord import Embed
from discord.ui import View


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of at most 10 MB, under the name that the user sees."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """A message to a user.

    Attributes:
        embeds: at most ten, with at most 6,000 characters together.
        view: the buttons; None for none.
        ephemeral: whether only the user sees it.
        files: what is attached, at most ten.
    """

    embeds: list[Embed] = field(default_factory=list)
    view: View | None = None
    ephemeral: bool = False
    files: tuple[Attachment, ...] = ()

"""Build messages of cards: Discord's components, in a uniform style."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from discord import Color, Embed, MediaGalleryItem, Message
from discord.components import ActionRow as ShownRow
from discord.components import Button as ShownButton
from discord.components import Container as ShownContainer
from discord.components import TextDisplay as ShownText
from discord.ui import ActionRow, Button, Container, File, Item, LayoutView, MediaGallery, TextDisplay

HEADING, SMALL = "### ", "-# "
LONGEST_MESSAGE = 4_000
"""The most characters of all cards in a message together."""

DONE = "Done. See below."
"""Stands where only one user sees it, above an answer that everyone sees."""

Buttons = Sequence[Sequence[Item[Any]]]
"""Rows of at most five buttons, or of one menu, below the cards."""


@dataclass(frozen=True, slots=True)
class Card:
    """A part of a message, in Discord's markdown; text from users is escaped.

    Attributes:
        heading: the subject; None for no heading.
        lines: the contents. On a phone, a line has about 42 characters.
        small: the small print below.
        color: the color of the edge; None for Discord's own.
        is_framed: whether the part has an edge at all.
    """

    heading: str | None = None
    lines: tuple[str, ...] = ()
    small: tuple[str, ...] = ()
    color: Color | None = None
    is_framed: bool = True

    @property
    def text(self) -> str:
        """The whole text, in the form that Discord takes."""
        heading = () if self.heading is None else (f"{HEADING}{self.heading}",)
        return "\n".join((*heading, *self.lines, *map(small_print, self.small)))

    def under(self, label: str) -> str | None:
        """Return the line below a label from `labelled`; None if there is none."""
        lines = iter(self.lines)
        return next(lines, None) if small_print(label) in lines else None


def small_print(text: str) -> str:
    """Return a line of small print."""
    return f"{SMALL}{text}"


def labelled(label: str, value: str) -> tuple[str, str]:
    """Return the lines of a value with its label above it."""
    return small_print(label), value


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of at most 10 MB.

    Attributes:
        name: the name that the user sees: letters, digits, hyphens and a point.
        content: the content of the file.
        description: for a picture, which the message shows, its alternative text; None for other files.
    """

    name: str
    content: bytes
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A message to a user.

    Attributes:
        cards: at most 4,000 characters together; at least one card, unless the reply is a picture.
        buttons: the rows of buttons; with the cards, at most 40 components.
        ephemeral: whether only the user sees it.
        files: the attachments, at most ten.
    """

    cards: Sequence[Card]
    buttons: Buttons = ()
    ephemeral: bool = False
    files: tuple[Attachment, ...] = ()

    def with_buttons(self, *rows: Sequence[Item[Any]]) -> "Reply":
        """Return the message with rows of at most five buttons below the cards."""
        return replace(self, buttons=rows)

    def layout(self) -> LayoutView:
        """Return the message as a discord.py layout, for sending once.

        It has the cards first, then the pictures, the other files and the buttons.
        """
        layout: LayoutView = LayoutView(timeout=None)
        for card in self.cards:
            text: TextDisplay[LayoutView] = TextDisplay(card.text)
            layout.add_item(Container(text, accent_color=card.color) if card.is_framed else text)
        for file in self.files:
            if file.description is not None:
                picture = MediaGalleryItem(f"attachment://{file.name}", description=file.description)
                layout.add_item(MediaGallery(picture))
        for file in self.files:
            if file.description is None:
                layout.add_item(File(f"attachment://{file.name}"))
        for row in self.buttons:
            layout.add_item(ActionRow(*row))
        # discord.py need not wait for the buttons, because the bot knows them by their ids.
        layout.stop()
        return layout


def cards_in(message: Message | None) -> list[Card]:
    """Return the cards of one of the bot's messages, even if an older version wrote it with embeds."""
    if message is None:
        return []
    containers = [part for part in message.components if isinstance(part, ShownContainer)]
    return [*map(_of_embed, message.embeds), *map(_of_container, containers)]


def buttons_in(message: Message | None) -> list[list[Button[Any]]]:
    """Return the rows of buttons of one of the bot's messages."""
    rows = [] if message is None else [part for part in message.components if isinstance(part, ShownRow)]
    return [[Button.from_component(one) for one in row.children if isinstance(one, ShownButton)] for row in rows]


def _of_container(container: ShownContainer) -> Card:
    texts = [part.content for part in container.children if isinstance(part, ShownText)]
    lines = "\n".join(texts).split("\n")
    heading = lines.pop(0).removeprefix(HEADING) if lines[0].startswith(HEADING) else None
    small: list[str] = []
    while lines and lines[-1].startswith(SMALL):
        small.insert(0, lines.pop().removeprefix(SMALL))
    return Card(heading, tuple(lines), tuple(small), container.accent_color)


def _of_embed(embed: Embed) -> Card:
    lines = (embed.description or "").splitlines()
    lines += [line for field in embed.fields for line in labelled(field.name or "", field.value or "")]
    return Card(embed.title, tuple(lines), tuple((embed.footer.text or "").splitlines()), embed.color)

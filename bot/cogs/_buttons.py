"""Buttons whose ids hold their whole state, so that they work after a restart."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar

from discord import ButtonStyle, ComponentType, Interaction
from discord.ui import Button, DynamicItem, Item, LayoutView, View

from bot.cogs._answering import show_error
from bot.errors import ButtonOutdated, Restarting

NOTHING = re.compile(r"(?!)")
"""Matches no id."""
DISCORD_ID = r"[0-8]?[0-9]{1,18}"
"""Discord's ids have up to 19 digits; this also excludes numbers that do not fit into a column."""
EVENT = r"(?P<event>[0-9]{1,18})"
PLAYER = rf"(?P<player>{DISCORD_ID})"
WEEK = r"(?P<week>[0-9]{4}-W[0-9]{2})"
PAGE = r"(?P<page>[0-9]{1,9})"
"""Parts of ids: the key of an event, Discord's id of a player, a week, and the number of a page."""
IN_A_ROW = 5
LONGEST_LABEL = 80
"""The most characters on a button."""
_NUMBER = re.compile(r"-?[0-9]+")
T = TypeVar("T")
_EPOCH, _TICK = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


class IdButton(DynamicItem[Button[Any]], template=NOTHING):
    """A button whose id holds its state.

    A subclass gives the pattern of its ids as `template`, whose groups are the arguments that rebuild the button, and
    acts in `press`. An id has at most 100 characters. Users can forge ids, so services check everything in them.
    `BUTTONS` lists every subclass.
    """

    def __init__(
        self, label: str, custom_id: str, style: ButtonStyle = ButtonStyle.secondary, *, enabled: bool = True
    ) -> None:
        """Show a label; `custom_id` matches the pattern."""
        super().__init__(Button(label=label, style=style, custom_id=custom_id, disabled=not enabled))

    @classmethod
    def from_id(cls, match: re.Match[str]) -> Self:
        """Rebuild a button from its id."""
        return rebuild(cls, match)

    @classmethod
    async def from_custom_id(cls, interaction: Interaction[Any], item: Item[Any], match: re.Match[str], /) -> Self:
        """Rebuild a button from its id, as discord.py calls it."""
        return cls.from_id(match)

    async def press(self, interaction: Interaction[Any]) -> None:
        """Do what the button is for, and answer; errors may propagate."""
        raise NotImplementedError

    async def callback(self, interaction: Interaction[Any]) -> None:
        """Press the button, and show the user any error, because the command tree does not see errors of buttons."""
        try:
            if interaction.client.tree.is_closing:
                raise Restarting
            await self.press(interaction)
        except Exception as error:  # noqa: BLE001 - the user is told
            await show_error(interaction, error)


def rebuild(make: Callable[..., T], match: re.Match[str]) -> T:
    """Make what an id describes: the groups of the id, in their order, are the arguments.

    Groups of digits become numbers, and missing groups None.
    """
    groups = match.groups()
    return make(*(int(text) if text is not None and _NUMBER.fullmatch(text) else text for text in groups))


def in_rows(buttons: Sequence[IdButton]) -> list[Sequence[IdButton]]:
    """Return buttons in rows of the length that Discord allows."""
    return [buttons[start : start + IN_A_ROW] for start in range(0, len(buttons), IN_A_ROW)]


def ticks_of(at: datetime) -> int:
    """Return an instant in the form for ids: exactly, in microseconds."""
    return (at - _EPOCH) // _TICK


def instant_of(ticks: int) -> datetime:
    """Return the instant in an id, in UTC."""
    return _EPOCH + ticks * _TICK


async def answer_lost_click(buttons: Sequence[type[IdButton]], interaction: Interaction[Any]) -> None:
    """Tell the user if the clicked button is not among `buttons`, for example one from an older version.

    discord.py would ignore such a click.
    """
    if not _is_known(buttons, interaction):
        await show_error(interaction, ButtonOutdated())


def _is_known(buttons: Sequence[type[IdButton]], interaction: Interaction[Any]) -> bool:
    data: Any = interaction.data
    is_button = data["component_type"] == ComponentType.button.value
    templates = (kind.__discord_ui_compiled_template__ for kind in buttons)
    if not is_button or not any(template.fullmatch(data["custom_id"]) for template in templates):
        return False
    message = interaction.message
    if message is None:
        return False
    view: LayoutView | View = (LayoutView if message.flags.components_v2 else View).from_message(message)
    return any(isinstance(item, Button) and item.custom_id == data["custom_id"] for item in view.walk_children())

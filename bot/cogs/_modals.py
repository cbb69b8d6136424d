"""Modals whose ids hold their whole state, so that they work after a restart."""

import asyncio
import re
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, ClassVar, Self, TypeVar

from discord import HTTPException, Interaction
from discord.ui import Modal

from bot.cogs._answering import show_error
from bot.cogs._buttons import rebuild
from bot.cogs._delivery import ALREADY_ACKNOWLEDGED
from bot.errors import ButtonOutdated, Restarting, Unavailable

OPENING_SECONDS = 2.2
"""How long the work before a modal may take: Discord waits three seconds for a modal, and accepts no deferral first."""

T = TypeVar("T")


class IdModal(Modal):
    """A modal whose id holds its state.

    A subclass gives the pattern of its ids as `TEMPLATE`, whose groups are the arguments that rebuild the modal, and
    acts in `submit`. Give each input a fixed id: discord.py invents one otherwise, and the bot cannot find the typed
    value again. Users can forge ids and values, so services check both. `MODALS` lists every subclass; `open_modal`
    opens them.
    """

    TEMPLATE: ClassVar[re.Pattern[str]]

    @classmethod
    def from_id(cls, match: re.Match[str]) -> Self:
        """Rebuild a modal from its id, in order to read the typed values."""
        return rebuild(cls, match)

    async def submit(self, interaction: Interaction[Any]) -> None:
        """Do what the modal is for, and answer; errors may propagate."""
        raise NotImplementedError

    async def on_submit(self, interaction: Interaction[Any], /) -> None:
        """Submit the modal, unless the bot stops."""
        if interaction.client.tree.is_closing:
            raise Restarting
        await self.submit(interaction)

    async def on_error(self, interaction: Interaction[Any], error: Exception, _item: Any = None, /) -> None:
        """Show the user any error, because the command tree does not see errors of modals."""
        await show_error(interaction, error)


async def open_modal(interaction: Interaction[Any], work: Coroutine[Any, Any, T], show: Callable[[T], IdModal]) -> None:
    """Open the modal that `show` makes of the result of some work, which only reads.

    Every process that received the interaction has this result; the first one opens the modal.

    Raises:
        Unavailable: the work took so long that Discord would not accept the modal any more.
        Further errors: the errors of the work.
    """
    try:
        async with asyncio.timeout(OPENING_SECONDS):
            modal = show(await work)
    except TimeoutError:
        raise Unavailable from None
    # discord.py forgets a stopped modal, so that any process can answer it by its id.
    modal.stop()
    try:
        await interaction.response.send_modal(modal)
    except HTTPException as error:
        if error.code != ALREADY_ACKNOWLEDGED:
            raise


async def answer_modal(modals: Sequence[type[IdModal]], interaction: Interaction[Any]) -> None:
    """Submit the modal that a user has filled in; tell the user if it is not among `modals`."""
    data: Any = interaction.data
    matches = ((kind, kind.TEMPLATE.fullmatch(data["custom_id"])) for kind in modals)
    found = next(((kind, match) for kind, match in matches if match is not None), None)
    if found is None:
        await show_error(interaction, ButtonOutdated())
        return
    kind, match = found
    modal = kind.from_id(match)
    await modal._dispatch_submit(interaction, data.get("components", []), data.get("resolved", {}))

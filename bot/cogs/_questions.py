"""The answers to a question that only one user sees."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from discord import Interaction

from bot.cogs._answering import post, update
from bot.cogs._buttons import IdButton
from bot.ui.card import Reply
from bot.ui.moderation import show_agreed, show_kept

T = TypeVar("T")


class KeepButton(IdButton, template=r"moderation:keep"):
    """Cancels a question and changes nothing."""

    def __init__(self) -> None:
        """Cancel a question."""
        super().__init__("Cancel", "moderation:keep")

    async def press(self, interaction: Interaction[Any]) -> None:
        """Cancel the question."""
        await update(interaction, _nothing(), lambda _: show_kept(), only_reads=True)


async def _nothing() -> None:
    pass


async def agree(
    interaction: Interaction[Any], work: Coroutine[Any, Any, T], show: Callable[[T], Reply], *, then: str | None = None
) -> T | None:
    """Do what a question asked about, close the question, and `show` everyone the result, as `post` does.

    The closed question says what the user may do `then`, if anything.
    """
    return await post(interaction, work, lambda _: show_agreed(then), show)

"""The answers to a question that only one user sees."""

import re
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from discord import Interaction
from discord.ui import Label

from bot.cogs._answering import post, update
from bot.cogs._buttons import IdButton
from bot.cogs._modals import IdModal, open_modal
from bot.domain.text import clean_reason
from bot.ui.card import Reply, buttons_in, cards_in
from bot.ui.moderation import WHY, reason_input, show_agreed, show_kept, with_reason

WHY_ID = re.compile("moderation:why")
T = TypeVar("T")


class KeepButton(IdButton, template=r"moderation:keep"):
    """Cancels a question and changes nothing."""

    def __init__(self) -> None:
        """Cancel a question."""
        super().__init__("Cancel", "moderation:keep")

    async def press(self, interaction: Interaction[Any]) -> None:
        """Cancel the question."""
        await update(interaction, _nothing(), lambda _: show_kept(), only_reads=True)


class WhyButton(IdButton, template=WHY_ID):
    """Asks an admin for the reason for what a question is about."""

    def __init__(self) -> None:
        """Ask for the reason."""
        super().__init__("Why?", WHY_ID.pattern)

    async def press(self, interaction: Interaction[Any]) -> None:
        """Open the modal."""
        await open_modal(interaction, _nothing(), lambda _: WhyModal())


class WhyModal(IdModal):
    """Adds a reason to the question in its message; the answer reads it there."""

    TEMPLATE = WHY_ID

    def __init__(self) -> None:
        """Ask for the reason."""
        super().__init__(title="Why?", custom_id=WHY_ID.pattern)
        self.reason = reason_input()
        self.add_item(Label(text=WHY, component=self.reason))

    async def submit(self, interaction: Interaction[Any]) -> None:
        """Show the question with the reason, and without the button."""
        message, why = interaction.message, clean_reason(self.reason.value)
        rows = [[one for one in row if one.custom_id != WHY_ID.pattern] for row in buttons_in(message)]
        asked = Reply(with_reason(cards_in(message), why), rows, ephemeral=True)
        await update(interaction, _nothing(), lambda _: asked, only_reads=True)


async def _nothing() -> None:
    pass


def with_answers(question: Reply, answers: Sequence[IdButton], why: str | None) -> Reply:
    """Add the buttons of an admin's question: what it asks about, a reason if there is none yet, and to cancel."""
    return question.with_buttons([*answers, *([] if why else [WhyButton()]), KeepButton()])


async def agree(
    interaction: Interaction[Any], work: Coroutine[Any, Any, T], show: Callable[[T], Reply], *, then: str | None = None
) -> T | None:
    """Do what a question asked about, close the question, and `show` everyone the result, as `post` does.

    The closed question says what the user may do `then`, if anything.
    """
    return await post(interaction, work, lambda _: show_agreed(then), show)

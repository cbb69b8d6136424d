"""The *Submit* button and its form.

Boards, standings and targets carry the button, so that players can submit from there.
"""

import re
from typing import Any

from discord import ButtonStyle, Interaction
from discord.ui import Label

from bot.cogs._answering import guild_of
from bot.cogs._buttons import EVENT, IdButton
from bot.cogs._modals import IdModal, open_modal
from bot.cogs._services import services_of
from bot.domain.events import EventInfo
from bot.ui.submissions import (
    PROOF_LINK,
    PROOF_PICTURE,
    TITLE,
    proof_input,
    score_input,
    screenshot_input,
    title_of,
)


class ScoreForm(IdModal):
    """Asks for a score for one event, and for a link or a picture as proof; `ScoreModal` reads the values."""

    TEMPLATE = re.compile(rf"submit:{EVENT}")

    def __init__(self, event_id: int, event: EventInfo | None = None) -> None:
        """Ask for a score for the event with this key; `event` adds its name."""
        super().__init__(title=TITLE if event is None else title_of(event), custom_id=f"submit:{event_id}")
        self.event_id = event_id
        self.score, self.proof, self.screenshot = score_input(event), proof_input(), screenshot_input()
        self.add_item(Label(text="Score", component=self.score))
        self.add_item(Label(text="Proof", description=PROOF_LINK, component=self.proof))
        self.add_item(Label(text="Screenshot", description=PROOF_PICTURE, component=self.screenshot))


class SubmitButton(IdButton, template=rf"submit:{EVENT}"):
    """A button that asks anyone who clicks it for a score for an event."""

    def __init__(self, event_id: int) -> None:
        """Ask for scores for the event with this key."""
        self.event_id = event_id
        super().__init__("Submit a score", f"submit:{event_id}", ButtonStyle.primary)

    async def press(self, interaction: Interaction[Any]) -> None:
        """Open the modal."""
        event = services_of(interaction).events.taking_scores(guild_of(interaction), self.event_id)
        await open_modal(interaction, event, lambda event: ScoreForm(event.id, event))

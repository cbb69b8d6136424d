"""What users of the simulated Discord see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from discord import Message
from simcord.components import walk_components
from simcord.results import InteractionResult, ResponseMessage

from tests.readable import readable

BUTTON, TEXT = 2, 10


@dataclass(frozen=True)
class Seen:
    """What is visible after a user's action.

    Attributes:
        alone: all text that only this user sees.
        public: all text that everyone in the channel sees.
        message: the last message, for clicks.
    """

    alone: str
    public: str
    message: ResponseMessage | None

    @property
    def text(self) -> str:
        return "\n".join(part for part in (self.alone, self.public) if part)

    @property
    def is_private(self) -> bool:
        return not self.public

    @property
    def buttons(self) -> dict[str, str]:
        """The ids of the clickable buttons, by label."""
        assert self.message is not None
        buttons = [part for part in walk_components(self.message.components) if part["type"] == BUTTON]
        return {button["label"]: button["custom_id"] for button in buttons if not button.get("disabled")}

    def __contains__(self, part: str) -> bool:
        return part in self.text


def seen(result: InteractionResult) -> Seen:
    """Return what is visible after an interaction."""
    messages = [message for message in (result.response, *result.followups) if message is not None]
    return Seen(
        alone="\n".join(read(message) for message in messages if message.ephemeral),
        public="\n".join(read(message) for message in messages if not message.ephemeral),
        message=messages[-1] if messages else None,
    )


def read(message: ResponseMessage | Message) -> str:
    """Return all text in a message, one part per line."""
    parts = (
        message.components if isinstance(message, ResponseMessage) else [one.to_dict() for one in message.components]
    )
    return "\n".join([message.content, *(readable(text) for text in texts_of(parts))]).strip()


def texts_of(components: Sequence[Any]) -> list[str]:
    """Return the texts of a message of components, one per part."""
    return [part["content"] for part in walk_components(components) if part["type"] == TEXT]

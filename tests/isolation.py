"""Find right-to-left text in messages that would move its surroundings."""

import unicodedata
from collections.abc import Iterator
from typing import Any

RIGHT_TO_LEFT = ("R", "AL", "AN")
OPENS, CLOSES = "\u2068", "\u2069"
UNREAD = ("custom_id", "url", "id", "emoji", "attachments", "allowed_mentions")
"""Parts of a message that nobody reads."""


def exposed(data: Any) -> list[str]:
    """Return the texts of a message or of choices with right-to-left text outside of an isolate."""
    return [text for text in _texts(data) if not _is_isolated(text)]


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        for one in data:
            yield from _texts(one)
    elif isinstance(data, dict):
        # The value of an option, a choice or an input is returned to the bot unchanged.
        returned = {"value"} if {"label", "custom_id"} & data.keys() else set()
        for key, value in data.items():
            if key not in returned and key not in UNREAD:
                yield from _texts(value)


def _is_isolated(text: str) -> bool:
    depth = 0
    for character in text:
        depth += (character == OPENS) - (character == CLOSES)
        if not 0 <= depth <= 1 or (not depth and unicodedata.bidirectional(character) in RIGHT_TO_LEFT):
            return False
    return depth == 0

"""What a picture draws, as the tests of its kind read it."""

import json
from typing import Any

from bot.ui.pictures import Picture


def parts(picture: Picture, kind: str) -> list[dict[str, Any]]:
    """All parts of a kind, the lowest layer first."""
    return [part for part in json.loads(picture.drawing)["parts"] if part["kind"] == kind]


def words(picture: Picture) -> list[str]:
    """All texts, in the order in which they are written."""
    return [part["words"] for part in parts(picture, "text")]


def ends(part: dict[str, Any]) -> tuple[float, float]:
    """How far up and how far down a line or an area goes."""
    heights = [y for _, y in part["points"]]
    return min(heights), max(heights)

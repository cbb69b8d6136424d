"""Read what a picture draws."""

import json
from typing import Any

from bot.ui.pictures import Picture


def parts(picture: Picture, kind: str) -> list[dict[str, Any]]:
    """Return all parts of a kind, the lowest layer first."""
    return [part for part in json.loads(picture.drawing)["parts"] if part["kind"] == kind]


def words(picture: Picture) -> list[str]:
    """Return all texts, in the order in which they are drawn."""
    return [part["words"] for part in parts(picture, "text")]


def ends(part: dict[str, Any]) -> tuple[float, float]:
    """Return the top and the bottom of a line or an area."""
    heights = [y for _, y in part["points"]]
    return min(heights), max(heights)

"""Compose a picture: dark, as wide as a phone, with texts in every script."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.ui.pictures._fonts import drawable, families

WIDTH = 390
"""The width of a phone in points; all lengths in pictures are in points."""
MARGIN = 20
RIGHT = WIDTH - MARGIN
INNER = WIDTH - 2 * MARGIN
LONGEST_DESCRIPTION = 1_024
"""Discord's limit for alternative text, in characters."""

GROUND, PANEL, RULE = "#16181d", "#23262d", "#4a4f59"
INK, DIM = "#f2f3f5", "#b8bec8"
# The colours of Okabe and Ito, which people with any colour vision can distinguish.
BLUE, ORANGE, YELLOW, RED = "#56b4e9", "#e69f00", "#f0e442", "#d55e00"
GOLD, SILVER, BRONZE = "#f0c244", "#c3c9d1", "#d0864a"

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture before it is drawn.

    Attributes:
        name: the name of its file.
        drawing: the instructions for `_painter.py`, as JSON; equal pictures have equal texts.
        description: the alternative text, at most `LONGEST_DESCRIPTION` characters.
    """

    name: str
    drawing: str
    description: str


class Canvas:
    """A picture in the making. Each text is laid out separately, so that its direction moves nothing else."""

    def __init__(self) -> None:
        self._parts: list[dict[str, Any]] = []

    def finish(self, name: str, height: float, description: str) -> Picture:
        """Return the picture, with this height."""
        page = {"width": WIDTH, "height": round(height), "ground": GROUND, "fonts": families(), "parts": self._parts}
        drawing = json.dumps(page, ensure_ascii=False, separators=(",", ":"))
        return Picture(f"{name}.png", drawing, _shortened(description))

    def write(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = 16,
        fill: str = INK,
        anchor: Anchor = "start",
        is_bold: bool = False,
        room: float = WIDTH,
    ) -> None:
        """Write words, perhaps a user's, with their base line at `y`; words wider than `room` end in an ellipsis."""
        weight = "bold" if is_bold else "regular"
        shown = {"words": drawable(words), "size": size, "fill": fill, "anchor": anchor, "weight": weight, "room": room}
        self._add("text", x, y, shown)

    def box(
        self, x: float, y: float, width: float, height: float, fill: str, *, radius: float = 3, is_dashed: bool = False
    ) -> None:
        """Draw a rectangle: filled, or only its dashed edge."""
        size = {"width": _length(width), "height": _length(height), "radius": radius}
        self._add("box", x, y, {**size, "fill": fill, "dashed": is_dashed})

    def line(self, points: Sequence[Point], fill: str, *, width: float = 1, is_dashed: bool = False) -> None:
        """Draw a line through points."""
        self._add("line", 0, 0, {"points": _points(points), "fill": fill, "width": width, "dashed": is_dashed})

    def dot(self, x: float, y: float, radius: float, fill: str) -> None:
        """Draw a filled circle."""
        self._add("dot", x, y, {"radius": radius, "fill": fill})

    def diamond(self, x: float, y: float, radius: float, fill: str) -> None:
        """Draw a filled square that stands on one corner."""
        corners = [(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)]
        self._add("area", 0, 0, {"points": _points(corners), "fill": fill})

    def _add(self, kind: str, x: float, y: float, part: dict[str, Any]) -> None:
        self._parts.append({"kind": kind, "x": _length(x), "y": _length(y), **part})


def head(canvas: Canvas, title: str, subtitle: str, figure: str | None = None) -> float:
    """Write the title of a picture, and its most important figure at the right; return the position below them."""
    room = RIGHT - MARGIN
    if figure is not None:
        canvas.write(RIGHT, 46, figure, size=32, anchor="end", is_bold=True)
        room -= 22 * max(len(figure), 2)
    canvas.write(MARGIN, 36, title, size=21, is_bold=True, room=room)
    canvas.write(MARGIN, 60, subtitle, size=15, fill=DIM, room=INNER)
    return 76.0


def within(value: float, all_values: Sequence[float], first: float, last: float) -> float:
    """Interpolate a value between two positions: the least of all values is at the first, the greatest at the last."""
    least, greatest = min(all_values), max(all_values)
    return first if least == greatest else first + (last - first) * (value - least) / (greatest - least)


def _shortened(description: str) -> str:
    """Return a description as short as Discord requires, cut between numbers or between sentences."""
    if len(description) <= LONGEST_DESCRIPTION:
        return description
    end = max(description.rfind(mark, 0, LONGEST_DESCRIPTION - 1) + len(mark) for mark in (", ", ". "))
    return f"{description[:end]}…"


def _points(points: Sequence[Point]) -> list[Point]:
    return [(_length(x), _length(y)) for x, y in points]


def _length(points: float) -> float:
    return round(points, 2)

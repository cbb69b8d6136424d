"""Tell which characters the fonts can draw.

The fonts of pictures, and the list of their characters, are beside this module.
"""

from bisect import bisect
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import regex

FONTS = Path(__file__).parent / "fonts"
COVERAGE = FONTS / "coverage.txt"
"""The characters of each font: one family per line, in order of preference."""
UNKNOWN = "\ufffd"
"""Replaces characters that no font has. It says that something is missing, while an empty box would look like a bug."""

_CLUSTER = regex.compile(r"\X")
_UNSEEN = regex.compile(r"\p{Default_Ignorable_Code_Point}")


@dataclass(frozen=True, slots=True)
class _Coverage:
    """The characters of a font: the first and the last of each range, in order."""

    firsts: list[int]
    lasts: list[int]

    def has(self, text: str) -> bool:
        """Tell whether the font has all characters of a text."""
        for character in map(ord, text):
            place = bisect(self.firsts, character) - 1
            if place < 0 or character > self.lasts[place]:
                return False
        return True


def families() -> list[str]:
    """Return the families of the fonts, in order of preference."""
    return list(_coverage())


def drawable(text: str) -> str:
    """Return a text with `�` in place of characters that no font has."""
    return "".join(map(_drawable, _CLUSTER.findall(text)))


def _drawable(cluster: str) -> str:
    seen = _UNSEEN.sub("", cluster)
    # If no font has a letter with its mark, draw the letter alone.
    for shown, needed in ((cluster, seen), (seen[:1], seen[:1])):
        if any(font.has(needed) for font in _coverage().values()):
            return shown
    return UNKNOWN


@cache
def _coverage() -> dict[str, _Coverage]:
    fonts = {}
    for line in COVERAGE.read_text().splitlines():
        family, _, ranges = line.partition(": ")
        ends = [(part.split("-")[0], part.split("-")[-1]) for part in ranges.split()]
        fonts[family] = _Coverage([int(first, 16) for first, _ in ends], [int(last, 16) for _, last in ends])
    return fonts

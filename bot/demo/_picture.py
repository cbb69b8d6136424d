"""Store the text of a picture in its file, so that a test can tell whether the picture is up to date."""

import re
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

DESCRIPTION = "Description"
_DAYS = re.compile(r"[0-9]{1,2}( [A-Z][a-z]+ – |–)[0-9]{1,2} [A-Z][a-z]+")
"""The days of a week, such as "16–22 Nov" or "28 Dec – 3 Jan"."""


def describe(file: Path, answers: Sequence[str]) -> None:
    """Write the text of a picture into its file."""
    text = PngInfo()
    text.add_itxt(DESCRIPTION, timeless(answers))
    with Image.open(file) as picture:
        picture.quantize().save(file, pnginfo=text, optimize=True)


def description(file: Path) -> str:
    """Return the text of a picture from its file."""
    with Image.open(file) as picture:
        return str(picture.info[DESCRIPTION])


def timeless(answers: Sequence[str]) -> str:
    """Return answers without the parts that change from day to day."""
    return _DAYS.sub("…", "\n\n".join(answers))

"""`make pictures`: draw the pictures of `docs/pictures.md`, and store in each file what it shows."""

import asyncio
import io
from hashlib import sha256
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from benchmarks.sample_pictures import samples
from bot.ui.pictures import Picture, Studio
from bot.ui.pictures._painter import DRAW

DOCS = Path(__file__).parents[1] / "docs"
PAGE, PICTURES = DOCS / "pictures.md", DOCS / "pictures"
SOURCE = "Source"


def main() -> None:
    """Draw all pictures."""
    PICTURES.mkdir(exist_ok=True)
    asyncio.run(_draw())


def source_of(picture: Picture) -> str:
    """Return a text that identifies a picture: its contents, and the program that draws it."""
    return f"{picture.drawing}\n{sha256(DRAW).hexdigest()}"


def drawn_source(file: Path) -> str:
    """Return the source that is stored in the file of a picture."""
    with Image.open(file) as image:
        return str(image.info[SOURCE])


async def _draw() -> None:
    studio = Studio()
    for picture in samples():
        text = PngInfo()
        text.add_itxt(SOURCE, source_of(picture), zip=True)
        with Image.open(io.BytesIO(await studio.draw(picture))) as image:
            image.convert("RGB").quantize().save(PICTURES / picture.name, pnginfo=text, optimize=True)
    await studio.close()


if __name__ == "__main__":
    main()

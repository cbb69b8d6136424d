"""`make fonts`: cut the fonts for pictures out of Debian's Noto fonts and Twemoji, and list their characters.

It needs Debian's packages fonts-noto-core and fonts-noto-cjk, and `npm`, which provides Twemoji as a font. Each font
keeps the letters of its script and the rules that join them, without hints. Of the Chinese characters, those of the
everyday character sets are kept. `coverage.txt` lists the characters of each font, so that the bot need not read fonts.
"""

import subprocess
import tarfile
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from bot.ui.pictures import COVERAGE, FONTS

NOTO, CJK = Path("/usr/share/fonts/truetype/noto"), Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
TWEMOJI, TWEMOJI_FILE = "twemoji-colr-font@15.0.3", "package/twemoji.woff2"
SCRIPTS = (
    *("Arabic", "Hebrew", "Devanagari", "Thai", "Armenian", "Georgian", "Bengali", "Tamil", "Telugu", "Kannada"),
    *("Malayalam", "Gujarati", "Gurmukhi", "Sinhala", "Khmer", "Lao", "Myanmar", "Ethiopic", "Cherokee", "Javanese"),
    *("CanadianAboriginal", "Lisu", "Runic", "Symbols"),
)
SIGNS = {
    "NotoSansSymbols2": (range(0x2000, 0x2C00),),
    "NotoSansMath": (range(0x2000, 0x2C00), range(0x1D400, 0x1D800)),
    "NotoSerifTibetan": (range(0x0F00, 0x0F15), range(0x0F3A, 0x0F3E)),
}
"""Fonts of which only the signs that people use in names are kept."""
CHARACTER_SETS = ("gb2312", "big5", "shift_jis", "euc_kr")
EAST_ASIAN = (range(0x3000, 0x3400), range(0xAC00, 0xD7A4), range(0xFF01, 0xFFEF))
"""Kana, circled letters, Korean syllables, and wide and narrow forms."""
FIRST_HAN = 0x2E80
NAMES_KEPT = (0, 1, 2, 4, 5, 6, 13, 14)


def main() -> None:
    """Write the fonts and the list of their characters."""
    FONTS.mkdir(exist_ok=True)
    kept = [_cut(NOTO / f"NotoSans-{weight}.ttf") for weight in ("Regular", "Bold")]
    kept += [_cut(NOTO / f"NotoSans{script}-Regular.ttf") for script in SCRIPTS]
    kept += [_cut(NOTO / f"{name}-Regular.ttf", chain(*signs)) for name, signs in SIGNS.items()]
    kept += [_cut(CJK, {*_in_character_sets(), *chain(*EAST_ASIAN)})]
    # Emoji come second, so that they are in colour, but digits are not.
    kept.insert(1, _twemoji())
    COVERAGE.write_text("".join(f"{family}: {ranges}\n" for family, ranges in kept))


def _cut(source: Path, characters: Iterable[int] | None = None) -> tuple[str, str]:
    """Write a font of these characters, or of all; return its family and its characters."""
    font = TTFont(source, fontNumber=0)
    options = Options(hinting=False, name_IDs=list(NAMES_KEPT), notdef_outline=True, layout_features=["*"])
    if source == CJK:
        # Variants for vertical text and for other regions would double the size of the font.
        options.layout_features, options.drop_tables = ["ccmp"], ["VORG", "vhea", "vmtx", "BASE", "DSIG"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=font.getBestCmap() if characters is None else characters)
    subsetter.subset(font)
    suffix = "otf" if "CFF " in font else "ttf"
    return _write(font, FONTS / f"{source.stem}.{suffix}")


def _twemoji() -> tuple[str, str]:
    with TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", TWEMOJI], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        [packed] = Path(folder).glob("*.tgz")
        with tarfile.open(packed) as package:
            package.extract(TWEMOJI_FILE, folder, filter="data")
        font = TTFont(Path(folder, TWEMOJI_FILE))
        font.flavor = None
        return _write(font, FONTS / "Twemoji.ttf")


def _write(font: TTFont, file: Path) -> tuple[str, str]:
    font.save(file)
    return font["name"].getBestFamilyName(), " ".join(_ranges(sorted(_printed(font))))


def _printed(font: TTFont) -> set[int]:
    """Return the characters of a font without controls, which pictures never contain."""
    return {character for character in font.getBestCmap() if character >= ord(" ")}


def _in_character_sets() -> Iterator[int]:
    """Yield the characters that are encoded with two bytes in one of the character sets."""
    for first in range(0x81, 0xFF):
        for second in range(0x40, 0xFF):
            for character_set in CHARACTER_SETS:
                text = bytes((first, second)).decode(character_set, "ignore")
                if len(text) == 1 and ord(text) >= FIRST_HAN:
                    yield ord(text)


def _ranges(characters: list[int]) -> Iterator[str]:
    """Yield characters as hexadecimal numbers, and consecutive ones as ranges."""
    first = last = characters[0]
    for character in [*characters[1:], -1]:
        if character != last + 1:
            yield f"{first:X}" if first == last else f"{first:X}-{last:X}"
            first = character
        last = character


if __name__ == "__main__":
    main()
